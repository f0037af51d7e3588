"""The end of a turn: out of the work, into what was said, in one transaction."""

from collections.abc import Mapping
from sqlite3 import Connection, Row
from typing import Any

from aizuchi.access import day_of
from aizuchi.answers import (
    Consent,
    Finished,
    Logged,
    ToolReturned,
    ToolsCalled,
    encode,
    encode_consent,
    fold,
)
from aizuchi.consent import asking_id
from aizuchi.engines.sqlite.again import asked_again
from aizuchi.engines.sqlite.consents import pending_of
from aizuchi.engines.sqlite.entries import log_of, written
from aizuchi.engines.sqlite.persons import forget, is_forgotten_since
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.shelves import values_of
from aizuchi.engines.sqlite.tracing import keep_trace
from aizuchi.events import Message, decode_message, encode_attachments, encode_message
from aizuchi.history import Trace
from aizuchi.ports import Settlement
from aizuchi.recall import memory_key, person_of, shelf_of
from aizuchi.traces import timeline
from aizuchi.trail import encode_trail, trail_of
from aizuchi.turns import after

ROUNDS = (ToolsCalled, ToolReturned)
KEEP_NOTHING = ("end_unsaid", "unsay_entries", "add_person", "drop_files")
KEEP_WHAT_WAS_SAID = ("add_turn", "add_person", "add_place", "add_conversation", "add_said")


def settle(connection: Connection, work: Row, settlement: Settlement, now: float) -> None:
    """Ends a finished turn; the next one in its conversation may be claimed."""
    after(work["state"], "settle")
    message, seq = decode_message(work["message"]), work["seq"]
    connection.execute(SQL["settle_files"], (seq,))
    connection.execute(SQL["close_work"], (seq,))
    connection.execute(SQL["next_head"], (message.conversation,))
    if settlement.forget_person:
        forget(connection, person_of(message), seq, now)
    rows = written(connection, seq)
    log = log_of(rows)
    values = {
        "seq": seq,
        "id": seq,
        "asked_at": work["accepted_at"],
        "now": now,
        **_of_message(message),
        **_of_answer(log),
        "undelivered": _why_undelivered(settlement),
    }
    keeps = message.history is None and not is_forgotten_since(connection, values["person"], seq)
    asked = _question(log, settlement) if keeps else None
    values |= _ask_and_decide(connection, message, asked, log)
    for statement in KEEP_WHAT_WAS_SAID if keeps else KEEP_NOTHING:
        connection.execute(SQL[statement], values)
    _change_memory(connection, seq, message, settlement)
    if settlement.tokens:
        used = {"tokens": settlement.tokens, "written": settlement.written}
        connection.execute(SQL["count"], {**values, "day": day_of(now), "answers": 0, **used})
    trace = Trace(work["accepted_at"], timeline(rows)).settled(
        now, settlement.settled_as, settlement.reason, settlement.tokens, settlement.written
    )
    keep_trace(connection, seq, trace)


def _question(log: list[Logged], settlement: Settlement) -> Consent | None:
    """What the answer asks, unless nobody could be shown it."""
    finished = fold(log).finished
    shown = settlement.settled_as != "undeliverable"
    return finished.consent if finished and shown else None


def _ask_and_decide(
    connection: Connection, message: Message, consent: Consent | None, log: list[Logged]
) -> Mapping[str, str]:
    """Keeps what was asked, and takes away what was decided. What the person wanted, by which
    command and with which files, is what the first message wanted, however many questions
    followed."""
    asked = pending_of(connection, asking_id(message.turn_id))
    wish, first = (asked.wish, asked.message) if asked else (message.text, message)
    if asked:
        connection.execute(SQL["decided"], (asked.consent.turn_id,))
    if consent:
        values = {
            "turn_id": message.turn_id,
            "expires_at": consent.expires_at,
            "person": person_of(first),
            "conversation": message.conversation,
            "consent": encode_consent(consent),
            "wish": wish,
            "message": encode_message(first),
            "rounds": encode([line.entry for line in log if isinstance(line.entry, ROUNDS)]),
        }
        connection.execute(SQL["add_pending"], values)
    files = encode_attachments(first.attachments)
    return {"question": wish, "via": first.via, "attachments": files}


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
        connection.execute(SQL["drop_summaries"], {"id": begin})
        connection.execute(SQL["replace"], values)
    if key := memory_key(message, settlement.forget):
        connection.execute(SQL["forget"], {"key": key, "seq": seq})
        shelf = values_of(shelf_of(message, settlement.forget))
        kind = "drop_summaries_of_user" if settlement.forget == "user" else "drop_summaries_here"
        connection.execute(SQL[kind], shelf)
