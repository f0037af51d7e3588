"""The fake Discord as a server on loopback, for clients that want a real network."""

import contextlib
import socket
from collections.abc import AsyncIterator

from aizuchi.simulator.discord.app import app_of
from aizuchi.simulator.discord.fake import FakeDiscord
from aizuchi.simulator.serving import address_of, listener, served


@contextlib.asynccontextmanager
async def serving(
    discord: FakeDiscord, listening: socket.socket | None = None
) -> AsyncIterator[FakeDiscord]:
    """Serves for as long as the block lasts, on a socket that listens already or on any free port;
    `discord.address` says where."""
    listening = listening or listener()
    discord.address = address_of(listening)
    async with served(app_of(discord), listening):
        try:
            yield discord
        finally:
            await discord.close()
