"""An event loop whose clock jumps to the next timer: an hour passes in a millisecond."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = 1_800_000_000.0
LIMIT_S = 172_800.0


class Stuck(Exception):
    """Everything waits and no timer is set, or nothing but timers has happened for two days."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never sleeps: where the loop would wait for a timer, time jumps there."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise Stuck("every task waits and no timer is set")
        if not ready and timeout:
            self.now += timeout
            if self.now > LIMIT_S:
                raise Stuck("two days have passed and the test has not ended")
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Runs tasks in simulated time; no threads, no real sockets."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    def advance(self, seconds: float) -> None:
        """Lets time pass while nobody runs, as in a process that is frozen."""
        self._jumping.now += seconds


def clock() -> float:
    """The time of day under simulated time, in seconds since the epoch."""
    return EPOCH + asyncio.get_running_loop().time()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end in simulated time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
