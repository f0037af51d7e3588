"""A real server in processes of its own, killed and started again, and a client that waits."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from aizuchi.surfaces.terminal.tail import Again, Begun, End, Tail, Words

START_WITHIN_S = 20.0
RETRY_S = 0.05
TOKEN = "secret-of-the-test"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def model_server() -> AsyncIterator[str]:
    """The fake model as a server; gives its base URL."""
    command = (sys.executable, "-m", "aizuchi.simulator.model", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        told = json.loads(await process.stdout.readline())
        yield told["base_url"]
    finally:
        process.kill()
        await process.wait()


class Server:
    """`aizuchi serve` on one home and port, through as many processes as it takes."""

    def __init__(
        self,
        home: Path,
        model: str,
        base_url: str,
        *,
        drain_s: float = 6.0,
        more: Mapping[str, str] = {},
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "AIZUCHI_HOME": str(home),
            "AIZUCHI_PORT": str(self.port),
            "AIZUCHI_MODEL": model,
            "OPENAI_BASE_URL": base_url,
            "AIZUCHI_WEB_TOKEN": TOKEN,
            "AIZUCHI__LIMITS__MESSAGES_PER_MINUTE": "0",
            "AIZUCHI__SERVER__DRAIN_S": str(drain_s),
            **more,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when requests are answered."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aizuchi", "serve"),
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        async with asyncio.timeout(START_WITHIN_S), httpx2.AsyncClient() as client:
            while not await _is_ready(client, f"{self.url}/readyz"):
                assert self._process.returncode is None, "the server did not start"
                await asyncio.sleep(RETRY_S)

    async def stop(self, within_s: float) -> int:
        """Asks it to end, as a service manager does; the exit code, if it comes in time."""
        assert self._process
        self._process.terminate()
        async with asyncio.timeout(within_s):
            return await self._process.wait()

    def signal(self, number: int) -> None:
        """Tells the server, as a system does."""
        assert self._process
        self._process.send_signal(number)

    async def kill(self) -> None:
        """Takes the whole process group away at once."""
        if self._process and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


async def _is_ready(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx2.TransportError:
        return False


class Client:
    """Somebody who sends, reads, and comes back for the rest whenever the connection breaks."""

    lost: tuple[type[Exception], ...] = (httpx2.TransportError,)

    def __init__(self, server: Server) -> None:
        headers = {"authorization": f"Bearer {TOKEN}"}
        self.http = httpx2.AsyncClient(base_url=server.url, headers=headers, timeout=30)
        self.words: list[str] = []
        self.outcome = ""
        self.begun = asyncio.Event()

    async def ask(self, chat: str, number: str) -> str:
        """The whole answer, as it stands on the screen in the end."""
        tail, self.outcome = Tail(), ""
        self.words.clear()
        self.begun.clear()
        while not tail.is_over:
            tail.connect()
            try:
                await self._read(tail, chat, number)
            except self.lost:
                await asyncio.sleep(RETRY_S)
        return "".join(self.words)

    async def stored(self, chat: str) -> list[str]:
        """The answers as the history has them."""
        messages = (await self.http.get(f"/api/chat/{chat}")).json()["messages"]
        return [_text(message) for message in messages if message["role"] == "assistant"]

    async def close(self) -> None:
        await self.http.aclose()

    async def _read(self, tail: Tail, chat: str, number: str) -> None:
        if tail.last_event_id:
            headers = {"last-event-id": tail.last_event_id}
            request = self.http.stream("GET", f"/api/chat/{chat}/stream", headers=headers)
        else:
            request = self.http.stream("POST", "/api/chat", json=body(chat, number))
        async with request as response:
            if response.status_code == 503:
                raise httpx2.ReadError("it is about to stop, and takes nothing")
            assert response.status_code == 200, response.status_code
            async for data in response.aiter_raw():
                self.feed(tail, data)

    def feed(self, tail: Tail, data: bytes) -> None:
        """What came, onto the screen."""
        for sign in tail.feed(data):
            self._see(sign)

    def _see(self, sign: object) -> None:
        match sign:
            case Begun() | Again():
                self.words.clear()
            case Words(text):
                self.words.append(text)
                self.begun.set()
            case End(outcome):
                self.outcome = outcome


def body(chat: str, number: str) -> dict[str, Any]:
    """A message as a page posts it."""
    part = {"type": "text", "text": f"question {number}"}
    said = {"id": number, "role": "user", "parts": [part]}
    return {"id": chat, "messages": [said], "trigger": "submit-message"}


def _text(message: dict[str, Any]) -> str:
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")
