"""A wait that ends: one timer, however often the deadline moves."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Cancels a wait of the task that made it, once that passes its deadline.

    `asyncio.timeout` sets and cancels a timer for every wait; a stream waits for thousands of
    reads, so here the timer of the first wait looks, when it rings, at where the deadline is now.
    """

    __slots__ = ("_deadline", "_expired", "_loop", "_owner", "_rings_at", "_timer", "_waits")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._owner = asyncio.current_task()  # asked once: it costs more than the wait
        self._waits = False
        self._deadline = self._rings_at = 0.0
        self._expired = False

    def now(self) -> float:
        return self._loop.time()

    async def until(self, deadline: float, wait: Awaitable[T]) -> T:
        """What `wait` gives, or TimeoutError once the loop's time has passed `deadline`."""
        self._deadline = deadline
        if self._timer is None or self._rings_at > deadline:
            self._set()
        self._waits, owner = True, self._owner
        cancelling = owner.cancelling() if owner else 0
        try:
            return await wait
        except asyncio.CancelledError:
            if self._expired and owner and owner.uncancel() <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._waits = False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _set(self) -> None:
        self.close()
        self._rings_at = self._deadline
        self._timer = self._loop.call_at(self._deadline, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._set()
        elif self._waits and self._owner:
            self._expired = True
            self._owner.cancel()
