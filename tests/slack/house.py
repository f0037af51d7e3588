"""The whole app on a fake Slack, in simulated time, and people who use it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.worker.office import Part, ScriptedModel

from aizuchi import plugs
from aizuchi.app import App, open_app
from aizuchi.engines.sqlite import open_engine
from aizuchi.ports import Ending, Model, Text
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import LimitSettings, ModelSettings, WebSettings
from aizuchi.simulator.slack import FakeSlack, Points, Said, SlackTransport, app_of
from aizuchi.simulator.slack.calls import Made
from aizuchi.surfaces.slack import opening
from aizuchi.testing import virtual_time

SIGN, START = "agents.sessions.setStatus", "chat.startStream"
ANSWER = "It is so."
open_without_threads: Any = partial(open_engine, threads=False)
MODELS: list[Model] = []


def speaking(text: str, every_s: float = 0.05, size: int = 20) -> list[Part]:
    """A script that says a text as it is."""
    pieces: list[Part] = []
    for start in range(0, len(text), size):
        pieces += [every_s, Text(text[start : start + size])]
    return [*pieces, Ending("stop", 10, 10)]


@asynccontextmanager
async def open_scripted(settings: Settings) -> AsyncIterator[Model]:
    """The model that the test has put there last."""
    yield MODELS[-1]


class House:
    """A fake Slack and the assistant in it, which can be stopped and started again."""

    def __init__(self, slack: FakeSlack, settings: Settings) -> None:
        self.slack, self.settings = slack, settings
        self.app: App | None = None
        self.ann = slack.person("ann")
        self.bob = slack.person("bob")

    def set(self, **slack: Any) -> None:
        """Other settings of Slack."""
        self.settings = self.settings._replace(slack=self.settings.slack._replace(**slack))

    def limit(self, **limits: Any) -> None:
        self.settings = self.settings._replace(limits=self.settings.limits._replace(**limits))

    def says(self, *scripts: Sequence[Part]) -> ScriptedModel:
        """The model plays these scripts, one for each call, the last one for all that follow."""
        model = ScriptedModel(*scripts)
        MODELS.append(model)
        self.settings = self.settings._replace(model=ModelSettings(name="scripted", sees=True))
        return model

    def points(self, **points: Any) -> None:
        """What nobody knows of Slack is otherwise than assumed."""
        state = self.slack.state
        state.points = state.points._replace(**points)

    def reactions(self, said: Said) -> list[str]:
        message = self.slack.state.message(said.channel, said.ts)
        return [*message.reactions] if message else []

    @asynccontextmanager
    async def open(self, *, works: bool = True) -> AsyncIterator[None]:
        """The app is open; where it does not work, it only takes in."""
        async with open_app(self.settings, virtual_time.clock) as self.app:
            web = httpx2.AsyncClient(transport=httpx2.ASGITransport(self.app.asgi))
            self.slack.deliver_to(web, "http://bot/slack/events")
            working = asyncio.create_task(self.app.run() if works else asyncio.Event().wait())
            try:
                yield
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                await web.aclose()

    async def rest(self, seconds: float = 30.0) -> None:
        """Long enough for what was asked to be answered."""
        await asyncio.sleep(seconds)

    def answers(self, said: Said) -> list[str]:
        """What stands of ours in the thread where something was said."""
        return self.slack.answers(self.slack.state.channels[said.channel], said.thread)

    def calls(self, method: str) -> list[Made]:
        return [made for made in self.slack.state.calls if made.method == method]


def house_in(home: Path, monkeypatch: pytest.MonkeyPatch, points: Points = Points()) -> House:
    """A house of its own; the calls of its app reach the fake Slack."""
    slack = FakeSlack(virtual_time.clock, points=points)
    slack.round_trip_s = 0.1

    @asynccontextmanager
    async def open_client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
        async with httpx2.AsyncClient(transport=SlackTransport(app_of(slack)), timeout=5) as client:
            yield client

    monkeypatch.setitem(plugs.BUILT_IN, "engine.sqlite", f"{__name__}:open_without_threads")
    monkeypatch.setitem(plugs.BUILT_IN, "model.scripted", f"{__name__}:open_scripted")
    monkeypatch.setattr(opening, "open_client", open_client)
    prepare(home)
    settings = Settings(
        model=ModelSettings(name="echo"),
        limits=LimitSettings(messages_per_minute=0),
        web=WebSettings(enabled=False),
        slack=SlackSettings(
            bot_token=Secret(slack.bot_token),
            signing_secret=Secret(slack.signing_secret),
            api_base=slack.api_base,
        ),
        home=home,
    )
    return House(slack, settings)
