"""Told to stop, a server refuses what comes, in each platform's own way, and hands back the rest:
what it has acknowledged is answered by the next one."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from tests.cli.processes import PacedModel, Place, Program, eventually, place_with_model, running

from aizuchi.hosts.process import SPARE_S
from aizuchi.simulator.discord import FakeDiscord, Person, Points, Said, serving
from aizuchi.surfaces.slack.signing import signature

pytestmark = pytest.mark.real_time
SLACK_SECRET = "s3cret-s3cret"
DRAIN_S = 2.0
LATE = "please ask again"


class House:
    """A server in a process of its own, on a fake Discord, with a model that takes its time."""

    def __init__(self, place: Place, model: PacedModel, discord: FakeDiscord) -> None:
        self.place, self.model, self.discord = place, model, discord
        self.ann: Person = discord.person("ann")
        self.address = f"http://127.0.0.1:{place.port}"
        model.words, model.pause_s = 400, 0.05

    @asynccontextmanager
    async def served(self, *, by_gateway: bool) -> AsyncIterator[Program]:
        """A server, reached over the Gateway or by requests, once it is ready."""
        environment = {
            "DISCORD_API_BASE": self.discord.api_base,
            "DISCORD_BOT_TOKEN": self.discord.bot_token,
            "DISCORD_PUBLIC_KEY": "" if by_gateway else self.discord.public_key,
            "SLACK_SIGNING_SECRET": SLACK_SECRET,
            "AIZUCHI__SERVER__DRAIN_S": str(DRAIN_S),
        }
        async with running(self.place, "serve", terminal=False, **environment) as server:
            await eventually(lambda: self.is_ready(200))
            yield server

    async def is_ready(self, status: int) -> bool:
        try:
            async with self.client() as client:
                return (await client.get("/readyz")).status_code == status
        except httpx2.HTTPError:
            return False

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(base_url=self.address, trust_env=False, timeout=10)

    async def asks(self, text: str) -> Said:
        return await self.ann.command("ask", {"text": text}, self.discord.general)

    async def slack_status(self) -> int:
        """How a mention on Slack is answered now."""
        event = {"type": "app_mention", "user": "U1", "text": "hi", "ts": "1.2", "channel": "C1"}
        envelope = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": event}
        body, at = json.dumps(envelope).encode(), b"%d" % time.time()
        headers = {
            "content-type": "application/json",
            "x-slack-request-timestamp": at.decode(),
            "x-slack-signature": signature(SLACK_SECRET.encode(), at, body).decode(),
        }
        async with self.client() as client:
            return (await client.post("/slack/events", content=body, headers=headers)).status_code

    async def answered(self) -> bool:
        return self.model.answer.strip() in "".join(self.discord.answers(self.discord.general))


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    discord = FakeDiscord(points=Points(command_bucket=(100, 1.0)))
    async with place_with_model(folder) as (place, model), serving(discord):
        yield House(place, model, discord)


@pytest.mark.parametrize("by_gateway", [True, False], ids=["gateway", "requests"])
async def test_a_stop_refuses_what_comes_and_loses_nothing(
    tmp_path: Path, by_gateway: bool
) -> None:
    async with house(tmp_path) as it, httpx2.AsyncClient(trust_env=False) as web:
        it.discord.register({"name": "ask", "description": "Ask", "options": [TEXT]})
        if not by_gateway:
            it.discord.deliver_to(web, f"{it.address}/discord/interactions")
        async with it.served(by_gateway=by_gateway) as server:
            assert (await it.asks("Is it so?")).is_taken
            await it.model.asked()
            began = time.monotonic()
            server.process.terminate()
            await eventually(lambda: it.is_ready(503))

            late = await it.asks("And this?")
            assert late.is_taken
            assert LATE in it.discord.shown(late).content
            assert await it.slack_status() == 503

            assert await server.end(within_s=DRAIN_S + SPARE_S + 1) == 0
            assert time.monotonic() - began < 10
        it.model.words, it.model.pause_s = 3, 0.0
        async with it.served(by_gateway=by_gateway):
            await eventually(it.answered)
        assert sum(LATE in text for text in it.discord.answers(it.discord.general)) == 0
        it.discord.assert_clean()


TEXT = {"name": "text", "description": "Your question", "type": 3}


async def test_a_gateway_that_is_away_shows_and_the_rest_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as it, it.served(by_gateway=True):
        it.discord.gateway.cut(4004)
        await eventually(lambda: it.is_ready(503))
        async with it.client() as client:
            assert "discord connected" in (await client.get("/readyz")).text
            assert (await client.get("/healthz")).status_code == 200
        assert await it.slack_status() == 200


async def test_a_discord_that_is_down_does_not_delay_the_start(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _):
        environment = {"DISCORD_BOT_TOKEN": "x.y.z", "DISCORD_API_BASE": "http://127.0.0.1:9/api"}
        async with running(place, "serve", terminal=False, **environment) as server:
            await server.until("State")
            await server.until("not connected to Discord")
            assert server.text.count("not connected to Discord") == 1
            assert "x.y.z" not in server.text
            server.process.terminate()
            assert await server.end(within_s=3) == 0
        assert "Traceback" not in server.text
