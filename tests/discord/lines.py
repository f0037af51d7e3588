"""The Gateway in simulated time: the socket's own half, with a fake connection under it."""

import asyncio
from typing import Any

import pytest

from aizuchi.simulator.discord import FakeDiscord
from aizuchi.surfaces.discord import socket
from aizuchi.surfaces.discord.gateway import INTENTS, Heard


def connect_in_process(monkeypatch: pytest.MonkeyPatch, discord: FakeDiscord) -> None:
    """From now on an app is connected to this fake as soon as it runs, without a network."""

    class Line:
        is_connected = False

        def __init__(self, token: str, api_base: str, heard: Heard) -> None:
            self._heard = heard

        async def run(self) -> None:
            session = discord.gateway.listen(self._heard, INTENTS.value)
            self.is_connected = True
            try:
                await asyncio.Event().wait()
            finally:
                session.leave()
                discord.gateway.sessions.remove(session)

    line: Any = Line
    monkeypatch.setattr(socket, "Gateway", line)
