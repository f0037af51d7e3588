"""Accepting: messages and signals, stored before anybody is told they were."""

from collections.abc import Callable, Collection, Mapping, Sequence
from sqlite3 import Connection, Row
from typing import Any, NamedTuple

from aizuchi.bell import Bells
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import Message, Signal, decode_message, encode_message
from aizuchi.live import LiveLog
from aizuchi.recall import person_of
from aizuchi.turns import Bounds

EVERY_ONE = 2**31  # a decision cannot be sent again: its question has no second answer


class _Parcel(NamedTuple):
    """What one call brings: a row of parameters a message, and its signals."""

    rows: Sequence[Mapping[str, Any]]
    signals: Sequence[Signal]


class _Accepted(NamedTuple):
    """The turns that are new, those that were stopped, and whether there is something new to
    claim, or to end."""

    new: Collection[str]
    stopped: Sequence[str]
    heads: bool = False
    refused: bool = False


class SqliteInbox:
    """The Inbox port."""

    def __init__(
        self,
        writer: Executor,
        log: LiveLog,
        bells: Bells,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._log, self._bells = writer, log, bells
        self._bounds, self._clock = bounds, clock

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        now, waiting = self._clock(), self._bounds.waiting
        rows = [_row(message, now, waiting) for message in messages]
        accepted = await self._writer.run_together(_accept, _Parcel(rows, signals), self._tell)
        return accepted.new

    def _tell(self, accepted: _Accepted) -> None:
        for turn_id in accepted.stopped:
            self._log.stop(turn_id)
        if accepted.heads:
            self._bells.answer.ring()
        if accepted.refused:
            self._bells.end.ring()


def _row(message: Message, now: float, waiting: int) -> Mapping[str, Any]:
    return {
        "turn_id": message.turn_id,
        "person": person_of(message),
        "conversation": message.conversation,
        "private": message.place.audience == "private",
        "title": message.title,
        "message": encode_message(message),
        "now": now,
        "waiting": EVERY_ONE if message.decides else waiting,
        "joins": message.joins,
        "replaces": message.replaces if message.asks_again else "",
    }


def _accept(connection: Connection, parcels: Sequence[_Parcel]) -> Sequence[_Accepted]:
    """Everything that waits to be accepted, statement by statement; the first call that brings
    something rings for all."""
    rows = [row for parcel in parcels for row in parcel.rows]
    news = _add(connection, rows) if rows else ()
    unclaimed = {row["turn_id"] for row in news}
    accepted = []
    for parcel in parcels:
        new = unclaimed.intersection(row["turn_id"] for row in parcel.rows)
        unclaimed -= new
        stopped = [_stop(connection, signal) for signal in parcel.signals]
        accepted.append(_Accepted(new, [turn_id for turn_id in stopped if turn_id]))
    heads, refused = any(row["head"] for row in news), any(row["refusal"] for row in news)
    return [accepted[0]._replace(heads=heads, refused=refused), *accepted[1:]]


def _add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> Sequence[Row]:
    """Adds what is not known yet, and says what that was."""
    rows = [_with_question(connection, row) if row["replaces"] else row for row in rows]
    last = connection.execute(SQL["last_place"]).fetchone()[0]
    connection.executemany(SQL["add_work"], rows)
    private = [{**row, "last": last} for row in rows if row["private"]]
    connection.executemany(SQL["add_private_conversation"], private)
    return connection.execute(SQL["news"], (last,)).fetchall()


def _with_question(connection: Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A message that asks again, with what it asks."""
    found = connection.execute(SQL["question"], row).fetchone()
    asked = found["question"] or decode_message(found["message"]).text if found else ""
    message = decode_message(row["message"]).with_question(asked)
    return {**row, "title": message.title, "message": encode_message(message)}


def _stop(connection: Connection, signal: Signal) -> str:
    """The turn that a stop reaches, marked; empty where nothing runs that it means."""
    turn_id = signal.turn_id
    if not turn_id:
        running = connection.execute(SQL["running"], (signal.conversation,)).fetchone()
        turn_id = running[0] if running else ""
    marked = connection.execute(SQL["stop"], (turn_id, signal.conversation)).rowcount
    return turn_id if marked else ""
