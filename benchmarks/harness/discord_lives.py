"""An assistant on Discord that is started, killed and started again, and what people see of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx2

from aizuchi.simulator.discord import FakeDiscord, Said, serving
from aizuchi.simulator.discord.things import Message
from aizuchi.simulator.model import fake_model
from benchmarks.harness.apps import App, model_at
from benchmarks.harness.discord import ASK, PATH, told_of
from benchmarks.harness.home import folder
from benchmarks.harness.lives import ANSWER, Lives, is_whole


class DiscordLives(Lives[Said]):
    """A Discord, in which ann asks by a command; a conversation is hers in a channel."""

    def __init__(self, discord: FakeDiscord, *given: Any) -> None:
        super().__init__(*given)
        self.discord = discord
        self.ann, self._numbers = discord.person("ann"), count(1)
        discord.register(ASK)

    def _told(self) -> Mapping[str, str]:
        return {**told_of(self.discord), **model_at(self.model.base_url)}

    async def _connect(self, port: int) -> None:
        self.discord.deliver_to(self.client, f"http://127.0.0.1:{port}{PATH}")

    async def ask(self, text: str, after: Said | None = None) -> Said:
        channels = self.discord.state.channels
        new = f"channel-{next(self._numbers)}"
        channel = channels[after.channel] if after else self.discord.channel(new)
        return await self.ann.command("ask", {"text": text}, channel)

    def shown(self, said: Said) -> Sequence[str]:
        return [message.content for message in self.messages(said)]

    def left(self, said: Said) -> int:
        return sum(message.is_loading for message in self.messages(said))

    def messages(self, said: Said) -> list[Message]:
        """The app's messages there, oldest first."""
        return [
            one
            for one in self.discord.state.messages.values()
            if one.author == self.discord.app_id
            and one.made_by != "discord"
            and one.channel == said.channel
            and not one.deleted
        ]

    def _stand(self, said: Said, count: int) -> bool:
        return sum(map(is_whole, self.shown(said))) >= count and not self.left(said)


@asynccontextmanager
async def discord_lives(app: App) -> AsyncIterator[DiscordLives]:
    """A Discord of its own for an assistant that has not been started yet."""
    discord = FakeDiscord()
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        serving(discord),
        fake_model() as model,
    ):
        model.script(ANSWER)
        with folder() as home:
            life = DiscordLives(discord, app, home, discord.clock, model, client)
            try:
                yield life
            finally:
                await life.kill()
