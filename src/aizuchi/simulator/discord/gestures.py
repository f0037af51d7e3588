"""What commands, clicks and modals look like when the app is told of them."""

from typing import Any

from aizuchi.simulator.discord.contents import FILE_BYTES
from aizuchi.simulator.discord.entities import channel_fields, member_fields, user_fields
from aizuchi.simulator.discord.payloads import message_fields
from aizuchi.simulator.discord.permissions import DIRECT, Can
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DM, PING, Interaction

IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2


def ping_fields(state: State) -> dict[str, Any]:
    """What Discord asks of an endpoint to see that it is the app's."""
    return {
        "id": state.new_id(),
        "application_id": state.app_id,
        "type": PING,
        "token": "ping",
        "version": 1,
        "entitlements": [],
        "user": user_fields(state.bot),
    }


def interaction_fields(state: State, interaction: Interaction) -> dict[str, Any]:
    """An interaction as it is delivered, over HTTP or the Gateway."""
    channel = state.channels[interaction.channel]
    fields = {
        "id": interaction.id,
        "application_id": state.app_id,
        "type": interaction.kind,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": channel.id,
        "channel": channel_fields(state, channel),
        "locale": state.users[interaction.user].locale,
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners,
        "context": _context(state, interaction),
        "attachment_size_limit": FILE_BYTES,
        "app_permissions": str(int(_app_permissions(state, interaction))),
    }
    if source := state.messages.get(interaction.source):
        fields["message"] = message_fields(state, source)
    return fields | _asker(state, interaction)


def _asker(state: State, interaction: Interaction) -> dict[str, Any]:
    """Who asked: a member where it was in a guild, else somebody."""
    if not interaction.guild:
        return {"user": user_fields(state.users[interaction.user])}
    guild = state.guilds[interaction.guild]
    may = state.may(interaction.user, state.channels[interaction.channel])
    member = member_fields(state, guild, interaction.user, whole=True)
    return {
        "guild_id": guild.id,
        "guild": {"id": guild.id, "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member | {"permissions": str(int(may))},
    }


def _context(state: State, interaction: Interaction) -> int:
    channel = state.channels[interaction.channel]
    if channel.kind != DM:
        return IN_GUILD
    return IN_BOT_DM if state.bot.id in channel.recipients else IN_PRIVATE


def _app_permissions(state: State, interaction: Interaction) -> Can:
    channel = state.channels[interaction.channel]
    if channel.kind == DM:
        return DIRECT | Can.USE_EXTERNAL_EMOJIS
    guild = state.guilds[channel.guild]
    if state.bot.id in guild.members:
        return state.may(state.bot.id, channel)
    return Can.EMBED_LINKS | Can.ATTACH_FILES  # what a person's own app may at most
