"""The line from a server to the process that started it, and by which it dies with it."""

import asyncio
import os
import socket
from collections.abc import Mapping

DEV_SOCKET = "AIZUCHI_DEV_SOCKET"
PARENT_FD = "AIZUCHI_PARENT_FD"
CALL_TIMEOUT_S = 5.0
READY, KILL = b"ready\n", b"kill\n"


class Parent:
    """A line that is open as long as the parent lives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def tell_ready(self) -> None:
        """Says that requests are answered now."""
        self._writer.write(READY)
        await self._writer.drain()

    async def gone(self) -> None:
        """Returns when the parent has ended, in whatever way."""
        try:
            while await self._reader.read(64):
                pass
        except OSError:
            return


async def find_parent(environment: Mapping[str, str] = os.environ) -> Parent | None:
    """The line to the parent, where the environment names one."""
    if path := environment.get(DEV_SOCKET):
        async with asyncio.timeout(CALL_TIMEOUT_S):
            return Parent(*await asyncio.open_unix_connection(path))
    if number := environment.get(PARENT_FD):
        line = socket.socket(fileno=int(number))
        line.set_inheritable(False)
        return Parent(*await asyncio.open_connection(sock=line))
    return None


def has_parent(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether another process started this server, and speaks for it."""
    return DEV_SOCKET in environment or PARENT_FD in environment


def is_in_dev(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether `aizuchi dev` started this server, which alone mounts `POST /dev/kill`."""
    return bool(environment.get(DEV_SOCKET))


async def ask_to_be_killed(environment: Mapping[str, str] = os.environ) -> None:
    """Asks the parent to end this process with SIGKILL, as a crash would, and to start another."""
    async with asyncio.timeout(CALL_TIMEOUT_S):
        _, writer = await asyncio.open_unix_connection(environment[DEV_SOCKET])
        writer.write(KILL)
        await writer.drain()
