"""A request is bounded in the length of its head, and in time, on a real connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from aizuchi.events import HttpResponse
from aizuchi.hosts import heads
from aizuchi.hosts.doors import Bounded, ClientLeft, read_body, respond
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server

pytestmark = pytest.mark.real_time

LINE = b"GET / HTTP/1.1\r\nhost: x\r\n"
POST = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    with suppress(ClientLeft):
        await read_body(Bounded(scope, receive, 4))
        await respond(send, HttpResponse(200, b"fine"))


@asynccontextmanager
async def connected(server: Server | None = None) -> AsyncIterator[Connection]:
    """A connection to a server of our kind."""
    listener, server = bind("127.0.0.1", 0), server or Server(app)
    serving = asyncio.create_task(server.serve([listener]))
    await server.listening.wait()
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.stop()
        await serving


async def answer_to(connection: Connection, request: bytes) -> bytes:
    reader, writer = connection
    writer.write(request)
    return await reader.readuntil(b"fine")


async def test_requests_are_answered_one_after_the_other() -> None:
    async with connected() as connection:
        for filling in (b"", b"x: " + b"y" * (heads.HEAD_BYTES // 2) + b"\r\n", b""):
            answer = await answer_to(connection, LINE + filling + b"\r\n")
            assert answer.startswith(b"HTTP/1.1 200 ")


async def test_no_more_memory_is_taken_for_a_read_than_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a Python calls the size of a read otherwise, this tells."""
    sizes: list[tuple[int, int]] = []
    connection_made = heads.BoundedHttp.connection_made

    def noted(self: heads.BoundedHttp, transport: Any) -> None:
        usual = transport.max_size
        connection_made(self, transport)
        sizes.append((usual, transport.max_size))

    monkeypatch.setattr(heads.BoundedHttp, "connection_made", noted)
    async with connected() as connection:
        await answer_to(connection, LINE + b"\r\n")
    assert sizes == [(256 * 1024, heads.READ_BYTES)]


@pytest.mark.parametrize("before", [0, 1])
async def test_a_head_without_end_is_refused(before: int) -> None:
    async with connected() as (reader, writer):
        for _ in range(before):
            await answer_to((reader, writer), LINE + b"\r\n")
        writer.write((LINE + b"x: ").ljust(heads.HEAD_BYTES + 1, b"y"))
        assert (await reader.readline()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("beginning", [b"", LINE])
async def test_a_head_that_does_not_come_is_given_up(
    beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "HEAD_WITHIN_S", 0.1)
    async with connected() as (reader, writer), asyncio.timeout(5):
        writer.write(beginning)
        assert await reader.read() == b""


async def test_a_second_head_that_does_not_come_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heads, "HEAD_WITHIN_S", 0.1)
    async with connected() as (reader, writer), asyncio.timeout(5):
        await answer_to((reader, writer), LINE + b"\r\n")
        writer.write(LINE)
        assert await reader.read() == b""


async def test_a_body_may_come_in_pieces() -> None:
    async with connected() as (reader, writer):
        for _ in range(2):
            for piece in (POST, b"ab", b"cd"):
                writer.write(piece)
                await writer.drain()
            assert (await reader.readuntil(b"fine")).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("beginning", [b"", b"ab"])
@pytest.mark.parametrize("before", [0, 1])
async def test_a_body_that_does_not_come_is_given_up(
    before: int, beginning: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "BODY_WITHIN_S", 0.1)
    async with connected() as (reader, writer), asyncio.timeout(5):
        for _ in range(before):
            await answer_to((reader, writer), POST + b"abcd")
        writer.write(POST + beginning)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert answer.endswith(b"the body took too long")


@pytest.mark.parametrize("before", [0, 1])
async def test_what_was_on_its_way_to_a_server_that_ends_is_answered(before: int) -> None:
    async with connected(server := Server(app)) as connection, asyncio.timeout(5):
        for _ in range(before):
            await answer_to(connection, POST + b"abcd")
        await taken(server)
        server.stop()
        for protocol in tuple(server.server_state.connections):
            protocol.shutdown()
        answer = await answer_to(connection, POST + b"abcd")
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"connection: close" in answer
        assert await connection[0].read() == b""


async def test_a_server_that_ends_closes_what_is_idle() -> None:
    async with connected(server := Server(app)) as (reader, _), asyncio.timeout(5):
        await taken(server)
        server.stop()
        assert await reader.read() == b""


async def taken(server: Server) -> None:
    """Waits until a connection has reached it."""
    while not server.server_state.connections:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0)
