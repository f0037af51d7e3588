"""Keeps a server running: starts it, starts it again, and ends it, as it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Protocol

PAUSES_S = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
LONG_LIFE_S = 10.0
RELOAD_PATIENCE_S = 2.0
KILL_AFTER_S = 3.0


class Order(StrEnum):
    """What a supervisor may be told."""

    KILL = "kill"
    RELOAD = "reload"
    STOP = "stop"


class Server(Protocol):
    """A running server. The first `terminate` lets answers end, the second does not wait."""

    async def wait(self) -> int:
        """Returns the exit code when it has ended."""
        ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class Supervisor:
    """One server at a time, until it is told to stop; `drain_s` is what the server may take."""

    def __init__(
        self,
        launch: Callable[[], Awaitable[Server]],
        say: Callable[[str], None],
        drain_s: float,
    ) -> None:
        self._launch, self._say, self._drain_s = launch, say, drain_s
        self._news = asyncio.Event()
        self._wanted: Order | None = None
        self._stops = 0
        self._deaths = 0

    def tell(self, order: Order) -> None:
        """Gives an order. To stop is never taken back; told twice, it does not wait."""
        if order is Order.STOP:
            self._stops += 1
        else:
            self._wanted = order
        self._news.set()

    async def run(self) -> None:
        """Returns when the server has ended as it was told to."""
        while not self._stops:
            server = await self._launch()
            began, ended = _now(), asyncio.create_task(server.wait())
            await self._news_or(ended)
            if self._news.is_set():
                await self._carry_out(self._take_order(), server, ended)
            else:
                await self._pause(ended.result(), _now() - began)

    def _take_order(self) -> Order | None:
        order, self._wanted = self._wanted, None
        self._news.clear()
        return Order.STOP if self._stops else order

    async def _carry_out(
        self, order: Order | None, server: Server, ended: asyncio.Task[int]
    ) -> None:
        self._deaths = 0
        if order is Order.KILL:
            self._say("Killed, as asked. It starts again.")
            server.kill()
        else:
            await self._end(server, ended, in_hurry=order is Order.RELOAD)
        await ended

    async def _end(self, server: Server, ended: asyncio.Task[int], *, in_hurry: bool) -> None:
        """Lets answers end for a while, or until told to stop once more; then it must end."""
        server.terminate()
        await self._news_or(ended, RELOAD_PATIENCE_S if in_hurry else self._drain_s)
        if not ended.done():
            server.terminate()
            await asyncio.wait([ended], timeout=KILL_AFTER_S)
        if not ended.done():
            server.kill()

    async def _pause(self, code: int, lived_s: float) -> None:
        """Waits before the next start, longer each time a server does not live; news end it."""
        self._deaths = 1 if lived_s > LONG_LIFE_S else self._deaths + 1
        pause_s = PAUSES_S[min(self._deaths, len(PAUSES_S)) - 1]
        when = f"in {pause_s:g} s, or when a file changes" if pause_s else "at once"
        self._say(f"The server ended by itself ({_how(code)}). It starts again {when}.")
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._news.wait()
        self._take_order()

    async def _news_or(self, ended: asyncio.Task[int], within_s: float | None = None) -> None:
        """Returns when the server has ended, somebody gives an order, or the time is over."""
        news = asyncio.create_task(self._news.wait())
        await asyncio.wait([ended, news], timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"exit code {code}"
