"""HTTP/1.1 with bare hands, because a fake must be able to break it anywhere."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

HEAD_BYTES = 64 * 1024
JSON = "application/json"


class Request(NamedTuple):
    """A request as it came; the names of its headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None at its end, or for what is no HTTP."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in map(_parted, lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
        return None
    return Request(method, path.partition("?")[0], headers, body)


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


class Reply:
    """One response on its way, whole or piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @property
    def gone(self) -> bool:
        """Nobody reads any more, or the connection was closed on purpose."""
        return self._writer.is_closing() or self._reader.at_eof()

    async def whole(
        self, status: int, body: bytes, kind: str = JSON, headers: Mapping[str, str] | None = None
    ) -> None:
        fields = {"content-type": kind, "content-length": str(len(body)), **(headers or {})}
        await self._write(_head(status, fields) + body)

    async def begin(self, kind: str, headers: Mapping[str, str] | None = None) -> None:
        """The head of a response that comes in pieces."""
        fields = {"content-type": kind, "transfer-encoding": "chunked", **(headers or {})}
        await self._write(_head(200, fields))

    async def piece(self, data: bytes) -> None:
        await self._write(b"%x\r\n%b\r\n" % (len(data), data))

    async def end(self) -> None:
        await self._write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Closes the connection where the response stands, once what was written has left."""
        self._writer.close()

    async def wait_until_left(self) -> None:
        """Says nothing until the other side hangs up."""
        while await self._reader.read(HEAD_BYTES):
            pass

    async def _write(self, data: bytes) -> None:
        if not self.gone:
            self._writer.write(data)
            await self._writer.drain()


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {it}" for name, it in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
