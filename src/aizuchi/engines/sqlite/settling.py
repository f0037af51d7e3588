"""The end of a turn: out of the work, into what was said, in one transaction."""

from collections.abc import Mapping
from sqlite3 import Connection, Row
from typing import Any

from aizuchi.access import day_of
from aizuchi.answers import Answer, Finished, Logged, encode, fold
from aizuchi.engines.sqlite.entries import pieces
from aizuchi.engines.sqlite.memory import asked_again
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.events import Message, decode_message
from aizuchi.ports import Settlement
from aizuchi.recall import memory_key
from aizuchi.turns import after


def settle(connection: Connection, work: Row, settlement: Settlement, now: float) -> None:
    """Ends a finished turn; the next one in its conversation may be claimed."""
    after(work["state"], "settle")
    message, seq = decode_message(work["message"]), work["seq"]
    connection.execute(SQL["close_work"], (seq,))
    connection.execute(SQL["next_head"], (work["conversation"],))
    said = _said(work, message, pieces(connection, seq)) | {
        "now": now,
        "undelivered": _why_undelivered(settlement),
    }
    for statement in ("add_place", "add_said", "touch"):
        connection.execute(SQL[statement], said)
    _change_memory(connection, said, message, settlement)
    if settlement.tokens:
        counted = {"answers": 0, "tokens": settlement.tokens, "day": day_of(now)}
        connection.execute(SQL["count"], {**counted, "person": work["person"]})


def _said(work: Row, message: Message, log: list[Logged]) -> dict[str, Any]:
    end = next(line for line in log if isinstance(line.entry, Finished))
    told: Answer = fold(log)
    assert told.finished
    return {
        "seq": work["seq"],
        "conversation": work["conversation"],
        "person": work["person"],
        "place": message.place.key,
        "audience": message.place.audience,
        "asked_at": work["accepted_at"],
        "ref": message.ref,
        "question": message.text,
        **_end(told.finished),
        "attempt": end.position.attempt,
        "n": end.position.n,
        "shown": encode(told.shown),
    }


def _end(finished: Finished) -> Mapping[str, str]:
    outcome, answer, said, code, incident = finished
    return {"outcome": outcome, "answer": answer, "said": said, "code": code, "incident": incident}


def _why_undelivered(settlement: Settlement) -> str:
    if settlement.settled_as != "undeliverable":
        return ""
    return settlement.reason or "refused"


def _change_memory(
    connection: Connection, said: Mapping[str, Any], message: Message, settlement: Settlement
) -> None:
    """What was asked again is replaced, what is to be forgotten is not recalled."""
    if begin := asked_again(connection, message):
        connection.execute(SQL["replace"], {**said, "begin": begin})
    if key := memory_key(message, settlement.forget):
        connection.execute(SQL["forget"], {"key": key, "seq": said["seq"]})
