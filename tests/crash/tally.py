"""What crash matrices find, counted case by case, and told at the end of a run."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .lives import is_whole


class Asked(NamedTuple):
    """A question, and those that had been acknowledged when it was asked."""

    question: str
    after: frozenset[str] = frozenset()


class Judged(NamedTuple):
    """What became of questions.

    faults      how many there were meanwhile
    lost        no whole answer stands there
    torn        messages that are no whole answer of one call of the model
    misordered  pairs of which the later was answered first, though the earlier one had been
                acknowledged before the later one was asked
    doubled     answered more often than asked, or standing there a third time
    left        what is still open or at work at the end
    repeated    answers that stand there a second time, where the platform leaves that doubt
    """

    faults: int = 0
    lost: int = 0
    torn: int = 0
    misordered: int = 0
    doubled: int = 0
    left: int = 0
    repeated: int = 0

    @property
    def is_kept(self) -> bool:
        """Whether all promises are; a repetition in doubt is none of them."""
        return not any(self[1:-1])

    def with_repeated(self, most: int) -> "Judged":
        """The same where at most so many repetitions are in doubt; all others are doubles."""
        allowed = min(self.repeated, most)
        doubled = self.doubled + self.repeated - allowed
        return self._replace(doubled=doubled, repeated=allowed)


def judged(
    shown: Sequence[str], asked: Sequence[Asked], question_of: Callable[[str], str]
) -> Judged:
    """What became of the questions of one conversation, by what stands there in the end."""
    whole = [text for text in shown if is_whole(f"{text.strip()} ")]
    copies = Counter(whole)
    answered = [question_of(text) for text in copies]
    questions = [one.question for one in asked]
    too_often = Counter(answered) - Counter(questions)
    return Judged(
        lost=len({*questions} - {*answered}),
        torn=len(shown) - len(whole),
        misordered=sum(_overtakes(one, answered) for one in asked),
        doubled=too_often.total() + sum(max(0, count - 2) for count in copies.values()),
        repeated=sum(count > 1 for count in copies.values()),
    )


def _overtakes(one: Asked, answered: Sequence[str]) -> int:
    """How many of those before it are answered only after it."""
    if one.question not in answered:
        return 0
    at = answered.index(one.question)
    return len(one.after & {*answered[at + 1 :]} - {*answered[: at + 1]})


def in_turn(*questions: str) -> list[Asked]:
    """Questions of which each was acknowledged before the next was asked."""
    return [Asked(each, frozenset(questions[:n])) for n, each in enumerate(questions)]


def together(several: Iterable[Judged]) -> Judged:
    return Judged(*map(sum, zip(*several, strict=True)))


Plain = Sequence[tuple[Any, ...]]


class Tally:
    """The counts of all cases so far. `doubt` names what a case's repetitions come of."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Judged]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, case: str, doubt: str, found: Judged) -> None:
        self._found.setdefault((case, doubt), []).append(found)

    def plain(self) -> Plain:
        """What one process tells another."""
        every = self._found.items()
        return [(*name, *judged) for name, found in every for judged in found]

    def add_plain(self, told: Plain) -> None:
        for case, doubt, *counts in told:
            self.add(case, doubt, Judged(*counts))

    def lines(self) -> list[str]:
        """A line a case, below one of headings and above one of sums."""
        head = ["", "runs", *Judged._fields[:-1], "repeated in doubt"]
        rows = [head, *map(_cells, self._found, self._found.values()), self._sums()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        return [_line(row, widths) for row in rows]

    def save(self, file: Path) -> None:
        kept = {
            case: {"runs": len(found), **together(found)._asdict(), "doubt": doubt}
            for (case, doubt), found in self._found.items()
        }
        file.write_text(f"{json.dumps(kept, indent=2)}\n", "utf-8")

    def _sums(self) -> list[str]:
        return _cells(("in all", ""), [one for found in self._found.values() for one in found])


def _cells(name: tuple[str, str], found: Sequence[Judged]) -> list[str]:
    case, doubt = name
    *counts, repeated = map(str, together(found))
    return [case, str(len(found)), *counts, f"{repeated} × {doubt}" if doubt else repeated]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])
