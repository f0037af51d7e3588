"""An MCP server as a child process, spoken with over its pipes; it cannot outlive us."""

import asyncio
import ctypes
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from aizuchi.tools.mcp.bounds import MOST_LINE, Metered, Over, bound_memory
from aizuchi.tools.mcp.offers import told

MOST_JUNK = 1_000
POLITE_S = 0.4
"""How long it may take to end by itself once nobody speaks with it; then it is killed."""
PR_SET_PDEATHSIG = 1
LAST_WORDS = 1_000

Heard = SessionMessage | Exception
Sent = MemoryObjectSendStream[SessionMessage]


@asynccontextmanager
async def open_pipes(
    command: Sequence[str], env: Mapping[str, str], folder: str, over: Over
) -> AsyncIterator[tuple[Metered, Sent]]:
    """Starts a server and gives the streams of a session with it; at the end it has ended.

    Raises:
        OSError: it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=env,
        cwd=folder,
        limit=MOST_LINE,
        preexec_fn=_die_with_parent,
    )
    heard, received = anyio.create_memory_object_stream[Heard](0)
    sent, to_write = anyio.create_memory_object_stream[SessionMessage](0)
    bound_memory()  # now: the server is not to inherit it
    child = _Child(process)
    reading = asyncio.create_task(child.read(heard, over))
    others = [asyncio.create_task(child.write(to_write)), asyncio.create_task(child.listen())]
    try:
        yield Metered(received, over), sent
    finally:
        reading.cancel()  # that it ends now is not why it is over
        await child.end()
        for task in others:
            task.cancel()
        await asyncio.gather(reading, *others, return_exceptions=True)
        for stream in (heard, received, sent, to_write):
            stream.close()


class _Child:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._last_words: deque[int] = deque(maxlen=LAST_WORDS)

    async def read(self, heard: MemoryObjectSendStream[Heard], over: Over) -> None:
        """Passes on what it says, until it says no more."""
        why = ""
        with suppress(anyio.BrokenResourceError):
            try:
                await self._read(heard)
            except _Nonsense as error:
                why = str(error)
        over(why or await self._obituary())
        heard.close()

    async def _read(self, heard: MemoryObjectSendStream[Heard]) -> None:
        assert self._process.stdout
        junk = 0
        while line := await _line(self._process.stdout):
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                junk += bool(line.strip())
                if junk > MOST_JUNK:
                    raise _Nonsense("what it says is not MCP") from None
                continue
            await heard.send(SessionMessage(message))

    async def write(self, to_write: MemoryObjectReceiveStream[SessionMessage]) -> None:
        assert self._process.stdin
        with suppress(OSError):
            async for said in to_write:
                line = said.message.model_dump_json(by_alias=True, exclude_unset=True)
                self._process.stdin.write(line.encode() + b"\n")
                await self._process.stdin.drain()

    async def listen(self) -> None:
        """Takes what it writes to stderr, and keeps the end of it."""
        assert self._process.stderr
        while piece := await self._process.stderr.read(65_536):
            self._last_words.extend(piece)

    async def end(self) -> None:
        """Lets it end by itself, else ends it."""
        if self._process.stdin:
            self._process.stdin.close()
        if not await self._ended(POLITE_S / 2):
            with suppress(ProcessLookupError):
                self._process.terminate()
            if not await self._ended(POLITE_S / 2):
                with suppress(ProcessLookupError):
                    self._process.kill()

    async def _obituary(self) -> str:
        ended = await self._ended(POLITE_S)
        words = told(bytes(self._last_words).decode("utf-8", "replace"), 300)
        how = f"it ended (exit code {self._process.returncode})" if ended else "it says no more"
        return f"{how}: {words}" if words else how

    async def _ended(self, within_s: float) -> bool:
        """Whether it has, by its exit code: who inherited its pipes may hold them open."""
        deadline = asyncio.get_running_loop().time() + within_s
        while self._process.returncode is None:
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.01)
        return True


class _Nonsense(Exception):
    """What a server says is not what one can say."""


async def _line(stdout: asyncio.StreamReader) -> bytes:
    try:
        return await stdout.readline()
    except ValueError:
        raise _Nonsense(f"it says more than {MOST_LINE // 2**20} MB at once") from None


def _die_with_parent() -> None:
    """On Linux the system ends a server whose broker was killed before it could."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
