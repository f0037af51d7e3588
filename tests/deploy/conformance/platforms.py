"""What stands around an installation, on loopback: a fake Slack, Discord and model."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx2
from tests.deploy.accounts import ByPort

from aizuchi.simulator.discord import FakeDiscord
from aizuchi.simulator.discord import Said as SaidInDiscord
from aizuchi.simulator.discord import serving as serving_discord
from aizuchi.simulator.model import Behaviour, FakeModel, fake_model
from aizuchi.simulator.model.checking import text_of
from aizuchi.simulator.slack import FakeSlack, Said
from aizuchi.simulator.slack import serving as serving_slack

PATIENCE_S = 60.0
OPENAI_KEY = "sk-conform-5f1e0c9b7a"
SHORT = Behaviour(tokens=4)
SLOW = Behaviour(tokens=600, pace=20)
SILENT = Behaviour(tokens=3, end="silence")


class Platforms:
    """Ann is in Slack, Bob in Discord."""

    def __init__(
        self, slack: FakeSlack, discord: FakeDiscord, model: FakeModel, client: httpx2.AsyncClient
    ) -> None:
        self.slack, self.discord, self.model, self.client = slack, discord, model, client
        self.ann, self.bob = slack.person("ann"), discord.person("bob")

    @property
    def environment(self) -> Mapping[str, str]:
        """What an operator has in theirs, to deploy an assistant for them."""
        return {
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "DISCORD_PUBLIC_KEY": self.discord.public_key,
            "DISCORD_BOT_TOKEN": self.discord.bot_token,
            "DISCORD_APP_ID": self.discord.app_id,
            "AIZUCHI_MODEL": "openai:fake",
            "OPENAI_BASE_URL": self.model.base_url,
            "OPENAI_API_KEY": OPENAI_KEY,
        }

    @property
    def secrets(self) -> Mapping[str, str]:
        """Those of it that nobody may read who looks at the installation."""
        open_to_all = {"DISCORD_PUBLIC_KEY", "DISCORD_APP_ID", "AIZUCHI_MODEL", "OPENAI_BASE_URL"}
        return {name: value for name, value in self.environment.items() if name not in open_to_all}

    @property
    def questions(self) -> list[str]:
        """What the model was asked, in order."""
        return [text_of(one.body["messages"][-1]["content"]) for one in self.model.received]

    def face(self, base: str) -> None:
        """From now on they deliver to this address of an assistant."""
        self.slack.deliver_to(self.client, f"{base.rstrip('/')}/slack/events")
        self.discord.deliver_to(self.client, f"{base.rstrip('/')}/discord/interactions")

    async def asks(self, question: str, *, bad_signature: bool = False) -> SaidInDiscord:
        """Bob does, in Discord, with the command that deploying has told it of."""
        return await self.bob.command(
            "ask", {"text": question}, self.discord.general, bad_signature=bad_signature
        )

    def in_thread(self, said: Said) -> list[str]:
        """What the app has said in the thread of a message in #general, and is done with."""
        return self.slack.answers(self.slack.general, said.thread)

    async def answered(self, said: Said, times: int = 1, within_s: float = PATIENCE_S) -> list[str]:
        """Waits until so many answers stand in a thread and nothing there is under way."""
        place = (self.slack.general, said.thread)
        await until(
            lambda: len(self.in_thread(said)) >= times and not self.slack.findings(*place), within_s
        )
        return self.in_thread(said)

    async def shown(self, said: SaidInDiscord) -> str:
        """Waits until an interaction is answered."""
        await until(lambda: not self.discord.findings(self.discord.general, said.id))
        return self.discord.shown(said).content


async def until(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - what other processes do is looked at
            await asyncio.sleep(0.05)


def in_order(wanted: Sequence[str], among: Sequence[str]) -> bool:
    return [each for each in among if each in wanted] == list(wanted)


@asynccontextmanager
async def around(address: str) -> AsyncIterator[Platforms]:
    """Those that reach what stands in an account."""
    async with (
        serving_slack(FakeSlack()) as slack,
        serving_discord(FakeDiscord()) as discord,
        fake_model(api_key=OPENAI_KEY) as model,
        httpx2.AsyncClient(transport=ByPort(address), timeout=60) as client,
    ):
        yield Platforms(slack, discord, model, client)
