"""Discord's ids: numbers with the time in them, later ones larger."""

from collections.abc import Callable

EPOCH_MS = 1_420_070_400_000
TIME_BITS = 22
WORKER = 1 << 17


class Snowflakes:
    """A new id at every call, larger than all before it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = 0

    def __call__(self) -> str:
        now = (int(self._clock() * 1000) - EPOCH_MS) << TIME_BITS
        self._last = max(now | WORKER, self._last + 1)
        return str(self._last)


def time_of(id_: str) -> float:
    """When an id was made, in seconds since the epoch."""
    return ((int(id_) >> TIME_BITS) + EPOCH_MS) / 1000
