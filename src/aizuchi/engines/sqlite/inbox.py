"""Accepting: messages and signals, stored before anybody is told they were."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.engines.sqlite.bell import Bell
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import Message, Signal, encode_message
from aizuchi.live import LiveLog
from aizuchi.recall import person_of
from aizuchi.turns import Bounds

TITLE_CHARS = 60


class SqliteInbox:
    """The Inbox port."""

    def __init__(
        self,
        writer: Executor,
        log: LiveLog,
        bell: Bell,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._log, self._bell = writer, log, bell
        self._bounds, self._clock = bounds, clock

    async def accept(self, messages: Sequence[Message], signals: Sequence[Signal]) -> None:
        job = partial(
            _accept, messages=messages, signals=signals, now=self._clock(), bounds=self._bounds
        )
        stopped = await self._writer.run(job)
        for turn_id in stopped:
            self._log.stop(turn_id)
        self._bell.ring()


def _accept(
    connection: Connection,
    messages: Sequence[Message],
    signals: Sequence[Signal],
    now: float,
    bounds: Bounds,
) -> list[str]:
    for message in messages:
        if not connection.execute(SQL["known"], (message.turn_id,)).fetchone():
            _add(connection, message, now, bounds)
    return [turn_id for signal in signals if (turn_id := _stop(connection, signal))]


def _add(connection: Connection, message: Message, now: float, bounds: Bounds) -> None:
    person = _person(connection, person_of(message))
    conversation = _conversation(connection, message, person, now)
    ahead = connection.execute(SQL["open_in_conversation"], (conversation,)).fetchone()[0]
    refusal = "full" if ahead > bounds.waiting else ""
    turn = {
        "turn_id": message.turn_id,
        "conversation": conversation,
        "person": person,
        "now": now,
        "ref": message.ref,
        "question": message.text,
    }
    work = {
        "seq": connection.execute(SQL["add_turn"], turn).fetchone()[0],
        "conversation": conversation,
        "head": bool(refusal) or ahead == 0,
        "message": encode_message(message),
        "now": now,
        "refusal": refusal,
    }
    connection.execute(SQL["add_work"], work)


def _person(connection: Connection, key: str) -> int:
    row = connection.execute(SQL["person"], (key,)).fetchone()
    row = row or connection.execute(SQL["add_person"], (key,)).fetchone()
    return int(row[0])


def _conversation(connection: Connection, message: Message, person: int, now: float) -> int:
    first_line = message.text.strip().split("\n", 1)[0]
    values = {
        "key": message.conversation,
        "place": message.place.key,
        "audience": message.place.audience,
        "owner": person,
        "title": first_line[:TITLE_CHARS],
        "now": now,
    }
    return int(connection.execute(SQL["conversation"], values).fetchone()[0])


def _stop(connection: Connection, signal: Signal) -> str:
    """The turn that a stop reaches, marked; empty where nothing runs that it means."""
    turn_id = signal.turn_id
    if not turn_id:
        running = connection.execute(SQL["running"], (signal.conversation,)).fetchone()
        turn_id = running[0] if running else ""
    marked = connection.execute(SQL["stop_named"], (turn_id,)).rowcount
    return turn_id if marked else ""
