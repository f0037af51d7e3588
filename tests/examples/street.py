"""An example as it stands: at once on the fake Slack, on the fake Discord and in the page."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from tests.discord import house as discord_house
from tests.slack import house as slack_house
from tests.web.house import Person, text_of
from tests.worker.office import ScriptedModel

from aizuchi.app import App, open_app
from aizuchi.settings import Settings, load
from aizuchi.surfaces.discord.registration import declared
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import events_of

EXAMPLES = Path(__file__).parents[2] / "examples"
TOKEN = "owner:owner-token"


class Street:
    """Where one assistant is met: three houses, one door each."""

    def __init__(self, name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.slack = slack_house.house_in(home, monkeypatch)
        self.discord = discord_house.house_in(home, monkeypatch)
        self.settings = load(EXAMPLES / name / "aizuchi.toml", self._environment(home))
        self._app: App | None = None
        self._asked = 0
        self.general = self.discord.general

    @asynccontextmanager
    async def open(self, model: ScriptedModel) -> AsyncIterator[None]:
        """One life of the assistant, on the store that the last one left."""
        discord_house.MODELS.append(model)
        self._register(self.settings)
        async with open_app(self.settings, virtual_time.clock) as self._app:
            inside = httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app.asgi))
            self.slack.slack.deliver_to(inside, "http://bot/slack/events")
            self.discord.discord.deliver_to(inside, discord_house.PATH)
            working = asyncio.create_task(self._app.run())
            await asyncio.sleep(1.0)  # the Gateway is connected
            try:
                yield
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                await inside.aclose()

    def _register(self, settings: Settings) -> None:
        """Discord has the commands of the file. Ann, whose server it is, may use every one."""
        discord = self.discord.discord
        discord.guild.owner = self.discord.ann.id
        discord.register(*declared(settings.discord, in_guild=False))

    @property
    def person(self) -> Person:
        """Who has the token of the page."""
        assert self._app
        return Person(self._app.asgi, headers={"authorization": "Bearer owner-token"})

    async def ask(self, where: str, question: str) -> str:
        """What stands there as the answer to a question."""
        match where:
            case "slack":
                return await self._ask_slack(question)
            case "slack command":
                return await self._ask_slack_command(question)
            case "discord":
                return await self._ask_discord(question)
        return await self._ask_page(question)

    async def _ask_slack(self, question: str) -> str:
        said = await self.slack.ann.mentions(question, self.slack.slack.general)
        await self.slack.rest()
        return "\n".join(self.slack.answers(said))

    async def _ask_slack_command(self, question: str) -> str:
        command = self.settings.slack.commands[0].split()[0]
        await self.slack.ann.command(command, question, self.slack.slack.general)
        await self.slack.rest()
        return self.slack.slack.transcript(self.slack.ann)

    async def _ask_discord(self, question: str) -> str:
        command = self.settings.discord.commands[0]
        said = {command.options[0].name: question}
        await self.discord.ann.command(command.name, said, self.discord.general)
        await self.discord.rest()
        return self.discord.answers()[-1]

    async def _ask_page(self, question: str) -> str:
        self._asked += 1
        answer = await self.person.ask(question, ref=f"m{self._asked}")
        return text_of(events_of(answer.body))

    def _environment(self, home: Path) -> Mapping[str, str]:
        slack, discord = self.slack.slack, self.discord.discord
        return {
            "AIZUCHI_HOME": str(home),
            "AIZUCHI_MODEL": "scripted",
            "AIZUCHI_WEB_TOKEN": TOKEN,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_BASE": slack.api_base,
            "DISCORD_BOT_TOKEN": discord.bot_token,
            "DISCORD_PUBLIC_KEY": discord.public_key,
            "DISCORD_APP_ID": discord.app_id,
            "DISCORD_API_BASE": discord.api_base,
        }
