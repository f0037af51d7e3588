"""A fake Discord, an app that notes what it is sent, and a client of the API."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aizuchi.simulator.discord import FakeDiscord, InProcessTransport, Points, Said, app_of
from aizuchi.testing import virtual_time

QUIETLY: dict[str, Any] = {"allowed_mentions": {"parse": []}, "flags": 4}
THINKING: dict[str, Any] = {"type": 5}
USER_AGENT = "DiscordBot (https://example.org, 1)"


class Bot:
    """An app that checks signatures, answers as `reply` says, and notes what it got."""

    def __init__(self, public_key: str) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self.got: list[dict[str, Any]] = []
        self.reply: Response = JSONResponse(THINKING)
        self.app = Starlette(routes=[Route("/discord/interactions", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request.headers, body):
            return Response(status_code=401)
        self.got.append(json.loads(body))
        if self.got[-1]["type"] == 1:
            return JSONResponse({"type": 1})
        return await self.respond(self.got[-1])

    async def respond(self, interaction: Mapping[str, Any]) -> Response:
        return self.reply

    def _is_signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        signed = headers["x-signature-timestamp"].encode() + body
        try:
            self._key.verify(signed, bytes.fromhex(headers["x-signature-ed25519"]))
        except BadSignatureError:
            return False
        return True


class House:
    def __init__(self, discord: FakeDiscord, bot: Bot, client: httpx2.AsyncClient) -> None:
        self.discord, self.client = discord, client
        self.listen(bot)
        self.ann = discord.person("ann")

    def listen(self, bot: Bot) -> None:
        """From now on this app gets what is delivered."""
        self.bot = bot
        deliver = httpx2.AsyncClient(transport=httpx2.ASGITransport(bot.app))
        self.discord.deliver_to(deliver, "http://bot.test/discord/interactions")

    async def asks(self, question: str = "why?", **how: Any) -> Said:
        return await self.ann.command("ask", {"question": question}, self.discord.general, **how)

    async def call(
        self, method: str, path: str, fields: Any = None, *, token: str = "", **body: Any
    ) -> httpx2.Response:
        """A call with the bot's token; `fields` as JSON."""
        headers = {
            "authorization": f"Bot {token or self.discord.bot_token}",
            "user-agent": USER_AGENT,
        }
        json_body = {} if fields is None else {"json": fields}
        return await self.client.request(
            method, self.discord.api_base + path, headers=headers, **json_body, **body
        )

    def hook(self, said: Said, rest: str = "") -> str:
        assert said.interaction
        return f"/webhooks/{self.discord.app_id}/{said.interaction.token}{rest}"

    def original(self, said: Said) -> str:
        return self.hook(said, "/messages/@original")

    async def fills(self, said: Said, content: str, **more: Any) -> httpx2.Response:
        """Edits the original response."""
        fields = {"content": content, **QUIETLY, **more}
        return await self.call("PATCH", self.original(said), fields)

    async def posts(self, content: str = "hello", **more: Any) -> httpx2.Response:
        """Posts in general."""
        path = f"/channels/{self.discord.general.id}/messages"
        return await self.call("POST", path, {"content": content, **QUIETLY, **more})


@asynccontextmanager
async def house(points: Points = Points()) -> AsyncIterator[House]:
    discord = FakeDiscord(virtual_time.clock, points=points)
    discord.register()
    transport = InProcessTransport(app_of(discord))
    async with httpx2.AsyncClient(transport=transport) as client:
        try:
            yield House(discord, Bot(discord.public_key), client)
        finally:
            await discord.close()


def code(response: httpx2.Response) -> tuple[int, int]:
    """The status and Discord's own code of a refusal."""
    return response.status_code, response.json()["code"]
