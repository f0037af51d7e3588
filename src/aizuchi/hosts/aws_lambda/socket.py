"""The function behind the WebSocket API: `handler` is what Lambda calls with what its sockets do.

The gateway holds the sockets and gives us 29 seconds for each thing that happens. So nothing here
waits for an answer: what is asked is stored, who asked is noted, and whoever answers tells them.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

from aizuchi.app import open_app
from aizuchi.engines.aws.sources import Offered
from aizuchi.errors import AizuchiError, SettingsError
from aizuchi.events import HttpRequest
from aizuchi.hosts.aws_lambda.keeping import Keeper
from aizuchi.hosts.aws_lambda.opening import opened_settings
from aizuchi.hosts.aws_lambda.worker import Context

WITHIN_S = 25.0
"""The gateway waits for 29."""

Event = Mapping[str, Any]
Reply = Mapping[str, int]

log = logging.getLogger(__name__)


class Relay(Protocol):
    """What becomes of what sockets do."""

    async def connect(self, socket: str, asked: HttpRequest) -> int:
        """The status of a handshake."""
        ...

    async def take(self, socket: str, text: str | None) -> None:
        """A frame; None where it is no text."""
        ...

    async def disconnect(self, socket: str) -> None: ...


Open = Callable[[float], AbstractAsyncContextManager[Relay]]
"""Opens it for invocations of so many seconds."""


@asynccontextmanager
async def open_relay(
    left_s: float,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Relay]:
    """The web's own, in an assistant that answers nothing.

    Raises:
        AizuchiError: the settings, the secrets or the store do not allow it.
    """
    settings = opened_settings(environ, left_s)
    if not (settings.aws.sockets and settings.web.enabled):
        raise SettingsError(
            "The function does not know whose sockets it serves.",
            "Set AIZUCHI__AWS__SOCKETS to the address of the WebSocket API's stage, and leave "
            "[web] enabled.",
        )
    async with open_app(settings, clock, offered=Offered(alone_s=0.0)) as app:
        yield app.relay


class Handler:
    """What Lambda calls, over and over in one process, with one event loop."""

    def __init__(self, open_relay: Open) -> None:
        self._kept = Kept(open_relay)
        self._runner = asyncio.Runner()

    def __call__(self, event: Event, context: Context) -> Reply:
        return self._runner.run(
            self._kept.take(event, context.get_remaining_time_in_millis() / 1000)
        )


class Kept:
    """What stays open from one invocation to the next."""

    def __init__(self, open_relay: Open) -> None:
        self._keeper = Keeper(open_relay)

    async def take(self, event: Event, left_s: float) -> Reply:
        """What the gateway is told. It refuses a handshake by our status; of any other trouble it
        tells the client in words of its own, who then comes back, so that is only for ours."""
        try:
            async with asyncio.timeout(min(WITHIN_S, left_s)):
                return {"statusCode": await self._serve(event, left_s)}
        except (AizuchiError, TimeoutError) as error:
            log.error("what a socket did was not taken: %s %s", type(error).__name__, error)
            return {"statusCode": 503}

    async def close(self) -> None:
        await self._keeper.close()

    async def _serve(self, event: Event, left_s: float) -> int:
        context = event["requestContext"]
        (relay, _), socket = await self._keeper.opened(left_s), str(context["connectionId"])
        match context.get("eventType"):
            case "CONNECT":
                return await relay.connect(socket, request_of(event))
            case "DISCONNECT":
                await relay.disconnect(socket)
            case _:
                await relay.take(socket, text_of(event))
        return 200


def request_of(event: Event) -> HttpRequest:
    """The request that opens a socket."""
    query = event.get("multiValueQueryStringParameters") or {}
    if not query:
        query = {
            name: [value] for name, value in (event.get("queryStringParameters") or {}).items()
        }
    headers = event.get("multiValueHeaders") or {}
    if not headers:
        headers = {name: [value] for name, value in (event.get("headers") or {}).items()}
    pairs = [(name, value) for name, values in headers.items() for value in values]
    return HttpRequest(
        "GET",
        "",
        urlencode(query, doseq=True),
        tuple((_raw(name).lower(), _raw(value)) for name, value in pairs),
        b"",
    )


def text_of(event: Event) -> str | None:
    """The text of a frame; None where it is none."""
    body = event.get("body")
    if event.get("isBase64Encoded"):
        return None
    return body if isinstance(body, str) else ""


def _raw(text: object) -> bytes:
    return str(text).encode("utf-8", "replace")


handler = Handler(open_relay)
