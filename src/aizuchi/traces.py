"""The life of a turn, as it is kept: when what happened, what it took, and why; never a word of it.

Most of it is read off the answer's log when the turn settles. What the log does not hold (a copy of
the message, a platform that was too busy, a model that was asked again) is noted on the side, off
the way of the message.
"""

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.answers import Entry, Finished, Posting, Shown, TextDelta
from aizuchi.history import Event, Trace

LETTERS = {
    "attempt": "a",
    "text": "t",
    "posting": "p",
    "shown": "s",
    "finished": "f",
}
USUAL = {"attempt": "1", "posting": "1", "shown": "1", "finished": "answered"}
EVENT = re.compile(r"(-?\d+)([a-z])(.*)")
_CODES = {letter: code for code, letter in LETTERS.items()}


class Elsewhere(NamedTuple):
    """What a call of the model has used at one of its fallbacks; of that, what the model wrote."""

    endpoint: str
    tokens: int
    written: int

    @property
    def noted(self) -> str:
        return f"{self.endpoint} {self.tokens} {self.written}"


def elsewhere(noted: str) -> Elsewhere:
    """What a note says that was used."""
    endpoint, tokens, written = noted.split(" ")
    return Elsewhere(endpoint, int(tokens), int(written))


class Told(NamedTuple):
    """The life of a turn; who asked, where, and the number of what went wrong, as far as known."""

    turn_id: str
    trace: Trace
    person: str = ""
    place: str = ""
    incident: str = ""


class Listed(NamedTuple):
    """A turn of a chat: when it was asked, and how it ended; that is empty while it is open."""

    turn_id: str
    at: float
    outcome: str


class UsedElsewhere(NamedTuple):
    """What a call at a fallback has used, on which day (ISO date), for whom, as far as known."""

    day: str
    person: str
    used: Elsewhere


class Written(NamedTuple):
    """Neighbouring entries of an attempt, and when the store had them."""

    at: float
    attempt: int
    n: int
    entries: Sequence[Entry | None]


def timeline(rows: Sequence[Written]) -> tuple[Event, ...]:
    """What the log of an answer tells of when: attempts, their first words, posts, the end."""
    events: list[Event] = []
    seen: set[tuple[str, int]] = set()
    for at, attempt, _, entries in rows:
        for code, detail in _told(attempt, entries):
            if code not in ("attempt", "text") or (code, attempt) not in seen:
                events.append(Event(at, code, detail))
            seen.add((code, attempt))
    return tuple(events)


def _told(attempt: int, entries: Sequence[Entry | None]) -> list[tuple[str, str]]:
    found = [("attempt", str(attempt))] if attempt else []
    for entry in entries:
        match entry:
            case TextDelta():
                found.append(("text", ""))
            case Posting(page):
                found.append(("posting", str(page)))
            case Shown(page):
                found.append(("shown", str(page)))
            case Finished(outcome, _, _, code):
                found.append(("finished", code or outcome))
            case _:
                pass
    return found


def encode_trace(trace: Trace) -> str:
    """As it is stored, as short as may be: there is one for every turn. Times are milliseconds from
    when it was accepted, codes are letters, and what is usual is left out."""
    begin = trace.accepted_at
    events = (
        f"{_ms(at, begin)}{LETTERS[code]}{'' if detail == USUAL.get(code) else detail}"
        for at, code, detail in trace.events
    )
    settled_as = "" if trace.settled_as == "answered" else trace.settled_as
    account = (settled_as, trace.reason, trace.tokens, trace.written)
    return _compact([_ms(trace.settled_at, begin), ",".join(events), *account])


def decode_trace(accepted_at: float, stored: str) -> Trace:
    settled, events, settled_as, reason, tokens, written = json.loads(stored)[:6]
    found = [EVENT.fullmatch(each) for each in events.split(",")]
    return Trace(
        accepted_at=accepted_at,
        events=tuple(_event(accepted_at, each) for each in found if each and each[2] in _CODES),
        settled_at=accepted_at + settled / 1000,
        settled_as=settled_as or "answered",
        reason=reason,
        tokens=tokens,
        written=written,
    )


def _event(accepted_at: float, found: re.Match[str]) -> Event:
    code = _CODES[found[2]]
    return Event(accepted_at + int(found[1]) / 1000, code, found[3] or USUAL.get(code, ""))


def _ms(at: float, begin: float) -> int:
    return round(1000 * (at - begin))


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
