"""What is to be seen of answers on a platform, and when: the same figures for every platform."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.harness.speaker import Spoken, mark_of

SPACE = re.compile(r"\s+")


class Seen(NamedTuple):
    """What was to be seen of an answer, in seconds until the app has the reply; None: it never was.

    first_s         from its first word to the first text
    final_s         from its last word to all of its text
    closed_s        from its last word until nothing streams and no sign of work is left
    share           the part of the text that stands there in the end
    held_s          how late the model was with any word, because nobody read
    past_refusal_s  from the end of the last refusal's Retry-After to all of the text
    """

    first_s: float | None = None
    final_s: float | None = None
    closed_s: float | None = None
    share: float = 0.0
    held_s: float = 0.0
    past_refusal_s: float | None = None


class Run(NamedTuple):
    """Answers at the same time.

    calls           how often each method was called
    writes, signs   how many of the calls write, and how many only show that somebody is at work
    refused         how many were one too many for the platform
    busiest_minute  the most appends in any minute
    patience_s      what was not there so long after the last word was not waited for
    """

    answers: Sequence[Seen]
    calls: Mapping[str, int]
    writes: int
    signs: int
    refused: int
    busiest_minute: int
    patience_s: float


class Watched:
    """An answer that is watched: what stands there now, and since when it stood whole or closed."""

    def __init__(self) -> None:
        self._text = ""
        self._spoken: Spoken | None = None
        self._first_at = self._final_at = self._closed_at = 0.0

    @property
    def is_closed(self) -> bool:
        return bool(self._closed_at)

    def stands(self, text: str, spoken: Sequence[Spoken], now: float, *, at_work: bool) -> None:
        """Takes in what stands now of an answer that is one of those that were spoken."""
        self._text = text
        self._spoken = _which(text, spoken)
        if self._spoken is None:
            return
        self._first_at = self._first_at or now
        if letters(text) == letters(self._spoken.text):
            self._final_at = self._final_at or now
            self._closed_at = self._closed_at or (0.0 if at_work else now)

    def seen(self, back_s: float, refused_until: float) -> Seen:
        """`back_s` is the way of a reply to the app."""
        spoken = self._spoken
        if spoken is None:
            return Seen()
        return Seen(
            _between(spoken.first_at - back_s, self._first_at),
            _between(spoken.last_at - back_s, self._final_at),
            _between(spoken.last_at - back_s, self._closed_at),
            share(letters(self._text), letters(spoken.text)),
            spoken.late_s,
            _between(refused_until, self._final_at) if refused_until else None,
        )


def _which(text: str, spoken: Sequence[Spoken]) -> Spoken | None:
    """The answer of which this is the beginning."""
    for number, one in enumerate(spoken, 1):
        if text.startswith(mark_of(number)):
            return one
    return None


def _between(earlier: float, later: float) -> float | None:
    return later - earlier if later else None


def letters(text: str) -> str:
    """A text without its spaces: where a page ends, they may go."""
    return SPACE.sub("", text)


def share(shown: str, whole: str) -> float:
    """How much of a text is shown, from its beginning as far as it goes."""
    same = next((n for n, (a, b) in enumerate(zip(shown, whole, strict=False)) if a != b), None)
    return (min(len(shown), len(whole)) if same is None else same) / len(whole)
