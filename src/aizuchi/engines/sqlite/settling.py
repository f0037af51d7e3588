"""The end of a turn: out of the work, into what was said, in one transaction."""

from collections.abc import Mapping
from sqlite3 import Connection, Row
from typing import Any

from aizuchi.access import day_of
from aizuchi.answers import (
    Finished,
    Logged,
    ToolReturned,
    ToolsCalled,
    encode,
    encode_consent,
    fold,
)
from aizuchi.consent import asking_id
from aizuchi.engines.sqlite.consents import pending_of
from aizuchi.engines.sqlite.entries import pieces
from aizuchi.engines.sqlite.memory import asked_again
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.events import Message, decode_message, encode_message
from aizuchi.ports import Settlement
from aizuchi.recall import memory_key, person_of
from aizuchi.trail import encode_trail, trail_of
from aizuchi.turns import after

ROUNDS = (ToolsCalled, ToolReturned)
KEEP_WHAT_WAS_SAID = ("add_turn", "add_person", "add_place", "add_conversation", "add_said")


def settle(connection: Connection, work: Row, settlement: Settlement, now: float) -> None:
    """Ends a finished turn; the next one in its conversation may be claimed."""
    after(work["state"], "settle")
    message, seq = decode_message(work["message"]), work["seq"]
    connection.execute(SQL["close_work"], (seq,))
    connection.execute(SQL["next_head"], (message.conversation,))
    log = pieces(connection, seq)
    values = {
        "seq": seq,
        "asked_at": work["accepted_at"],
        "now": now,
        **_of_message(message),
        **_of_answer(log),
        "undelivered": _why_undelivered(settlement),
    }
    values["question"] = _ask_and_decide(connection, message, settlement, log)
    for statement in KEEP_WHAT_WAS_SAID:
        connection.execute(SQL[statement], values)
    _change_memory(connection, seq, message, settlement)
    if settlement.tokens:
        used = {"day": day_of(now), "answers": 0, "tokens": settlement.tokens}
        connection.execute(SQL["count"], values | used)


def _ask_and_decide(
    connection: Connection, message: Message, settlement: Settlement, log: list[Logged]
) -> str:
    """Keeps what was asked, unless nobody could be shown it, and takes away what was decided. What
    the person wanted is what the first message wanted, however many questions followed."""
    asked = pending_of(connection, asking_id(message.turn_id))
    wish = asked.wish if asked else message.text
    if asked:
        connection.execute(SQL["decided"], (asked.consent.turn_id,))
    finished = fold(log).finished
    if finished and finished.consent and settlement.settled_as != "undeliverable":
        rounds = [line.entry for line in log if isinstance(line.entry, ROUNDS)]
        values = {
            "turn_id": message.turn_id,
            "expires_at": finished.consent.expires_at,
            "conversation": message.conversation,
            "consent": encode_consent(finished.consent),
            "wish": wish,
            "message": encode_message(asked.message if asked else message),
            "rounds": encode(rounds),
        }
        connection.execute(SQL["add_pending"], values)
    return wish


def _of_message(message: Message) -> Mapping[str, Any]:
    person, private = person_of(message), message.place.audience == "private"
    return {
        "turn_id": message.turn_id,
        "person": person,
        "place": message.place.key,
        "audience": message.place.audience,
        "conversation": message.conversation,
        "owner": person if private else None,
        "title": message.title,
        "ref": message.ref,
        "question": message.text,
    }


def _of_answer(log: list[Logged]) -> Mapping[str, Any]:
    end = next(line for line in log if isinstance(line.entry, Finished))
    assert isinstance(end.entry, Finished)
    return {
        "outcome": end.entry.outcome,
        "answer": end.entry.text,
        "said": end.entry.said,
        "code": end.entry.code,
        "incident": end.entry.incident,
        "attempt": end.position.attempt,
        "n": end.position.n,
        "shown": encode(fold(log).shown),
        "trail": encode_trail(trail_of(log)),
        "consent": encode_consent(end.entry.consent),
    }


def _why_undelivered(settlement: Settlement) -> str:
    if settlement.settled_as != "undeliverable":
        return ""
    return settlement.reason or "refused"


def _change_memory(
    connection: Connection, seq: int, message: Message, settlement: Settlement
) -> None:
    """What was asked again is replaced, what is to be forgotten is not recalled."""
    if begin := asked_again(connection, message):
        values = {"conversation": message.conversation, "seq": seq, "begin": begin}
        connection.execute(SQL["replace"], values)
    if key := memory_key(message, settlement.forget):
        connection.execute(SQL["forget"], {"key": key, "seq": seq})
