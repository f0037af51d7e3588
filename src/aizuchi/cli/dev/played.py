"""A platform that `aizuchi dev` plays: where it listens, and how it is ordered about."""

import secrets
import socket
from collections.abc import Mapping
from typing import Protocol


class Door:
    """Where a platform listens, and the token for orders to it. It listens at once, so that a
    server may call before what answers there is loaded."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.control_token = secrets.token_hex(16)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"


class Played(Protocol):
    """A platform with keys of its own, made anew."""

    name: str
    title: str
    door: Door

    @property
    def environment(self) -> Mapping[str, str]:
        """What leads a server to it."""

    @property
    def greeting(self) -> str:
        """What a person is told of it."""

    async def play(self) -> None:
        """Answers at its door until it is cancelled."""
