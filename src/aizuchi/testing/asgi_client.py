"""A client for an ASGI app in the same process: it streams, and can hang up at any byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aizuchi.testing.asgi_socket import Socket

MOST_UNREAD = 64 * 1024
Body = bytes | Iterable[bytes] | None


class Response(NamedTuple):
    """A whole response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Event(NamedTuple):
    """A server-sent event; `id` is empty where it has none."""

    data: str
    id: str = ""

    @property
    def chunk(self) -> dict[str, Any]:
        """Its data as a chunk of a UI message stream; of `[DONE]` an empty one."""
        return {} if self.data == "[DONE]" else dict(json.loads(self.data))


class Connection:
    """One request under way. Like a server's, its send waits while too much is unread. A response
    that `is_whole` did not break off."""

    def __init__(self, body: Body) -> None:
        self._pieces = iter([body] if isinstance(body, bytes) else body or ())
        self._sent_all = body is None
        self._unread = bytearray()
        self._changed = asyncio.Event()
        self._hung_up = asyncio.Event()
        self._ended = False
        self.is_whole = False
        self.pieces_taken = 0
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.bodies = 0

    async def headed(self) -> None:
        """The head has come, or never will."""
        while not self.status and not self._ended:
            await self._change()

    async def read(self, size: int = 1) -> bytes:
        """What has come, at least so many bytes, all at once; fewer only at the end."""
        while len(self._unread) < size and not self._ended:
            await self._change()
        return self._take(len(self._unread))

    async def read_exactly(self, size: int) -> bytes:
        """So many bytes and not one more; fewer only at the end."""
        while len(self._unread) < size and not self._ended:
            await self._change()
        return self._take(size)

    async def read_all(self) -> bytes:
        """Everything to the end."""
        parts = []
        while part := await self.read():
            parts.append(part)
        return b"".join(parts)

    async def events(self) -> AsyncIterator[Event]:
        """The server-sent events, as they come."""
        rest = b""
        while part := await self.read():
            *frames, rest = (rest + part).split(b"\n\n")
            for event in events_of(b"\n\n".join(frames)):
                yield event

    def hang_up(self) -> None:
        """The client is gone."""
        self._hung_up.set()
        self._changed.set()

    async def receive(self) -> Message:
        """The app's side: the body in its pieces, then the end of the connection."""
        if not self._sent_all and not self._hung_up.is_set():
            piece = next(self._pieces, None)
            self._sent_all = piece is None
            self.pieces_taken += piece is not None
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """The app's side: the head, then the body."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
        else:
            self._unread += message.get("body", b"")
            self.bodies += 1
            self.is_whole = self._ended = not message.get("more_body", False)
        self._tell()
        while len(self._unread) > MOST_UNREAD and not self._hung_up.is_set():
            await self._change()

    def over(self) -> None:
        """The app has returned."""
        self._ended = True
        self._tell()

    def _take(self, size: int) -> bytes:
        taken = bytes(self._unread[:size])
        del self._unread[:size]
        self._tell()
        return taken

    def _tell(self) -> None:
        self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


class AsgiClient:
    """Calls an app as one client, from one address, with the same headers each time."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str = "127.0.0.1:8765",
        headers: Mapping[str, str] | None = None,
        peer: str = "127.0.0.1",
    ) -> None:
        self._app, self._peer = app, peer
        self._headers = {"host": host, **(headers or {})}

    @asynccontextmanager
    async def open(
        self,
        method: str,
        target: str,
        *,
        body: Body = b"",
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> AsyncIterator[Connection]:
        """A request whose response is read by hand; hangs up at the end.

        Headers given as pairs may stand there twice; an empty value takes a usual one away. A body
        that is None is never sent.
        """
        connection = Connection(body)
        scope = self._scope(method, target, headers)
        task = asyncio.create_task(_call(self._app, scope, connection.receive, connection.send))
        task.add_done_callback(lambda _: connection.over())
        try:
            await connection.headed()
            yield connection
        finally:
            connection.hang_up()
            await task

    @asynccontextmanager
    async def connect(
        self, target: str, *, headers: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    ) -> AsyncIterator[Socket]:
        """A socket, open or refused; hangs up at the end."""
        socket = Socket()
        scope = self._scope("GET", target, headers)
        scope.update(type="websocket", scheme="ws")
        del scope["method"]
        task = asyncio.create_task(_call(self._app, scope, socket.to_app, socket.from_app))
        task.add_done_callback(lambda _: socket.over(None))
        try:
            await socket.opened()
            yield socket
        finally:
            socket.hang_up()
            await task

    async def request(
        self,
        method: str,
        target: str,
        *,
        body: Body = b"",
        json: Any = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> Response:
        """A request whose response is read to its end."""
        body = encoded(json) if json is not None else body
        async with self.open(method, target, body=body, headers=headers) as connection:
            whole = await connection.read_all()
        return Response(connection.status, connection.headers, whole)

    def _scope(
        self, method: str, target: str, headers: Mapping[str, str] | Sequence[tuple[str, str]]
    ) -> Scope:
        path, _, query = target.partition("?")
        own = list(headers.items() if isinstance(headers, Mapping) else headers)
        usual = [pair for pair in self._headers.items() if pair[0] not in dict(own)]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(key.encode(), value.encode()) for key, value in [*usual, *own] if value],
            "client": (self._peer, 50_000),
            "server": ("127.0.0.1", 8765),
        }


async def _call(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def encoded(value: Any) -> bytes:
    """A value as the body of a request."""
    return json.dumps(value, ensure_ascii=False).encode()


def events_of(stream: bytes) -> list[Event]:
    """The server-sent events of a stream; comments are left out."""
    return [event for frame in stream.decode().split("\n\n") if (event := _event(frame)).data]


def _event(frame: str) -> Event:
    fields = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line[1:])
    return Event(fields.get("data", ""), fields.get("id", ""))
