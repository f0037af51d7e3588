"""The way to a model endpoint: an httpx2 transport that hands over one piece per read.

httpx2's own transport hands over one piece per HTTP chunk, and spends 55 to 75 µs on a read. A
model's stream is thousands of tiny chunks, so here a read of the socket is parsed in C at once
and all text in it comes as one piece, for some 20 µs.

Nothing is sent twice: what a server has read it may have billed, even if no byte of an answer came.
"""

import asyncio
import select
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast
from urllib.request import getproxies, proxy_bypass

import httptools
import httpx2

from aizuchi.errors import SettingsError

HEAD_BYTES = 64 * 1024
BUFFERED_BYTES = 256 * 1024
READ_BYTES = 64 * 1024
"""Read at once; asyncio's own 256 KiB the system may give and take back at each read."""

HANGS_UP = b"llama.cpp"
"""The server that closes the connection with the end of each stream, but does not say so: what is
asked on it at once may not be read any more (seen with the one in xllamacpp, our demo model's)."""

FORBIDDEN_IN_A_HEADER = (b"\r", b"\n", b"\0")

Origin = tuple[str, str, int]


LOOPBACK = ("localhost", "127.0.0.1", "::1")


def open_client(url: httpx2.URL, *, connect_s: float) -> httpx2.AsyncClient:
    """The client for one endpoint; through a proxy httpx2 goes its own way."""
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=20)
    timeout = httpx2.Timeout(None, connect=connect_s)
    if proxy := proxy_for(url):
        return httpx2.AsyncClient(timeout=timeout, limits=limits, proxy=proxy)
    return httpx2.AsyncClient(timeout=timeout, transport=Wire(), trust_env=False)


def proxy_for(url: httpx2.URL) -> httpx2.Proxy | None:
    """The proxy that the environment names for an address, as NO_PROXY allows; none on loopback.

    Raises:
        SettingsError: it is none that we can use. It is not quoted: it may hold a password.
    """
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    if not proxy or url.host in LOOPBACK or proxy_bypass(url.host):
        return None
    try:
        found = httpx2.Proxy(proxy if "://" in proxy else f"http://{proxy}")
    except (ValueError, httpx2.InvalidURL):
        found = None
    if not (found and found.url.host and found.url.scheme in ("http", "https")):
        raise SettingsError(
            f"The proxy that is set for {url.host} cannot be used: it is not http:// or https://.",
            f"Set {url.scheme.upper()}_PROXY to one that is, or name {url.host} in NO_PROXY.",
        )
    return found


class Wire(httpx2.AsyncBaseTransport):
    """HTTP/1.1 over asyncio; idle connections are kept for `keep_s` seconds."""

    def __init__(self, *, keep_s: float = 15.0, tls: ssl.SSLContext | None = None) -> None:
        self._keep_s = keep_s
        self._tls = tls
        self._idle: dict[Origin, list[Connection]] = {}
        self._busy: set[Connection] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked, origin = await _serialise(request), _origin(request.url)
        limits = request.extensions.get("timeout", {})
        connection = self._take(origin) or await self._connect(origin, limits)
        await self._ask(connection, asked)
        body = Body(connection, self, origin)
        return httpx2.Response(connection.status, headers=connection.headers, stream=body)

    async def _ask(self, connection: "Connection", asked: bytes) -> None:
        self._busy.add(connection)
        try:
            await connection.ask(asked)
        except BaseException:
            self._busy.discard(connection)
            connection.abort()
            raise

    def give_back(self, connection: "Connection", origin: Origin) -> None:
        """Keeps a connection whose answer was read to its end; closes any other at once."""
        self._busy.discard(connection)
        if not connection.reusable:
            connection.abort()
            return
        connection.expire_in(self._keep_s)
        self._idle.setdefault(origin, []).append(connection)

    async def aclose(self) -> None:
        for connection in [*self._busy, *(c for kept in self._idle.values() for c in kept)]:
            connection.abort()
        self._busy.clear()
        self._idle.clear()

    def _take(self, origin: Origin) -> "Connection | None":
        kept = self._idle.get(origin, [])
        while kept:
            connection = kept.pop()
            if connection.wake_up():
                return connection
        return None

    async def _connect(self, origin: Origin, limits: dict[str, float | None]) -> "Connection":
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"ssl": self._context()} if scheme == "https" else {}
        if isinstance(loop, asyncio.BaseEventLoop):
            options["happy_eyeballs_delay"] = 0.25
        try:
            async with asyncio.timeout(limits.get("connect")):
                _, connection = await loop.create_connection(Connection, host, port, **options)
        except TimeoutError as error:
            raise httpx2.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise httpx2.ConnectError(str(error)) from error
        return connection

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = httpx2.create_ssl_context()
        return self._tls


class Body(httpx2.AsyncByteStream):
    """The rest of an answer, one piece per read."""

    def __init__(self, connection: "Connection", wire: Wire, origin: Origin) -> None:
        self._connection = connection
        self._wire = wire
        self._origin = origin
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await self._connection.piece():
            yield piece

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._wire.give_back(self._connection, self._origin)


class Connection(asyncio.Protocol):
    """One connection: the parser's callbacks collect, `ask` and `piece` wait."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: list[bytes] = []
        self._buffered = 0
        self._paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._error: httpx2.RequestError | None = None
        self._lost = False
        self._begin()

    def _begin(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 0
        self._head_bytes = 0
        self._complete = False
        self._keeps = False
        self._spoiled = False
        self._parser = httptools.HttpResponseParser(self)

    # ── what asks ─────────────────────────────────────────────────────────────

    async def ask(self, request: bytes) -> None:
        """Sends a request and waits for the head of its answer."""
        self._begin()
        self._transport.write(request)
        while not self.status:
            self._raise_if_over()
            await self._something()

    async def piece(self) -> bytes:
        """All that came since the last piece; empty at the end of the answer."""
        while not self._pieces:
            if self._complete:
                return b""
            self._raise_if_over()
            await self._something()
        piece = b"".join(self._pieces) if len(self._pieces) > 1 else self._pieces[0]
        self._pieces.clear()
        self._buffered = 0
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        return piece

    @property
    def reusable(self) -> bool:
        over = self._lost or self._spoiled or self._transport.is_closing()
        return self._complete and self._keeps and not over and not self._hangs_up()

    def expire_in(self, seconds: float) -> None:
        self._expiry = self._loop.call_later(seconds, self.abort)

    def wake_up(self) -> bool:
        """Takes the connection out of its idleness; False where the server has closed it."""
        if self._expiry is not None:
            self._expiry.cancel()
        over = self._lost or self._spoiled or self._transport.is_closing()
        if over or _is_readable(self._transport):
            self.abort()
            return False
        return True

    def abort(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        self._transport.abort()

    async def _something(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _raise_if_over(self) -> None:
        if self._error is not None:
            raise self._error
        if self._lost:
            if self.status and self._ends_with_the_connection():
                self._complete = True
                return
            raise httpx2.ReadError("the connection closed before the answer ended")

    def _ends_with_the_connection(self) -> bool:
        return not self._told().keys() & {b"content-length", b"transfer-encoding"}

    def _hangs_up(self) -> bool:
        told = self._told()
        return told.get(b"server") == HANGS_UP and b"transfer-encoding" in told

    def _told(self) -> Mapping[bytes, bytes]:
        return {name.lower(): value for name, value in self.headers}

    # ── what asyncio calls ────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        transport.max_size = READ_BYTES  # type: ignore[attr-defined]  # asyncio's, which no protocol names

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"not HTTP/1.1: {error}")
        if not self.status:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._fail(f"the head of the answer is longer than {HEAD_BYTES} bytes")
        elif self._buffered > BUFFERED_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        if error is not None and self._error is None:
            self._error = httpx2.ReadError(str(error))
        if self._expiry is not None:
            self._expiry.cancel()
        self._wake()

    def _fail(self, why: str) -> None:
        if self._error is None:
            self._error = httpx2.DecodingError(why)
        self._spoiled = True
        self._transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # ── what the parser calls ─────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        self._spoiled = self._spoiled or self._complete

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            self.headers.clear()
        else:
            self.status = status

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        self._complete = self.status >= 200
        self._keeps = self._parser.should_keep_alive()  # afterwards the parser has forgotten it


def _is_readable(transport: asyncio.BaseTransport) -> bool:
    """Whether something waits that the loop has not read yet: in idleness, that is the end."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket"), select.POLLIN)
    return bool(poll.poll(0))


def _origin(url: httpx2.URL) -> Origin:
    default = 443 if url.scheme == "https" else 80
    return url.scheme, url.raw_host.decode("ascii"), url.port or default


async def _serialise(request: httpx2.Request) -> bytes:
    stream = cast("AsyncIterator[bytes]", request.stream)
    body = b"".join([part async for part in stream])
    lines = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    for name, value in request.headers.raw:
        if any(mark in name or mark in value for mark in FORBIDDEN_IN_A_HEADER):
            raise httpx2.LocalProtocolError(f"the header {name!r} holds a line break")
        lines.append(b"%s: %s" % (name, value))
    return b"\r\n".join([*lines, b"", body])
