"""The whole app on a fake Discord, in simulated time, and people who use it.

Interactions come as requests, unless `by_requests` is taken back; messages over the Gateway."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.discord.lines import connect_in_process
from tests.worker.office import Part, ScriptedModel

from aizuchi import plugs
from aizuchi.app import App, open_app
from aizuchi.engines.sqlite import open_engine
from aizuchi.ports import Model
from aizuchi.settings import Settings
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.home import prepare
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import LimitSettings, ModelSettings, WebSettings
from aizuchi.simulator.discord import FakeDiscord, InProcessTransport, Points, Said, app_of
from aizuchi.simulator.discord.calls import Made
from aizuchi.simulator.discord.things import Channel, Message
from aizuchi.surfaces.discord import opening
from aizuchi.testing import virtual_time

open_without_threads: Any = partial(open_engine, threads=False)
MODELS: list[Model] = []
ABOUT = {"name": "Ask about this", "type": 3}
PATH = "http://bot/discord/interactions"


@asynccontextmanager
async def open_scripted(settings: Settings) -> AsyncIterator[Model]:
    """The model that the test has put there last."""
    yield MODELS[-1]


class House:
    """A fake Discord and the assistant in it, which can be stopped and started again."""

    def __init__(self, discord: FakeDiscord, settings: Settings) -> None:
        self.discord, self.settings = discord, settings
        self.app: App | None = None
        self.ann = discord.person("ann")
        self.bob = discord.person("bob")
        self.general = discord.general
        self.by_requests = True

    def set(self, **discord: Any) -> None:
        """Other settings of Discord."""
        self.settings = self.settings._replace(discord=self.settings.discord._replace(**discord))

    def limit(self, **limits: Any) -> None:
        self.settings = self.settings._replace(limits=self.settings.limits._replace(**limits))

    def allow(self, *ids: str) -> None:
        access = self.settings.access._replace(allow=ids)
        self.settings = self.settings._replace(access=access)

    def says(self, *scripts: Sequence[Part]) -> ScriptedModel:
        """The model plays these scripts, one for each call, the last one for all that follow."""
        model = ScriptedModel(*scripts)
        MODELS.append(model)
        self.settings = self.settings._replace(model=ModelSettings(name="scripted", sees=True))
        return model

    def points(self, **points: Any) -> None:
        """What nobody knows of Discord is otherwise than assumed."""
        state = self.discord.state
        state.points = state.points._replace(**points)

    @asynccontextmanager
    async def open(self, *, works: bool = True) -> AsyncIterator[None]:
        """The app is open; where it does not work, it only takes in. In the end nothing is left at
        “thinking…”, nobody was called, and nothing else is wrong."""
        async with open_app(self.settings, virtual_time.clock) as self.app:
            web = httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app.asgi))
            if self.by_requests:
                self.discord.deliver_to(web, PATH)
            working = asyncio.create_task(self.app.run() if works else asyncio.Event().wait())
            await asyncio.sleep(1.0)  # it is connected, and knows who it is
            try:
                yield
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                await web.aclose()

    async def asks(self, question: str = "Is it raining?", **how: Any) -> Said:
        """Ann asks with a command in general."""
        return await self.ann.command("ask", {"text": question}, self.general, **how)

    async def rest(self, seconds: float = 30.0) -> None:
        """Long enough for what was asked to be answered."""
        await asyncio.sleep(seconds)

    def answers(self, channel: Channel | None = None) -> list[str]:
        """What stands of ours in a channel, buttons apart."""
        return [message.content for message in self.messages(channel)]

    def messages(self, channel: Channel | None = None) -> list[Message]:
        return self.discord.messages(channel or self.general)

    def calls(self, route: str) -> list[Made]:
        return [made for made in self.discord.state.calls if made.route == route]


def clock() -> float:
    """The time of day, also before a test begins."""
    try:
        return virtual_time.clock()
    except RuntimeError:
        return virtual_time.EPOCH


def labels(message: Message) -> list[str]:
    """What the buttons of a message say."""
    return [button["label"] for row in message.components for button in row["components"]]


def house_in(home: Path, monkeypatch: pytest.MonkeyPatch, points: Points = Points()) -> House:
    """A house of its own; the calls of its app reach the fake Discord."""
    discord = FakeDiscord(clock, points=points)
    discord.round_trip_s = 0.1
    ask = {"name": "ask", "description": "Ask", "type": 1, "integration_types": [0, 1]}
    option = {"name": "text", "description": "Your question", "type": 3}
    discord.register({**ask, "options": [option]}, ABOUT)

    @asynccontextmanager
    async def open_client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
        transport = InProcessTransport(app_of(discord))
        async with httpx2.AsyncClient(transport=transport, timeout=5) as client:
            yield client

    monkeypatch.setitem(plugs.BUILT_IN, "engine.sqlite", f"{__name__}:open_without_threads")
    monkeypatch.setitem(plugs.BUILT_IN, "model.scripted", f"{__name__}:open_scripted")
    monkeypatch.setattr(opening, "open_client", open_client)
    connect_in_process(monkeypatch, discord)
    prepare(home)
    settings = Settings(
        model=ModelSettings(name="echo"),
        limits=LimitSettings(messages_per_minute=0),
        web=WebSettings(enabled=False),
        discord=DiscordSettings(
            bot_token=Secret(discord.bot_token),
            public_key=discord.public_key,
            app_id=discord.app_id,
            api_base=discord.api_base,
        ),
        home=home,
    )
    return House(discord, settings)
