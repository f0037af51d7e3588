"""simcord, with which others test bots of discord.py: what it sends is read as if from Discord, and
it takes our commands."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import simcord

from aizuchi.events import Event, Message
from aizuchi.settings.discord import DiscordSettings
from aizuchi.surfaces.discord.gateway import Client
from aizuchi.surfaces.discord.inbound import INTERACTION, MESSAGE, DiscordSurface
from aizuchi.surfaces.discord.registration import declared

pytestmark = pytest.mark.real_time
ROUTES = {"MESSAGE_CREATE": MESSAGE, "INTERACTION_CREATE": INTERACTION}


class Town:
    """A server of simcord's with a channel and a person, and what our half reads of it."""

    def __init__(self, env: simcord.Env, heard: list[tuple[str, Mapping[str, Any]]]) -> None:
        self._heard = heard
        guild = env.create_guild()
        self.guild_id = guild.id
        self.channel = guild.create_text_channel("general")
        self.ann = guild.add_member(env.create_user("ann"))
        self.bot_id = str(env.backend.bot_user.id)
        self.app_id = env.backend.application_id

    @property
    def read(self) -> list[Message]:
        """The messages to us."""
        surface = DiscordSurface()
        surface.bot_id = self.bot_id
        receptions = [
            surface.read(Event(ROUTES[event], None, payload), now=0.0)
            for event, payload in self._heard
            if event in ROUTES
        ]
        return [message for reception in receptions for message in reception.messages]


@asynccontextmanager
async def town() -> AsyncIterator[tuple[Town, Client]]:
    heard: list[tuple[str, Mapping[str, Any]]] = []
    client = Client(lambda event, payload: heard.append((event, payload)))
    async with simcord.run(client, strict_sync=False, check_errors=False) as env:
        yield Town(env, heard), client


async def test_a_mention_and_a_direct_message_are_read_without_any_privilege() -> None:
    async with town() as (it, _):
        await it.ann.send(it.channel, f"<@{it.bot_id}> Is it so?")
        await it.ann.send(it.channel, "Not for you")
        await it.ann.send_dm("And here?")
        assert [message.text for message in it.read] == ["Is it so?", "And here?"]
        assert [message.place.audience for message in it.read] == ["shared", "private"]
        assert {message.sender.name for message in it.read} == {"ann"}


async def test_our_commands_are_taken_and_read() -> None:
    async with town() as (it, client):
        commands: Any = declared(DiscordSettings(), in_guild=True)
        await client.http.bulk_upsert_guild_commands(it.app_id, it.guild_id, commands)
        await it.ann.slash(it.channel, "ask", text="Is it so?")
        assert [(message.text, message.via) for message in it.read] == [("Is it so?", "/ask")]


def test_nothing_is_kept_of_what_comes() -> None:
    client = Client(lambda event, payload: None)
    assert not client.intents.message_content
    assert set(client._connection.parsers) == {
        "READY",
        "RESUMED",
        "GUILD_CREATE",
        "MESSAGE_CREATE",
        "INTERACTION_CREATE",
    }
    assert client._connection.max_messages is None
