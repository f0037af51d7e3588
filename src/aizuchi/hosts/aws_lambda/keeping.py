"""What a function opens once, and keeps from one invocation to the next."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, TypeVar

from aizuchi.attempt import cancel

Thing = TypeVar("Thing")
Open = Callable[[float], AbstractAsyncContextManager[Thing]]
"""Opens it for invocations of so many seconds."""

Work = Callable[[Thing], Coroutine[Any, Any, None]]
"""What goes on in it for as long as it is open."""


async def nothing(thing: object) -> None:
    """The work of what only waits to be asked."""
    await asyncio.Event().wait()


class Keeper(Generic[Thing]):
    """Opens a thing for the first who wants it, and anew for the next after its work broke off."""

    def __init__(self, open_it: Open[Thing], work: Work[Thing] = nothing) -> None:
        self._open, self._work = open_it, work
        self._living: asyncio.Task[None] | None = None
        self._is_open = asyncio.Event()
        self._thing: Thing | None = None

    async def opened(self, left_s: float) -> tuple[Thing, asyncio.Task[None]]:
        """It, and its work. What keeps it from being opened is raised."""
        if self._living is None or self._living.done():
            self._is_open.clear()
            self._living = asyncio.create_task(self._live(left_s))
            opening = asyncio.create_task(self._is_open.wait())
            await asyncio.wait({opening, self._living}, return_when=asyncio.FIRST_COMPLETED)
            await cancel(opening)
        if self._living.done():
            self._living.result()
        assert self._thing
        return self._thing, self._living

    async def close(self) -> None:
        if self._living:
            await cancel(self._living)

    async def _live(self, left_s: float) -> None:
        async with self._open(left_s) as self._thing:
            self._is_open.set()
            await self._work(self._thing)
