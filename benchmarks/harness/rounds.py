"""Rounds in which every contender has its turn, so that a noisy minute is everybody's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

Measure = Callable[[], Mapping[str, Any]]


class Rounds:
    """What was measured: by contender, a mapping of figures a round."""

    def __init__(self, measured: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.measured = measured

    def __contains__(self, name: str) -> bool:
        return name in self.measured

    def __iter__(self) -> Iterator[str]:
        return iter(self.measured)

    def median(self, name: str, figure: str) -> float:
        return float(median(one[figure] for one in self.measured[name]))

    def worst(self, name: str, figure: str) -> float:
        return float(max(one[figure] for one in self.measured[name]))

    def ratio(self, name: str, other: str, figure: str) -> float:
        """The median of the ratios within each round."""
        pairs = zip(self.measured[name], self.measured[other], strict=True)
        return float(median(one[figure] / its[figure] for one, its in pairs))

    def difference(self, name: str, other: str, figure: str) -> float:
        """The median of the differences within each round."""
        pairs = zip(self.measured[name], self.measured[other], strict=True)
        return float(median(one[figure] - its[figure] for one, its in pairs))


def interleaved(contenders: Mapping[str, Measure], rounds: int, *, warm: bool = False) -> Rounds:
    """Measures all of them, round by round, each round beginning with another one."""
    names = list(contenders)
    if warm:
        for name in names:
            contenders[name]()
    measured: dict[str, list[Mapping[str, Any]]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            measured[name].append(contenders[name]())
    return Rounds(measured)
