"""What a server may do to its broker: so much memory, so many messages."""

import asyncio
import resource
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

import anyio
from mcp.shared.message import SessionMessage

MOST_LINE = 16 * 2**20
MOST_MEMORY = 2**30
FLOOD, FLOOD_S = 5_000, 10.0

Over = Callable[[str], None]
"""Told once, why the connection is over."""


class Messages(Protocol):
    """What comes from a server, by whatever transport."""

    async def receive(self) -> SessionMessage | Exception: ...

    async def aclose(self) -> None: ...


class Metered:
    """A stream of messages that is over once there are too many of them."""

    def __init__(self, heard: Messages, over: Over) -> None:
        self._heard, self._over = heard, over
        self._since, self._count = 0.0, 0

    async def receive(self) -> SessionMessage | Exception:
        return await self._counted(await self._heard.receive())

    async def aclose(self) -> None:
        await self._heard.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.aclose()

    async def _counted(self, message: SessionMessage | Exception) -> SessionMessage | Exception:
        now = asyncio.get_running_loop().time()
        if now - self._since > FLOOD_S:
            self._since, self._count = now, 0
        self._count += 1
        if self._count > FLOOD:
            self._over(f"it sent {FLOOD} messages within {FLOOD_S:g} seconds")
            await asyncio.Event().wait()
        return message


def bound_memory() -> None:
    """Whatever a server sends, this process does not eat up the machine; best effort."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
