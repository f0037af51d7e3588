"""Wakes those who wait for work: something changed, or it is time."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple


class Bell:
    """Rung at every change; nobody who listens from before the ring misses it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """Set by the next ring."""
        return self._rung

    async def wait(self, rung: asyncio.Event, until: float | None) -> None:
        """Returns at the ring, or at that time of the day (seconds since the epoch)."""
        with suppress(TimeoutError):
            left = None if until is None else max(0.0, until - self._clock())
            async with asyncio.timeout(left):
                await rung.wait()


class Bells(NamedTuple):
    """Who answers hears of every turn that may be claimed; who only ends turns, or waits for the
    end of a question, need not wake up for each message that comes."""

    answer: Bell
    end: Bell
    asked: Bell

    def ring(self) -> None:
        self.answer.ring()
        self.end.ring()
