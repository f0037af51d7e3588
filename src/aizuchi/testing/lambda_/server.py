"""A small HTTP server whose handlers see a body while it still comes, trailers included."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import httptools

READ_BYTES = 65_536


class Reply(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Request:
    """A request as it comes. Names of headers are in small letters; trailers join them at the
    end."""

    def __init__(self) -> None:
        self.method, self.path = "", ""
        self.headers: dict[str, str] = {}
        self.began, self.ended = False, False
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Raises ConnectionError where the body breaks off."""
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        if not self.ended:
            raise ConnectionError("the body of a request broke off")

    async def body(self) -> bytes:
        return b"".join([chunk async for chunk in self.chunks()])

    def put(self, chunk: bytes | None) -> None:
        self._chunks.put_nowait(chunk)


Handler = Callable[[Request], Awaitable[Reply]]


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[str]:
    """Serves on any free port of this machine for as long as the block lasts; gives `host:port`."""
    talking: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_Connection(reader, writer, handler).talk())
        talking.add(task)
        task.add_done_callback(talking.discard)
        await asyncio.wait([task])
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"
    finally:
        server.close()
        for task in tuple(talking):
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)


class _Connection:
    """One connection: request after request; the parser calls the `on_` methods."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler
    ) -> None:
        self._reader, self._writer, self._handler = reader, writer, handler
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._requests: asyncio.Queue[Request | None] = asyncio.Queue()

    async def talk(self) -> None:
        reading = asyncio.create_task(self._read())
        try:
            while request := await self._requests.get():
                self._write(await self._handler(request))
                await self._writer.drain()
        except (ConnectionError, httptools.HttpParserError):
            pass  # whoever called is gone
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(READ_BYTES):
                self._parser.feed_data(data)
        finally:
            self._request.put(None)
            self._requests.put_nowait(None)

    def _write(self, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} -", f"Content-Length: {len(reply.body)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + reply.body)

    # ── what the parser tells ─────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        self._request = Request()

    def on_url(self, url: bytes) -> None:
        self._request.path += url.decode("ascii")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._request.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._request.method = self._parser.get_method().decode()
        self._requests.put_nowait(self._request)

    def on_body(self, body: bytes) -> None:
        self._request.put(body)

    def on_message_complete(self) -> None:
        self._request.ended = True
        self._request.put(None)
