"""The ASGI app: webhooks on a raw path, the web and its sockets, probes, and the last border.

Between a webhook and its acknowledgement stands nothing but reading, verifying and storing.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aizuchi import edge
from aizuchi.edge import API, WEBHOOK
from aizuchi.errors import StoreError
from aizuchi.events import HttpResponse, Reception
from aizuchi.hosts.doors import BodyRefused, Bounded, ClientLeft, read_body, request_of, respond
from aizuchi.hosts.probes import PATHS as PROBES
from aizuchi.hosts.probes import Probes
from aizuchi.metrics import Metric
from aizuchi.ports import Inbox, Surface
from aizuchi.words import language_of, say

CLOSE = (b"connection", b"close")
NOT_FOUND = HttpResponse(404, b"there is nothing here\n")

logger = logging.getLogger("aizuchi")

Lifespan = Callable[[], AbstractAsyncContextManager[object]]
Renew = Callable[[], Awaitable[bool]]
"""Reads what requests are verified with again; whether it is something else now."""


def make_app(
    *,
    inbox: Inbox,
    clock: Callable[[], float],
    webhooks: Mapping[str, Surface] = {},
    renewals: Mapping[str, Renew] = {},
    web: ASGIApp | None = None,
    probes: Probes = Probes(),
    lifespan: Lifespan = nullcontext,
    is_stopping: Callable[[], bool] = bool,
) -> ASGIApp:
    """The app of one process, from its parts: pushed surfaces by the path of their webhook, and
    what may renew their secrets, the web's routes, what the probes look at. `lifespan` is entered
    while the server runs; once it `is_stopping`, no connection is kept for a next request."""
    return _App(inbox, clock, webhooks, renewals, web, probes, lifespan, is_stopping)


class _App:
    def __init__(
        self,
        inbox: Inbox,
        clock: Callable[[], float],
        webhooks: Mapping[str, Surface],
        renewals: Mapping[str, Renew],
        web: ASGIApp | None,
        probes: Probes,
        lifespan: Lifespan,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._inbox, self._clock = inbox, clock
        self._webhooks, self._renewals = webhooks, renewals
        self._web, self._probes = web, probes
        self._lifespan, self._is_stopping = lifespan, is_stopping
        self._responses: Counter[tuple[str, int]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http" | "websocket":
                await self._guard(scope, receive, _Sending(send, last=self._is_stopping()))
            case "lifespan":
                await self._live(receive, send)

    async def _guard(self, scope: Scope, receive: Receive, send: "_Sending") -> None:
        """The border of the process: whatever breaks behind it is one line for a person, with a
        number that is in the log."""
        try:
            await self._route(scope, receive, send)
        except (ClientLeft, ClientDisconnect):
            return
        except BodyRefused as refused:
            await respond(send, refused.answer)
        except Exception as error:  # noqa: BLE001 - see above
            await _break_off(scope, send, _report(scope, error))
        finally:
            self._responses[self._name(scope), send.status] += 1

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["type"] == "websocket":
            await (self._web or _no_socket)(scope, receive, send)
        elif surface := self._webhooks.get(path):
            await respond(send, await self._webhook(surface, scope, receive))
        elif path in PROBES:
            answer = await self._probes.answer(request_of(scope, b""), self._metrics())
            await respond(send, answer, head_only=scope["method"] == "HEAD")
        elif self._web:
            await self._web(scope, Bounded(scope, receive, API.most_bytes), send)
        else:
            await respond(send, NOT_FOUND, head_only=scope["method"] == "HEAD")

    async def _webhook(self, surface: Surface, scope: Scope, receive: Receive) -> HttpResponse:
        bounded = Bounded(scope, receive, WEBHOOK.most_bytes)
        body = await read_body(bounded) if scope["method"] in WEBHOOK.methods else b""
        request, now = request_of(scope, body), self._clock()
        reception = edge.receive(surface, request, now=now)
        if _is_unknown(reception) and await self._renewed(scope["path"]):
            reception = edge.receive(surface, request, now=now)
        if isinstance(reception, HttpResponse):
            return reception
        return await accept(self._inbox, reception)

    async def _renewed(self, path: str) -> bool:
        """Whether a request that did not verify is worth a second look."""
        renew = self._renewals.get(path)
        return renew is not None and await renew()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._lifespan():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def _name(self, scope: Scope) -> str:
        path: str = scope["path"]
        return path if path in self._webhooks or path in PROBES else "web"

    def _metrics(self) -> Iterable[Metric]:
        meaning = "Responses by route and status; status 0 is a request that was given up."
        counted: dict[tuple[tuple[str, str], ...], float] = {
            (("route", route), ("status", str(status))): number
            for (route, status), number in self._responses.items()
        }
        yield Metric("aizuchi_http_responses_total", "counter", meaning, counted)


class _Sending:
    """A send that knows whether a response has begun; it adds no coroutine to a stream's frames.
    After the `last` response the server is to close the connection."""

    __slots__ = ("_last", "_send", "status")

    def __init__(self, send: Send, *, last: bool) -> None:
        self._send, self._last = send, last
        self.status = 0

    def __call__(self, message: Message) -> Awaitable[None]:
        if not self.status:
            self.status = _status(message)
            if self._last and message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], CLOSE]}
        return self._send(message)


def _status(message: Message) -> int:
    """What a first message says to the client, as an HTTP status."""
    match message["type"]:
        case "http.response.start":
            return int(message["status"])
        case "websocket.accept":
            return 101
        case "websocket.close":
            return 403
    return 0


def _is_unknown(reception: Reception | HttpResponse) -> bool:
    return isinstance(reception, HttpResponse) and reception.status == HTTPStatus.UNAUTHORIZED


async def _no_socket(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close"})


async def accept(inbox: Inbox, reception: Reception) -> HttpResponse:
    """Stores what a webhook brought, then acknowledges it: in this order, or not at all."""
    try:
        if reception.messages or reception.signals:
            new = await inbox.accept(reception.messages, reception.signals)
            if reception.late and not new:
                await inbox.accept(reception.late, ())
            if reception.known and not new:
                return reception.known
    except StoreError as error:
        logger.error("a message was not taken: %s", error)
        return reception.refused
    assert isinstance(reception.accepted, HttpResponse), "a webhook is acknowledged, not followed"
    return reception.accepted


def _report(scope: Scope, error: Exception) -> str:
    """Tells the log what broke; the trace only to who asks for it."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    incident = secrets.token_hex(4)
    what = f"{type(error).__name__} at {scope.get('method', 'the socket')} {scope['path']}"
    logger.error("a request broke (number %s): %s", incident, what)
    logger.debug("number %s", incident, exc_info=error)
    return incident


async def _break_off(scope: Scope, send: _Sending, incident: str) -> None:
    """Tells the client as much as can still be told."""
    if scope["type"] == "websocket":
        with suppress(OSError):
            reason = f"this broke on my side (number {incident})"
            await send({"type": "websocket.close", "code": 1011, "reason": reason})
    elif not send.status:
        await respond(send, _broken(scope, incident))


def _broken(scope: Scope, incident: str) -> HttpResponse:
    wish = request_of(scope, b"").header(b"accept-language") or b""
    text = say("bug", language_of("", wish.decode("latin-1")), incident=incident)
    return HttpResponse(500, text.encode())
