"""A fake Slack, an app that notes what it is sent, and a client of the Web API."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aizuchi.simulator.slack import FakeSlack, Points, SlackTransport, app_of
from aizuchi.testing import virtual_time


class Noted:
    """A request that the app got."""

    def __init__(self, headers: Mapping[str, str], body: bytes) -> None:
        self.headers, self.body = headers, body

    @property
    def json(self) -> dict[str, Any]:
        form = self.form
        return dict(json.loads(form.get("payload") or self.body))

    @property
    def form(self) -> dict[str, str]:
        return {} if self.body[:1] == b"{" else dict(parse_qsl(self.body.decode()))

    @property
    def event(self) -> dict[str, Any]:
        return dict(self.json["event"])


class Bot:
    """An app that takes everything, answers as `reply` says, and notes it."""

    def __init__(self) -> None:
        self.got: list[Noted] = []
        self.reply: Response = Response()
        self.app = Starlette(routes=[Route("/slack/events", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.got.append(Noted(request.headers, await request.body()))
        return self.reply

    @property
    def events(self) -> list[str]:
        return [noted.event["type"] for noted in self.got]


class House:
    def __init__(self, slack: FakeSlack, bot: Bot, client: httpx2.AsyncClient) -> None:
        self.slack, self.client = slack, client
        self.listen(bot)
        self.ann = slack.person("ann")

    def listen(self, bot: Bot) -> None:
        """From now on this app gets what is delivered."""
        self.bot = bot
        deliver = httpx2.AsyncClient(transport=httpx2.ASGITransport(bot.app))
        self.slack.deliver_to(deliver, "http://bot.test/slack/events")

    async def call(self, method: str, token: str = "", **arguments: Any) -> dict[str, Any]:
        """A call with a body of JSON; the answer."""
        return dict((await self.asked(method, token, json=arguments)).json())

    async def read(self, method: str, **arguments: Any) -> dict[str, Any]:
        """A call with a form, as reading methods want it."""
        return dict((await self.asked(method, data=arguments)).json())

    async def asked(self, method: str, token: str = "", **body: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {token or self.slack.bot_token}"}
        return await self.client.post(self.slack.api_base + method, headers=headers, **body)

    async def posted(self, text: str = "hello", **more: Any) -> str:
        """Posts in general; the message's ts."""
        sent = await self.call(
            "chat.postMessage",
            channel=self.slack.general.id,
            text=text,
            unfurl_links=False,
            unfurl_media=False,
            **more,
        )
        assert sent["ok"], sent
        return str(sent["ts"])


@asynccontextmanager
async def house(points: Points = Points()) -> AsyncIterator[House]:
    slack, bot = FakeSlack(virtual_time.clock, points=points), Bot()
    transport = SlackTransport(app_of(slack))
    async with httpx2.AsyncClient(transport=transport) as client:
        try:
            yield House(slack, bot, client)
        finally:
            await slack.close()
