"""An address behind which no MCP server is, or one that does as it likes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.tools.mcp.houses import house
from tests.tools.mcp.test_hostile import lost

from aizuchi.settings.mcp import McpServer
from aizuchi.settings.secrets import Secret, Texts

pytestmark = pytest.mark.real_time

JSON = b"content-type: application/json\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
PING = b'data: {"jsonrpc": "2.0", "method": "notifications/message", "params": {}}\n\n'


@asynccontextmanager
async def address(response: bytes, then: bytes = b"") -> AsyncIterator[tuple[str, list[bytes]]]:
    """Answers each request so, and then says that for ever; what was asked."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(response)
            while then:
                writer.write(then)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp", heads
    finally:
        server.close()


@pytest.mark.parametrize(
    ("response", "then", "why"),
    [
        (b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n", b"", "it answers with status 401"),
        (b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", b"", "it answers with status 503"),
        (b"HTTP/1.1 200 OK\r\n" + JSON + b"content-length: 2\r\n\r\n{]", b"", "Failed to parse"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", b"", "Unexpected content type"),
        (b"SSH-2.0-x\r\n", b"", "it cannot be reached ("),
        (ENDLESS, PING * 100, "it sent 5000 messages within 10 seconds"),
        (ENDLESS + b"data: ", b"x" * 2**20, "SSE"),
        (b"HTTP/1.1 200 OK\r\n" + JSON + b"\r\n", b"x" * 2**20, ""),
    ],
    ids=["401", "503", "junk", "html", "ssh", "flood", "endless event", "endless body"],
)
async def test_why_it_cannot_be_used_is_in_the_log(
    response: bytes, then: bytes, why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        address(response, then) as (url, _),
        house(McpServer(url=url), tmp_path) as home,
    ):
        (line,) = await lost(caplog)
        assert not home.servers.tools
    assert why in line


async def test_its_headers_are_sent_and_nowhere_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with address(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n") as (other, strayed):
        away = f"HTTP/1.1 307 Away\r\nlocation: {other}\r\ncontent-length: 0\r\n\r\n".encode()
        headers = Texts(Authorization=Secret("Bearer canary", "env:X"))
        async with (
            address(away) as (url, asked),
            house(McpServer(url=url, headers=headers), tmp_path),
        ):
            await lost(caplog)
    assert b"authorization: Bearer canary" in asked[0].replace(b"Authorization", b"authorization")
    assert strayed == []
    assert "canary" not in caplog.text
