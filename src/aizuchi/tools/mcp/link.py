"""One connection to an MCP server, as this process has it: its broker, and the calls meanwhile."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from aizuchi.tools.mcp.wire import (
    MOST_LINE,
    Call,
    Cancel,
    Connect,
    Lost,
    Offered,
    Order,
    Returned,
    line_of,
    report_of,
)

COMMAND = (sys.executable, "-P", "-m", "aizuchi.tools.mcp.broker")
INHERITED = (
    *("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ", "USER"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy", "PYTHONPATH"),
)
POLITE_S = 0.8
HUNG_S = 10.0
"""How long a broker may take to return a call that was given up; then it hangs."""


class Link:
    """A running broker. `run` is its life."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._waiting: dict[int, asyncio.Future[Returned]] = {}
        self._given_up: dict[int, asyncio.TimerHandle] = {}
        self._last = 0

    async def run(self, connect: Connect, offered: Callable[[Offered], None]) -> str:
        """Connects, and tells what is offered whenever that is something else; why it ended."""
        self._say(connect)
        try:
            return await self._listen(offered)
        except (ValueError, msgspec.MsgspecError):
            return "its broker said what could not be read"
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_result(Returned(0, "lost"))

    async def _listen(self, offered: Callable[[Offered], None]) -> str:
        assert self._process.stdout
        while line := await self._process.stdout.readline():
            match report_of(line):
                case Offered() as found:
                    offered(found)
                case Returned() as returned:
                    self._return(returned)
                case Lost(why):
                    return why
        return "its broker ended"

    def _return(self, returned: Returned) -> None:
        if timer := self._given_up.pop(returned.id, None):
            timer.cancel()
        future = self._waiting.get(returned.id)
        if future and not future.done():
            future.set_result(returned)

    async def call(self, tool: str, arguments: dict[str, Any], stamp: str) -> Returned:
        """Calls a tool; once nobody waits for it any more, the server is told so."""
        self._last += 1
        number = self._last
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(Call(number, tool, arguments, stamp))
        try:
            return await self._waiting[number]
        except asyncio.CancelledError:
            self._give_up(number)
            raise
        finally:
            del self._waiting[number]

    def _give_up(self, number: int) -> None:
        self._say(Cancel(number))
        loop = asyncio.get_running_loop()
        self._given_up[number] = loop.call_later(HUNG_S, self._kill)

    def _say(self, order: Order) -> None:
        assert self._process.stdin
        self._process.stdin.write(line_of(order))

    async def close(self) -> None:
        """Ends the broker, and whatever else it has started."""
        for timer in self._given_up.values():
            timer.cancel()
        assert self._process.stdin
        self._process.stdin.close()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLITE_S):
                    await self._process.wait()
        finally:  # also where nobody has the patience to wait for it
            self._kill()
            await self._process.wait()

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


@asynccontextmanager
async def open_link() -> AsyncIterator[Link]:
    """Starts a broker; afterwards nothing of it is left.

    Raises:
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in INHERITED if name in os.environ},
        limit=MOST_LINE,
        start_new_session=True,
    )
    link = Link(process)
    try:
        yield link
    finally:
        await link.close()
