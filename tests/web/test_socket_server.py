"""Sockets of a real server, by the client library that others use, and by hand."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.crash.server import TOKEN, Server, model_server
from tests.web.asking import Frame, events
from tests.web.house import text_of
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aizuchi.edge import API

MODEL = "openai:fake:pace=60,tokens=40,first=0.1"
BEARER = {"authorization": f"Bearer {TOKEN}"}
UPGRADE = (
    "GET /ws/chat?ticket={ticket} HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\n"
    "connection: upgrade\r\nsec-websocket-version: 13\r\n"
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, CLOSE, MASKED = 0x81, 0x88, 0x80
GIB = 1 << 30
WRITING = 8  # frames until the model speaks


class House:
    """A server in a process of its own, and its person."""

    def __init__(self, server: Server, http: httpx2.AsyncClient) -> None:
        self.server, self.http = server, http

    async def ticket(self) -> str:
        answer = await self.http.post("/api/ticket")
        return str(answer.json()["ticket"])

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[ClientConnection]:
        target = f"{self.server.url}/ws/chat?ticket={await self.ticket()}"
        async with connect(target.replace("http", "ws"), proxy=None, **options) as connection:
            yield connection


@asynccontextmanager
async def house(home: Path) -> AsyncIterator[House]:
    async with model_server() as base_url:
        server = Server(home, MODEL, base_url)
        try:
            await server.start()
            async with httpx2.AsyncClient(base_url=server.url, headers=BEARER) as http:
                yield House(server, http)
        finally:
            await server.kill()


def asked(request: str, **more: str) -> str:
    said = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": "question"}]}
    return json.dumps(
        {"type": "send", "requestId": request, "id": "talk", "messages": [said], **more}
    )


async def told(connection: ClientConnection) -> list[Frame]:
    frames: list[Frame] = []
    async for text in connection:
        frames.append(json.loads(text))
        if frames[-1]["type"] == "end":
            return frames
    raise AssertionError(frames)


async def closing(connection: ClientConnection, frame: Any = ()) -> int | None:
    """The code that the socket is closed with after this frame, or these pieces of one."""
    try:
        await connection.send(frame)
        await connection.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return None


@pytest.mark.real_time
async def test_an_answer_comes_over_a_real_socket(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.socket() as connection:
        assert connection.protocol.extensions == []
        await connection.send(asked("r1"))
        answer = text_of(events(await told(connection)))
        await asyncio.wait_for(await connection.ping(), 5)
        stored = (await home.http.get("/api/chat/talk")).json()["messages"]
        metrics = (await home.http.get("/metrics")).text
    assert answer
    assert stored[1]["parts"][0]["text"] == answer
    assert "aizuchi_web_sockets 1\n" in metrics


@pytest.mark.real_time
async def test_what_nobody_should_send_closes_with_a_code(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        too_large = ["x" * 65_536] * (API.most_bytes // 65_536 + 1)
        for frame, code in (
            ("junk", 4400),
            (b"{}", 1003),
            ("".join(too_large), 1009),
            (too_large, 1009),
        ):
            async with home.socket() as connection:
                assert await closing(connection, frame) == code
        with pytest.raises(InvalidStatus) as refused:
            async with home.socket(origin="http://evil.example"):
                pass
        assert refused.value.response.status_code == 403
        assert await _closing_of(home, TEXT, GIB) == 1009
        assert await _closing_of(home, TEXT, 2, b"\xff\xff") == 1007
        async with home.socket() as connection:
            await connection.send(asked("r1"))
            assert text_of(events(await told(connection)))


@pytest.mark.real_time
async def test_a_server_that_ends_sends_its_clients_to_the_next(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        async with home.socket() as idle, home.socket() as reading:
            await reading.send(asked("r1"))
            frames = [json.loads(await reading.recv()) for _ in range(WRITING)]
            home.server.signal(signal.SIGTERM)
            frames += await told(reading)
            assert [await closing(connection) for connection in (idle, reading)] == [1012, 1012]
        await home.server.start()
        async with home.socket() as again:
            await again.send(asked("r2"))
            assert text_of(events(await told(again))) == text_of(events(frames))


def test_the_start_does_not_wait_for_the_socket() -> None:
    look = "import sys, aizuchi.hosts.process, aizuchi.app, aizuchi.surfaces.web.opening;"
    look += "sys.exit('websockets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look]).returncode == 0


async def _closing_of(home: House, kind: int, size: int, data: bytes = b"x" * 1000) -> int:
    """The close code after a frame that announces so many bytes and brings these."""
    reader, writer = await asyncio.open_connection("127.0.0.1", home.server.port)
    writer.write(UPGRADE.format(ticket=await home.ticket()).encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    length = bytes([MASKED | size]) if size < 126 else b"\xff" + size.to_bytes(8, "big")
    writer.write(bytes([kind]) + length + bytes(4) + data)
    head = await reader.readexactly(4)
    writer.close()
    assert head[0] == CLOSE
    return int.from_bytes(head[2:], "big")
