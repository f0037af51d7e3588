"""The assistant behind the page, as a function keeps it: one request at a time, told as it is made.

It answers what it accepts itself. A request is over when its response has ended and nothing that
was taken in with it is under way here any more; only then may the function be frozen.
"""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from starlette.types import Message, Scope

from aizuchi.app import App, open_app
from aizuchi.engines.aws.sources import Offered
from aizuchi.errors import AizuchiError
from aizuchi.hosts.aws_lambda.bridge import Call, Head, call_of, head_of
from aizuchi.hosts.aws_lambda.gateway import NotHttp
from aizuchi.hosts.aws_lambda.opening import opened_settings
from aizuchi.hosts.aws_lambda.shifts import Opened, Shifts
from aizuchi.hosts.doors import request_of, respond
from aizuchi.settings import Settings
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.platforms import SlackSettings
from aizuchi.surfaces.web.auth import language_of, plain
from aizuchi.surfaces.web.wording import line
from aizuchi.words import say

ALONE_S = 40.0
"""When somebody else is woken for what is accepted here: past the lease of a turn whose function
died as soon as it had it. Before that, every answer would call a worker for nothing."""

EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing listens there; a gateway that is open to all does
NO_CALL = Call({}, b"")
NO_REQUEST = plain(400, "this is no request of a gateway")

log = logging.getLogger(__name__)


class Out(Protocol):
    """Where a response goes, as it is made."""

    async def begin(self, head: Head) -> None: ...

    async def say(self, body: bytes) -> None: ...

    async def end(self, *, is_all: bool) -> None: ...


class Exchange:
    """One request and its response, as ASGI has them. Nobody tells us when a client has left.

    A response that `is_cut` breaks off as it should: its client comes back for the rest.
    """

    def __init__(self, call: Call, out: Out) -> None:
        self.scope: Scope = call.scope
        self._body: bytes | None = call.body
        self._out = out
        self.has_begun = self.has_ended = self.is_cut = False

    async def receive(self) -> Message:
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            await self._out.begin(head_of(message))
        else:
            await self._out.say(message.get("body", b""))
            if not message.get("more_body", False):
                await self._end(is_all=True)

    async def end(self) -> None:
        """Nothing more is said."""
        if self.has_begun and not self.has_ended:
            await self._end(is_all=self.is_cut)

    async def _end(self, *, is_all: bool) -> None:
        self.has_ended = True
        await self._out.end(is_all=is_all)


class Chat:
    """What is kept open from one request to the next."""

    def __init__(self, app: App, offered: Offered) -> None:
        self._app, self._offered = app, offered
        self._told: Exchange | None = None

    async def work(self) -> None:
        await self._app.work()

    async def rest(self) -> None:
        await self._app.rest()

    async def hand_back(self) -> None:
        """Whoever reads comes back for the rest."""
        if self._told:
            self._told.is_cut = True
        await self._app.hand_back()

    async def take(self, exchange: Exchange) -> bool:
        """Answers a request, and sees through what was taken in with it."""
        self._told = exchange
        try:
            await self._app.asgi(exchange.scope, exchange.receive, exchange.send)
        finally:
            self._told = None
        await exchange.end()
        await self._offered.calm()
        while await self._app.settled():
            await self._offered.calm()
        return True


@asynccontextmanager
async def open_chat(
    left_s: float,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Opened[Exchange]]:
    """Opens it for invocations of so many seconds.

    Raises:
        AizuchiError: the settings, the secrets or the store do not allow it.
    """
    settings = behind_a_gateway(opened_settings(environ, left_s))
    if not settings.web.enabled:
        log.warning("the web is closed here: set AIZUCHI_WEB_TOKEN for this function")
    offered = Offered(ALONE_S)
    async with open_app(settings, clock, offered=offered) as app:
        chat = Chat(app, offered)
        yield Opened(chat, chat.take)


def behind_a_gateway(settings: Settings) -> Settings:
    """The settings where the world comes in and no platform is written to: without a token that
    the operator gave, nobody could know one."""
    web = settings.web
    is_guarded = bool(web.token) or web.auth == "header"
    return settings._replace(
        slack=SlackSettings(),
        discord=DiscordSettings(),
        server=settings.server._replace(host=EVERYWHERE, surfaces=()),
        web=web._replace(enabled=web.enabled and is_guarded),
    )


async def answered(shifts: Shifts[Exchange], event: object, out: Out, left_s: float) -> None:
    """Answers an event, whatever happens, and returns when nothing of it is under way."""
    try:
        exchange = Exchange(call_of(event), out)
    except NotHttp:
        await respond(Exchange(NO_CALL, out).send, NO_REQUEST)
        return
    language = language_of(request_of(exchange.scope, b""))
    trouble = plain(503, line("store_read", language))
    try:
        await shifts.serve([exchange], left_s)
    except AizuchiError as error:
        log.error("a request was not answered: %s", error)
    except Exception as error:  # the last border: whatever broke, it is told
        incident = os.urandom(4).hex()
        log.error("a request broke (number %s)", incident, exc_info=error)
        trouble = plain(500, say("bug", language, incident=incident))
    if not exchange.has_begun:
        await respond(exchange.send, trouble)
    await exchange.end()
