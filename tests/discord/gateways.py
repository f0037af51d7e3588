"""A connection to a fake Discord over a network on loopback, and what it has brought."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from aizuchi.simulator.discord import FakeDiscord, serving
from aizuchi.surfaces.discord import gateway
from aizuchi.surfaces.discord.gateway import Gateway

PATIENCE_S = 20.0


async def soon(holds: Callable[[], object]) -> None:
    """Waits until something is so, by looking."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what it waits for is another's
            await asyncio.sleep(0.01)


class Line:
    """A connection, and the events that came over it."""

    def __init__(self, discord: FakeDiscord, token: str) -> None:
        self.discord = discord
        self.heard: list[tuple[str, Mapping[str, Any]]] = []
        self.gateway = Gateway(
            token or discord.bot_token,
            discord.api_base,
            lambda event, payload: self.heard.append((event, payload)),
        )

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.heard]

    @property
    def texts(self) -> list[str]:
        """What people wrote."""
        return [fields["content"] for event, fields in self.heard if event == "MESSAGE_CREATE"]

    async def connected(self, times: int = 1) -> None:
        """Waits until it is connected, for the so-manieth time."""
        greetings = ("READY", "RESUMED")
        await soon(lambda: sum(event in greetings for event in self.events) >= times)
        await soon(lambda: self.gateway.is_connected)


@asynccontextmanager
async def line_to(discord: FakeDiscord, token: str = "") -> AsyncIterator[Line]:
    """A connection that is kept until the end of the block, with the bot's token or another."""
    line = Line(discord, token)
    keeping = asyncio.create_task(line.gateway.run())
    try:
        yield line
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@asynccontextmanager
async def connected() -> AsyncIterator[Line]:
    async with serving(FakeDiscord()) as discord, line_to(discord) as line:
        await line.connected()
        yield line


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once, which no test need wait for."""
    monkeypatch.setattr(gateway, "pause_after", lambda failures: 0.0)
