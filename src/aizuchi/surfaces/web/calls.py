"""Between Starlette's requests and responses and our own plain values."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.surfaces.web.auth import SAFE_METHODS, SECURITY_HEADERS, language_of, plain
from aizuchi.surfaces.web.inbound import conversation_of, person_key
from aizuchi.surfaces.web.wording import line

# What a socket's handshake is taken for: something that by cookie needs to name its origin.
UPGRADE = "UPGRADE"
OWN_HOST: Final = "aizuchi.own_host"
"""In a request's scope: the name by which its gateway knows us, and no other assistant."""

NOT_CACHED = (b"cache-control", b"no-store")


class Call(NamedTuple):
    """A request of a person who may make it."""

    request: HttpRequest
    person: str
    chat: str

    @property
    def conversation(self) -> str:
        """The key of the chat, as this person's."""
        return conversation_of(self.person, self.chat)

    @property
    def person_key(self) -> str:
        """The person as the engine knows them."""
        return person_key(self.person)

    def say(self, status: int, code: str, **values: object) -> HttpResponse:
        """A plain line in the language that the browser asks for."""
        return plain(status, line(code, language_of(self.request), **values))


class Endpoint:
    """A handler as a route's ASGI app: nothing of a framework stands between a stream and the
    server, which would cost every frame."""

    def __init__(self, handle: Callable[[Request], Awaitable[ASGIApp]]) -> None:
        self._handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._handle(Request(scope, receive))
        await answer(scope, receive, send)


def head_of(request: HTTPConnection) -> HttpRequest:
    """The request as a value, without its body."""
    scope = request.scope
    client = scope.get("client")
    return HttpRequest(
        method=scope.get("method", UPGRADE),
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((bytes(name), bytes(value)) for name, value in scope["headers"]),
        body=b"",
        peer=client[0] if client else "",
        own_host=scope.get(OWN_HOST, ""),
    )


async def whole(head: HttpRequest, request: Request) -> HttpRequest:
    """The request with its body, which the host bounds; only who may come in gets so far."""
    return head._replace(body=b"" if head.method in SAFE_METHODS else await request.body())


def json_answer(value: Any) -> HttpResponse:
    """A whole answer of the API."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(200, text.encode(), "application/json")


def respond(answer: HttpResponse | ASGIApp) -> ASGIApp:
    """An answer as what the server sends, with what every answer of the web carries."""
    if not isinstance(answer, HttpResponse):
        return answer
    response = Response(answer.body, answer.status)
    if answer.body:
        response.headers["content-type"] = answer.content_type
    own = {name for name, _ in answer.headers}
    cached = () if b"cache-control" in own else (NOT_CACHED,)
    usual = (header for header in SECURITY_HEADERS if header[0] not in own)
    response.raw_headers += [*answer.headers, *cached, *usual]
    return response
