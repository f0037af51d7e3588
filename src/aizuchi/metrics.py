"""Figures for Prometheus: counted where something happens, told in its text format."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

Labels = tuple[tuple[str, str], ...]
Kind = Literal["counter", "gauge", "histogram"]


class Histogram:
    """How many of something were at most so much; `bounds` grow, and none is the last."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds, self._counts, self._sum = bounds, [0] * (len(bounds) + 1), 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def samples(self, name: str, labels: Labels) -> Iterator[str]:
        bounds = [*map(_number, self._bounds), "+Inf"]
        for bound, count in zip(bounds, accumulate(self._counts), strict=True):
            yield _sample(f"{name}_bucket", (*labels, ("le", bound)), count)
        yield _sample(f"{name}_sum", labels, self._sum)
        yield _sample(f"{name}_count", labels, sum(self._counts))


class Metric(NamedTuple):
    """A metric, by its labels."""

    name: str
    kind: Kind
    meaning: str
    values: Mapping[Labels, float | Histogram]

    def text(self) -> str:
        """As Prometheus reads it."""
        samples = (
            line
            for labels, value in self.values.items()
            for line in (
                value.samples(self.name, labels)
                if isinstance(value, Histogram)
                else (_sample(self.name, labels, value),)
            )
        )
        head = f"# HELP {self.name} {self.meaning}\n# TYPE {self.name} {self.kind}\n"
        return head + "".join(samples)


def figure(name: str, kind: Kind, meaning: str, value: float) -> Metric:
    """A metric of one value."""
    return Metric(name, kind, meaning, {(): value})


def _sample(name: str, labels: Labels, value: float) -> str:
    pairs = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
    return f"{name}{{{pairs}}} {_number(value)}\n" if pairs else f"{name} {_number(value)}\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
