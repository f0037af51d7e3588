"""Accepting: messages and signals, stored before anybody is told they were."""

import json
from collections.abc import Callable, Collection, Sequence
from sqlite3 import Connection
from typing import Any, NamedTuple

from aizuchi.bell import Bells
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Bulk, Executor
from aizuchi.events import Message, Signal, decode_attachments, decode_message, encode_message
from aizuchi.live import LiveLog
from aizuchi.recall import person_of
from aizuchi.turns import Bounds


class _Parcel(NamedTuple):
    """What one call brings, and when."""

    messages: Sequence[Message]
    signals: Sequence[Signal]
    at: float


class _Arrival(NamedTuple):
    """A message that is new, with its place in the order; the head of its conversation where
    nothing is ahead of it or it is refused."""

    seq: int
    message: Message
    at: float
    head: bool
    refusal: str


class _Accepted(NamedTuple):
    """What is new of a parcel, and the turns that it stopped."""

    new: Sequence[_Arrival]
    stopped: Sequence[str]


class _Order:
    """Where messages come to stand, by what the store has of them: the turns that it knows, how
    many wait in a conversation, those we are in, and the last place that was given."""

    def __init__(
        self,
        turns: set[str],
        ahead: dict[str, int],
        ours: Collection[str],
        last: int,
        waiting: int,
    ) -> None:
        self._turns, self._ahead, self._ours = turns, ahead, ours
        self._last, self._waiting = last, waiting

    def place(self, parcel: _Parcel) -> Sequence[_Arrival]:
        """Those of its messages that are new, in their places."""
        return [self._next(each, parcel.at) for each in parcel.messages if self._takes(each)]

    def _takes(self, message: Message) -> bool:
        """Unless it is known already: a redelivery; or it would join a conversation that we are
        not in."""
        if message.turn_id in self._turns:
            return False
        conversation = message.conversation
        return not message.joins or conversation in self._ahead or conversation in self._ours

    def _next(self, message: Message, at: float) -> _Arrival:
        ahead = self._ahead.get(message.conversation, 0)
        is_full = ahead > self._waiting and not message.decides  # which cannot be sent again
        self._turns.add(message.turn_id)
        self._ahead[message.conversation] = ahead + (not is_full)
        self._last += 1
        return _Arrival(self._last, message, at, is_full or not ahead, "full" if is_full else "")


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
        self._accepting = Bulk(self._accept, self._tell)

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        parcel = _Parcel(messages, signals, self._clock())
        accepted = await self._writer.run_together(self._accepting, parcel)
        return {arrival.message.turn_id for arrival in accepted.new}

    def _accept(self, connection: Connection, parcels: Sequence[_Parcel]) -> Sequence[_Accepted]:
        """Everything that waits to be accepted: all messages, then all signals."""
        messages = [message for parcel in parcels for message in parcel.messages]
        order = _order(connection, messages, self._bounds.waiting)
        new = [order.place(parcel) for parcel in parcels]
        _add(connection, [arrival for some in new for arrival in some])
        return [
            _Accepted(some, [_stop(connection, signal) for signal in parcel.signals])
            for some, parcel in zip(new, parcels, strict=True)
        ]

    def _tell(self, accepted: Sequence[_Accepted]) -> None:
        for turn_id in (turn_id for each in accepted for turn_id in each.stopped if turn_id):
            self._log.stop(turn_id)
        new = [arrival for each in accepted for arrival in each.new]
        if any(arrival.head for arrival in new):
            self._bells.answer.ring()
        if any(arrival.refusal for arrival in new):
            self._bells.end.ring()


def _order(connection: Connection, messages: Sequence[Message], waiting: int) -> _Order:
    turn_ids = _listed([message.turn_id for message in messages])
    conversations = _listed([message.conversation for message in messages])
    joins = any(message.joins for message in messages)
    ours = connection.execute(SQL["ours"], (conversations,)) if joins else ()
    return _Order(
        turns={turn_id for (turn_id,) in connection.execute(SQL["seen"], {"turn_ids": turn_ids})},
        ahead=dict(connection.execute(SQL["ahead"], (conversations,))),
        ours={key for (key,) in ours},
        last=connection.execute(SQL["last_place"]).fetchone()[0],
        waiting=waiting,
    )


def _listed(keys: Sequence[str]) -> str:
    """Keys as one parameter of a statement; SQLite's JSON does not give a NUL back."""
    if "\0" in "".join(keys):
        raise ValueError("a key of a message holds a NUL")
    return json.dumps(keys)


def _add(connection: Connection, new: Sequence[_Arrival]) -> None:
    asked = [_asked(connection, each) if each.message.asks_again else each for each in new]
    connection.executemany(SQL["add_work"], map(_work, asked))
    connection.executemany(SQL["add_file"], [row for each in asked for row in _files(each)])
    private = [arrival for arrival in asked if _is_kept_in_private(arrival.message)]
    connection.executemany(SQL["add_private_conversation"], map(_private, private))


def _is_kept_in_private(message: Message) -> bool:
    return message.place.audience == "private" and message.history is None


def _work(arrival: _Arrival) -> Sequence[Any]:
    seq, message, at, head, refusal = arrival
    person, stored = person_of(message), encode_message(message)
    return (seq, message.turn_id, message.conversation, person, head, at, refusal, stored)


def _files(arrival: _Arrival) -> Sequence[Sequence[Any]]:
    """What its message brings along."""
    brought = [each for each in arrival.message.attachments if each.content is not None]
    person = person_of(arrival.message) if brought else ""
    return [(each.key, arrival.seq, person, each.content) for each in brought]


def _private(arrival: _Arrival) -> Sequence[Any]:
    message = arrival.message
    return (message.conversation, person_of(message), message.title, arrival.at)


def _asked(connection: Connection, again: _Arrival) -> _Arrival:
    """A message that asks again, with what it asks."""
    message = again.message
    values = {"replaces": message.replaces, "conversation": message.conversation}
    found = connection.execute(SQL["question"], values).fetchone()
    question, via, files, open_ = found or ("", "", "", "")
    attachments = decode_attachments(files)
    if open_:
        asked = decode_message(open_)
        question, via, attachments = asked.text, asked.via, asked.attachments
    return again._replace(message=message.with_question(question, via, attachments))


def _stop(connection: Connection, signal: Signal) -> str:
    """The turn that a stop reaches, marked; empty where nothing runs that it means."""
    turn_id = signal.turn_id
    if not turn_id:
        running = connection.execute(SQL["running"], (signal.conversation,)).fetchone()
        turn_id = running[0] if running else ""
    marked = connection.execute(SQL["stop"], (turn_id, signal.conversation)).rowcount
    return turn_id if marked else ""
