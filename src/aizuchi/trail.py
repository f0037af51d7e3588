"""What was done on the way to an answer: all that is left of it once the answer has ended."""

from collections.abc import Sequence

from aizuchi.answers import Logged, Step, ToolReturned, Trail, decode, encode, fold
from aizuchi.words import THINKING


def trail_of(log: Sequence[Logged]) -> Trail:
    """The trail of an answer that has ended: what was under way then was not done."""
    steps = tuple(
        step if step.state == "done" else step._replace(state="failed")
        for step in fold(log).steps
        if step.id != THINKING
    )
    found = (line.entry.sources for line in log if isinstance(line.entry, ToolReturned))
    sources = {source.url: source for each in found for source in each}
    return Trail(steps, tuple(sources.values()))


def encode_trail(trail: Trail) -> str:
    """A trail as stored, in the words of a log."""
    found = (ToolReturned(0, 0, "", sources=trail.sources),) if trail.sources else ()
    return encode((*trail.steps, *found))


def decode_trail(stored: str) -> Trail:
    entries = decode(stored)
    steps = tuple(entry for entry in entries if isinstance(entry, Step))
    found = (entry.sources for entry in entries if isinstance(entry, ToolReturned))
    return Trail(steps, tuple(source for each in found for source in each))
