"""What the fake Discord tells has the shape that a third party's fake, simcord, has found it has.

Only the shape is compared: which fields there are, and of which kind.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import discord
import pytest
import simcord
from discord.app_commands import CommandTree
from tests.simulator.discord_house import QUIETLY, house

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
OF_ONESELF = {"verified", "mfa_enabled", "locale", "flags"}  # simcord gives them of everybody
NOT_ALWAYS = {
    *("system", "sticker_items", "reactions", "nonce"),  # only where there are any
    *("discovery_splash", "vanity_url_code", "application_id", "max_members", "max_presences"),
}
Events = list[tuple[str, dict[str, Any]]]
EVENTS = ("GUILD_CREATE", "MESSAGE_CREATE", "INTERACTION_CREATE")


class Client(discord.Client):
    """An app with commands, as simcord wants it."""

    def __init__(self) -> None:
        super().__init__(intents=INTENTS)
        self.tree = CommandTree(self)


def differences(theirs: Any, ours: Any, path: str) -> Iterator[str]:
    """Fields of theirs that ours lacks or has of another kind."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        unknown = NOT_ALWAYS | (OF_ONESELF if "username" in theirs else set())
        for name, value in theirs.items():
            if name in ours:
                yield from differences(value, ours[name], f"{path}.{name}")
            elif name not in unknown:
                yield f"{path}.{name} is not there"
    elif isinstance(theirs, list) and isinstance(ours, list):
        if theirs and ours:
            yield from differences(theirs[0], ours[0], f"{path}.0")
    elif None not in (theirs, ours) and type(theirs) is not type(ours):
        yield f"{path} is {type(ours).__name__}, not {type(theirs).__name__}"


async def told_by_simcord() -> Events:
    """The events of a mention and of a command in simcord."""
    client = Client()

    @client.tree.command(name="ask", description="Ask")
    async def ask(interaction: discord.Interaction[discord.Client], question: str) -> None:
        await interaction.response.send_message("Because.")

    async with simcord.run(client) as env:
        await client.tree.sync()
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        ann = guild.add_member(env.create_user("ann"))
        assert client.user
        await ann.send(channel, f"{client.user.mention} hello")
        await ann.slash(channel, "ask", question="why?")
        log = env.backend.transcript
        told = [(name, dict(fields)) for kind, name, fields in log if kind == "GATEWAY"]
        return [(name, json.loads(json.dumps(fields))) for name, fields in told]  # plain numbers


async def told_by_the_fake() -> Events:
    """The same events in the fake Discord."""
    heard: Events = []
    async with house() as home:
        home.discord.endpoint = None
        home.discord.gateway.listen(lambda name, told: heard.append((name, told)), INTENTS.value)
        await home.ann.mentions("hello", home.discord.general)
        asked = asyncio.create_task(home.asks())
        await asyncio.sleep(0.1)
        got = heard[-1][1]
        path = f"/interactions/{got['id']}/{got['token']}/callback"
        await home.call("POST", path, {"type": 4, "data": {"content": "Because.", **QUIETLY}})
        await asked
    return heard


@pytest.mark.real_time
async def test_events_have_every_field_that_simcord_knows() -> None:
    theirs = [told for told in await told_by_simcord() if told[0] in EVENTS]
    ours = [told for told in await told_by_the_fake() if told[0] in EVENTS]

    for (name, one), (same, other) in zip(theirs, ours, strict=True):
        assert name == same
        assert list(differences(one, other, name)) == []
