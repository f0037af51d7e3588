"""The durable half of an answer log: what every engine keeps of it, and by which rules."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from aizuchi.answers import (
    HEARD,
    Entry,
    Finished,
    Heard,
    Logged,
    Position,
    Posting,
    Restarted,
    Shown,
    TextDelta,
    Trail,
)
from aizuchi.turns import State, after

RECEIPTS = (Posting, Shown)


class Line(NamedTuple):
    """Neighbouring entries of one attempt, stored together; `n` is the place of the first."""

    turn_id: str
    attempt: int
    n: int
    entries: tuple[Entry, ...]


class Transcript(NamedTuple):
    """What the store has of an answer. Collapsed, one text replaces all that was streamed."""

    log: Sequence[Logged]
    collapsed: bool = False


class LogStore(Protocol):
    """The durable half of an answer log."""

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        """Keeps each line whose attempt is its turn's newest; False for the others."""
        ...

    async def load(self, turn_id: str) -> Transcript: ...


def state_with(state: State, entries: Sequence[Entry]) -> State | None:
    """The state of a turn once its newest attempt has written these; None where it may not.

    Whoever gave the turn back writes nothing, and after the end there are only receipts.
    """
    for entry in entries:
        if state == "working" and isinstance(entry, Finished):
            state = after(state, "finish")
        elif state != "working" and not (state == "finished" and isinstance(entry, RECEIPTS)):
            return None
    return state


def logged(attempt: int, n: int, entries: Sequence[Entry | None]) -> list[Logged]:
    """The entries of a stored line in their places, without those that nobody knows any more."""
    return [
        Logged(Position(attempt, n + index), entry)
        for index, entry in enumerate(entries)
        if entry is not None
    ]


def collapsed(
    end: Position, finished: Finished, shown: Sequence[Shown], trail: Trail = Trail()
) -> Transcript:
    """An ended answer without the pieces in which it was made: its receipts, steps, text and end.
    Where its numbers leave no room for the steps, it goes without."""
    log = [Logged(HEARD, Heard()), *logged(0, HEARD.n + 1, shown)]
    text = (TextDelta(finished.text),) if finished.text else ()
    steps = trail.steps if len(trail.steps) <= end.n - 3 else ()
    whole = (Restarted(), *steps, *text, finished)
    log += logged(end.attempt, end.n - len(whole) + 1, whole)
    return Transcript(log, collapsed=True)
