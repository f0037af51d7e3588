"""A server in Discord that somebody asks in, with a command."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import count

import httpx2

from aizuchi.simulator.discord import FakeDiscord, Fault, Said, serving
from aizuchi.simulator.discord.things import Message
from benchmarks.harness.apps import model_at
from benchmarks.harness.places import ROUND_TRIP_S, Called, Place, Refusing
from benchmarks.harness.speaker import Speaker

PATH = "/discord/interactions"
THINKS_S = 0.5
ASK = {
    "name": "ask",
    "description": "Ask the assistant",
    "options": [{"type": 3, "name": "text", "description": "Your question"}],
}


def told_of(discord: FakeDiscord) -> Mapping[str, str]:
    """The environment in which an app finds a Discord."""
    return {
        "DISCORD_APP_ID": discord.app_id,
        "DISCORD_APPLICATION_ID": discord.app_id,
        "DISCORD_PUBLIC_KEY": discord.public_key,
        "DISCORD_BOT_TOKEN": discord.bot_token,
        "DISCORD_API_BASE": discord.api_base,
        "DISCORD_API_URL": discord.api_base,
    }


def answer_to(discord: FakeDiscord, said: Said) -> list[Message]:
    """The messages that answer a command, oldest first, whoever sees them."""
    assert said.interaction
    token, messages = said.interaction.token, discord.state.messages.values()
    return [
        message
        for message in messages
        if message.interaction == token and not message.deleted and message.made_by != "discord"
    ]


def text_of(messages: list[Message]) -> str:
    """All that is said on these pages; in the file, where there is one."""
    files = [file.data.decode() for message in messages for file in message.attachments]
    return files[0] if files else "\n".join(message.content for message in messages)


class Guild(Place[Said]):
    """Each command is given by somebody else, so none of them waits for another."""

    writes = (
        "PATCH /webhooks/{app}/{token}/messages/@original",
        "PATCH /webhooks/{app}/{token}/messages/{message}",
        "POST /webhooks/{app}/{token}",
        "POST /channels/{channel}/messages",
        "PATCH /channels/{channel}/messages/{message}",
    )
    signs = ("POST /channels/{channel}/typing",)

    def __init__(self, discord: FakeDiscord, speaker: Speaker, client: httpx2.AsyncClient) -> None:
        super().__init__(discord.clock, speaker, client)
        self._discord, self._numbers = discord, count(1)
        discord.register(ASK)

    @property
    def environment(self) -> Mapping[str, str]:
        return {**told_of(self._discord), **model_at(self.speaker.base_url)}

    def deliver_to(self, port: int) -> None:
        self._discord.deliver_to(self.client, f"http://127.0.0.1:{port}{PATH}")

    async def _says(self) -> Said:
        person = self._discord.person(f"person {next(self._numbers)}")
        return await person.command("ask", {"text": "How is it?"}, self._discord.general)

    def _stands(self, said: Said) -> tuple[str, bool]:
        messages = answer_to(self._discord, said)
        return text_of(messages), any(message.is_loading for message in messages)

    def _calls(self) -> list[Called]:
        limited = HTTPStatus.TOO_MANY_REQUESTS
        calls = self._discord.state.calls
        return [Called(made.at, made.route, made.status == limited) for made in calls]

    def _begin(self, refusing: Refusing | None) -> None:
        self._discord.state.calls.clear()

        def spoil(number: int, route: str) -> Fault | None:
            if refusing is None or route not in self.writes or not (left_s := refusing.left_s()):
                return None
            refusing.said(left_s)
            return Fault(status=429, retry_after=left_s)

        self._discord.faults.spoil = spoil

    def _moved(self) -> asyncio.Event:
        return self._discord.state.moved


@asynccontextmanager
async def guild(per_s: float) -> AsyncIterator[Guild]:
    """A server of its own, with a model that thinks, and then says so many words a second."""
    discord = FakeDiscord()
    discord.round_trip_s = ROUND_TRIP_S
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        serving(discord),
        Speaker(discord.clock, per_s, THINKS_S).listening() as speaker,
    ):
        yield Guild(discord, speaker, client)
