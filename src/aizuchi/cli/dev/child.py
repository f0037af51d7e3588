"""The server that `aizuchi dev` runs: `aizuchi serve` on the parent's socket."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from socket import socket

from aizuchi.hosts.listening import LISTEN_FD
from aizuchi.hosts.parent import DEV_SOCKET

PIECE = 64 * 1024
LAST_WORDS_S = 0.5  # another process may still hold the pipe


class Child:
    """A running server; what it says is passed on line by line."""

    def __init__(self, process: asyncio.subprocess.Process, say: Callable[[str], None]) -> None:
        self._process = process
        self._passing_on = asyncio.create_task(_pass_on(process.stdout, say))

    async def wait(self) -> int:
        code = await self._process.wait()
        await asyncio.wait([self._passing_on], timeout=LAST_WORDS_S)
        self._passing_on.cancel()
        return code

    def terminate(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()


async def launch(
    arguments: Sequence[str],
    listener: socket,
    line: Path,
    environment: Mapping[str, str],
    say: Callable[[str], None],
) -> Child:
    """Starts a server with these options and this beside our environment; it dies with the line
    to us."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "aizuchi", "serve", *arguments),
        env={**os.environ, **environment, LISTEN_FD: str(listener.fileno()), DEV_SOCKET: str(line)},
        pass_fds=[listener.fileno()],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    return Child(process, say)


async def _pass_on(output: asyncio.StreamReader | None, say: Callable[[str], None]) -> None:
    rest = b""
    while output and (piece := await output.read(PIECE)):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            say(line.decode("utf-8", "replace"))
    if rest:
        say(rest.decode("utf-8", "replace"))
