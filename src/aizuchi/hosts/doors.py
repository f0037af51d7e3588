"""Reading a request off the wire: never more of a body than its route takes, never for ever."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from aizuchi.edge import too_large
from aizuchi.events import HttpRequest, HttpResponse

BODY_WITHIN_S = 20.0
TOO_SLOW = HttpResponse(408, b"the body took too long", headers=((b"connection", b"close"),))


class ClientLeft(Exception):
    """The client went away before its request was whole."""


class BodyRefused(Exception):
    """The body is too large or too slow; `answer` says which."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


class Bounded:
    """A receive that raises BodyRefused at the byte that is too much, or when time is up.

    A body that announces too much is refused before any of it is read, and one that nobody asks
    for is never read.
    """

    def __init__(self, scope: Scope, receive: Receive, most_bytes: int) -> None:
        self._receive, self._most_bytes = receive, most_bytes
        self._size = 0
        self._announced = _announced(scope)
        self._until = asyncio.get_running_loop().time() + BODY_WITHIN_S
        self._is_whole = False

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        self._check(self._announced)
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise BodyRefused(TOO_SLOW) from None
        self._size += len(message.get("body", b""))
        self._check(self._size)
        self._is_whole = not message.get("more_body", False)
        return message

    def _check(self, size: int) -> None:
        if size > self._most_bytes:
            raise BodyRefused(too_large(self._most_bytes))


async def read_body(receive: Bounded) -> bytes:
    """The whole body; raises BodyRefused, or ClientLeft."""
    pieces: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0


def request_of(scope: Scope, body: bytes) -> HttpRequest:
    """The request as a value."""
    client = scope.get("client")
    return HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple(scope["headers"]),
        body=body,
        peer=client[0] if client else "",
    )


async def respond(send: Send, answer: HttpResponse, *, head_only: bool = False) -> None:
    """Sends a whole answer."""
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.body:
        headers.append((b"content-type", answer.content_type.encode()))
    if answer.status in (204, 304):
        headers = []
    start = {"status": answer.status, "headers": [*headers, *answer.headers]}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})
