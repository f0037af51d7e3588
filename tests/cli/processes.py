"""Real processes for the tests that need them, and a model server that answers at a set pace."""

import asyncio
import json
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from aizuchi.hosts.listening import bind

PATIENCE_S = 20.0
END_OF_HEAD = b"\r\n\r\n"


class PacedModel:
    """An OpenAI-compatible endpoint that says numbered words, as many and as fast as it is told,
    unless it is down, and after each word waits until it may go on. It keeps what it was asked."""

    def __init__(self) -> None:
        self.words, self.pause_s, self.calls = 5, 0.0, 0
        self.url, self.is_down = "", False
        self.heads: list[str] = []
        self.asked_with: list[dict[str, Any]] = []
        self.writers: list[asyncio.StreamWriter] = []
        self._called = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def asked(self) -> None:
        """Waits until somebody asks it."""
        async with asyncio.timeout(PATIENCE_S):
            await self._called.wait()

    @property
    def answer(self) -> str:
        """What it says."""
        return "".join(f"word{number} " for number in range(self.words))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(OSError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(END_OF_HEAD):
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.heads.append(head.decode("latin-1").lower())
                self.asked_with.append(json.loads(body or b"{}"))
                await self._answer(writer)

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        self._called.set()
        if self.is_down:
            writer.write(b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        for word in re.findall(r"\S+ ", self.answer):
            _write(writer, {"delta": {"content": word}})
            await writer.drain()
            await asyncio.sleep(self.pause_s)
            await self.may_go_on.wait()
        _write(writer, {"delta": {}, "finish_reason": "stop"})
        _write_chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()


def _write(writer: asyncio.StreamWriter, choice: dict[str, object]) -> None:
    event = json.dumps({"choices": [{"index": 0, **choice}]})
    _write_chunk(writer, f"data: {event}\n\n".encode())


def _write_chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))


@asynccontextmanager
async def paced_model() -> AsyncIterator[PacedModel]:
    model = PacedModel()
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    model.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.close()
        for writer in model.writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def free_port() -> int:
    with bind("127.0.0.1", 0) as bound:
        return int(bound.getsockname()[1])


class Place:
    """A directory to run aizuchi in, with its environment."""

    def __init__(self, folder: Path, model: PacedModel) -> None:
        self.folder, self.port = folder, free_port()
        self.home = folder / ".aizuchi"
        own = {
            key: os.environ[key]
            for key in ("PATH", "HOME", "LANG", "PYTHONPATH")
            if key in os.environ
        }
        self.environment = {
            **own,
            "AIZUCHI_PORT": str(self.port),
            "AIZUCHI_MODEL": "openai:paced",
            "OPENAI_BASE_URL": model.url,
            "AIZUCHI__LIMITS__MESSAGES_PER_MINUTE": "0",
            "TERM": "xterm",
        }

    @property
    def client(self) -> httpx2.AsyncClient:
        """A client of the server here, as its owner."""
        token = (self.home / "web-token").read_text().strip()
        return httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=PATIENCE_S,
        )


class Program:
    """A running aizuchi, with what it has written so far."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int | None) -> None:
        self.process, self._terminal = process, terminal
        self.text = ""
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def until(self, text: str, after: str = "") -> str:
        """Waits until it has written this, after that."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while text not in self._since(after):
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"{text!r} never came; it wrote {self.text!r}") from None
        return self.text

    def _since(self, after: str) -> str:
        return self.text.partition(after)[2] if after else self.text

    async def type(self, text: str) -> None:
        if self._terminal is not None:
            os.write(self._terminal, text.encode())
        elif self.process.stdin:
            self.process.stdin.write(text.encode())
            self.process.stdin.write_eof()

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    async def end(self, within_s: float = PATIENCE_S) -> int:
        """Waits for its end; the exit code."""
        async with asyncio.timeout(within_s):
            code = await self.process.wait()
            await self._reading
        return code

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await asyncio.wait([self._reading], timeout=1)
        self._reading.cancel()
        if self._terminal is not None:
            os.close(self._terminal)

    async def _read(self) -> None:
        while piece := await self._piece():
            self.text += piece.decode("utf-8", "replace").replace("\r\n", "\n")
            self._more.set()

    async def _piece(self) -> bytes:
        if self._terminal is None:
            assert self.process.stdout
            return await self.process.stdout.read(65_536)
        return await _read_terminal(self._terminal)


async def _read_terminal(number: int) -> bytes:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(number, ready.set)
    try:
        await ready.wait()
        return os.read(number, 65_536)
    except OSError:
        return b""
    finally:
        loop.remove_reader(number)


async def eventually(so: Callable[[], Awaitable[object]]) -> None:
    """Waits until something is so, by looking."""
    async with asyncio.timeout(PATIENCE_S):
        while not await so():  # noqa: ASYNC110 - another process sets no Event
            await asyncio.sleep(0.02)


def children_of(process: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


async def gone(process: int) -> None:
    """Waits until a process has ended."""

    async def ended() -> bool:
        return not is_alive(process)

    await eventually(ended)


@asynccontextmanager
async def running(
    place: Place, *arguments: str, terminal: bool = False, **environment: str
) -> AsyncIterator[Program]:
    """Runs aizuchi until the block ends; `terminal` gives it one, else it has pipes."""
    ours, theirs = pty.openpty() if terminal else (None, None)
    end = theirs if terminal else asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "aizuchi", *arguments),
        cwd=place.folder,
        env={**place.environment, **environment},
        stdin=end,
        stdout=end,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    if theirs is not None:
        os.close(theirs)
    program = Program(process, ours)
    try:
        yield program
    finally:
        await program.close()


@asynccontextmanager
async def place_with_model(folder: Path) -> AsyncIterator[tuple[Place, PacedModel]]:
    async with paced_model() as model:
        yield Place(folder, model), model


def question(chat: str, message: str, text: str = "hello") -> dict[str, object]:
    """The body that asks a question."""
    parts = [{"type": "text", "text": text}]
    return {"id": chat, "messages": [{"id": message, "role": "user", "parts": parts}]}


async def ask(client: httpx2.AsyncClient, chat: str, message: str) -> str:
    """Asks, and returns all that is streamed back."""
    return (await client.post("/api/chat", json=question(chat, message))).text


async def stored(client: httpx2.AsyncClient, chat: str) -> list[str]:
    """The texts of the answers in a chat."""
    messages = (await client.get(f"/api/chat/{chat}")).json()["messages"]
    answers = [message for message in messages if message["role"] == "assistant"]
    return ["".join(part.get("text", "") for part in answer["parts"]) for answer in answers]
