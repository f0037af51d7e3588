"""What stands in the queues: a message for a worker; beside the order, a guardian or a signal."""

import json
from hashlib import sha256
from math import ceil
from typing import NamedTuple

from aizuchi.events import Message, Signal, decode_message, encode_message

VERSION = 1
LONGEST_DELAY_S = 900
"""SQS delays no message longer."""

GUARDIAN_AFTER_S = 10
LONGEST_BOUND_S = LONGEST_DELAY_S - GUARDIAN_AFTER_S


class Guardian(NamedTuple):
    """Comes when a message should long have been answered, to see that it was. It carries the
    message: nobody else may have seen it yet."""

    message: Message
    accepted_at: float


class Sent(NamedTuple):
    """A signal, and when it was given."""

    signal: Signal
    at: float


class Wake(NamedTuple):
    """Comes when a message has landed, and until it is answered: something waits there."""

    conversation: str
    turn_id: str


class Late(NamedTuple):
    """Comes when a turn that has landed should long have been claimed, or answered; at once where
    it is `refused` for a reason."""

    conversation: str
    turn_id: str
    refused: str = ""


class Undecided(NamedTuple):
    """Comes when the time is over in which somebody could decide what a turn has asked."""

    turn_id: str


Record = Guardian | Sent | Wake | Late | Undecided
SHORT: dict[str, type[Wake | Late | Undecided]] = {
    "wake": Wake,
    "late": Late,
    "undecided": Undecided,
}
NAMES = {kind: name for name, kind in SHORT.items()}


def digest_of(key: str) -> str:
    """A conversation or a turn, as SQS takes the names of groups and of what it knows again."""
    return sha256(key.encode()).hexdigest()


def known_by(message: Message) -> str:
    """What SQS knows a message again by. Several people may decide the same question, and the
    worker has to hear of all of them, to tell all but the first."""
    return f"{message.turn_id}:{message.sender.id}" if message.decides else message.turn_id


def guardian_delay_s(bound_s: float) -> int:
    """How long a guardian waits over a bound, in whole seconds."""
    return ceil(min(bound_s, LONGEST_BOUND_S)) + GUARDIAN_AFTER_S


def write_message(message: Message) -> str:
    """What stands in the FIFO queue; `decode_message` reads it, SQS says when it was sent."""
    return _sendable(encode_message(message))


def write_record(record: Record) -> str:
    return _sendable(json.dumps(_fields(record), ensure_ascii=False, separators=(",", ":")))


def read_record(body: str) -> Record:
    """What `write_record` wrote; what a later version has added is passed over.

    Raises:
        ValueError: it is none of ours.
    """
    match json.loads(body):
        case [_, "guardian", float() | int() as accepted_at, str() as message, *_]:
            return Guardian(decode_message(message), accepted_at)
        case [_, "signal", float() | int() as at, *fields]:
            return Sent(Signal(*fields[: len(Signal._fields)]), at)
        case [_, ("wake" | "late" | "undecided") as name, *texts]:
            kind = SHORT[name]
            if len(texts) >= len(kind._fields) - len(kind._field_defaults):
                return kind(*map(str, texts[: len(kind._fields)]))
    raise ValueError("a record of another program's")


def woken(body: str) -> str:
    """The conversation for which a message beside the order wakes somebody; else nothing."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    match said:
        case [_, "wake" | "late", str() as conversation, *_]:
            return conversation
    return ""


def _fields(record: Record) -> tuple[object, ...]:
    match record:
        case Guardian(message, accepted_at):
            return (VERSION, "guardian", accepted_at, encode_message(message))
        case Sent(signal, at):
            return (VERSION, "signal", at, *signal)
    return (VERSION, NAMES[type(record)], *record)


def _sendable(text: str) -> str:
    """JSON without the two characters that SQS refuses."""
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
