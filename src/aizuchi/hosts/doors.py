"""Reading a request off the wire: never more of a body than its route takes."""

from starlette.types import Message, Receive, Scope, Send

from aizuchi.edge import too_large
from aizuchi.events import HttpRequest, HttpResponse


class ClientLeft(Exception):
    """The client went away before its request was whole."""


class BodyRefused(Exception):
    """The body is too large; `answer` says so."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.answer = answer


class Bounded:
    """A receive that raises BodyRefused at the byte that is too much.

    A body that announces too much is refused before any of it is read, and one that nobody asks
    for is never read. How long it may take, `heads.py` says.
    """

    def __init__(self, scope: Scope, receive: Receive, most_bytes: int) -> None:
        self._receive, self._most_bytes = receive, most_bytes
        self._size, self._announced = 0, _announced(scope)

    async def __call__(self) -> Message:
        self._check(self._announced)
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self._check(self._size)
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
    query, peer = scope["query_string"].decode("latin-1"), client[0] if client else ""
    return HttpRequest(scope["method"], scope["path"], query, tuple(scope["headers"]), body, peer)


async def respond(send: Send, answer: HttpResponse, *, head_only: bool = False) -> None:
    """Sends a whole answer."""
    headers = _headers(answer)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})


def _headers(answer: HttpResponse) -> list[tuple[bytes, bytes]]:
    if answer.status in (204, 304):
        return [*answer.headers]
    headers = [(b"content-length", b"%d" % len(answer.body)), *answer.headers]
    if answer.body:
        headers.append((b"content-type", answer.content_type.encode()))
    return headers
