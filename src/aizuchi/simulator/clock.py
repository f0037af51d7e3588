"""The time on a fake platform: that of its source, and whatever a test has let pass besides."""

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Tells seconds since the epoch. `advance` lets time pass at once: whoever sleeps by this clock
    wakes when its time has come."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead_s = 0.0
        self._advanced = asyncio.Event()

    def __call__(self) -> float:
        return self._source() + self._ahead_s

    def advance(self, seconds: float) -> None:
        self._ahead_s += seconds
        self._advanced.set()
        self._advanced = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Returns when so many seconds have passed, by themselves or by `advance`."""
        until = self() + seconds
        while (left_s := until - self()) > 0:
            try:
                async with asyncio.timeout(left_s):
                    await self._advanced.wait()
            except TimeoutError:
                return
