"""Messages as Discord sends them, and which of their contents the app gets."""

from collections.abc import Iterable, Mapping
from typing import Any

from aizuchi.simulator.discord.entities import moment, user_fields
from aizuchi.simulator.discord.mentions import mentioned
from aizuchi.simulator.discord.snowflakes import time_of
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DM, Attachment, Interaction, Message


def attachment_fields(state: State, channel: str, attachment: Attachment) -> dict[str, Any]:
    url = f"{state.address}/attachments/{channel}/{attachment.id}/{attachment.filename}"
    return {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.content_type,
        **({"description": attachment.description} if attachment.description else {}),
    }


def message_fields(state: State, message: Message, *, whole: bool = True) -> dict[str, Any]:
    """A message as its reader gets it; not `whole`, as an app without the intent does."""
    mentions = mentioned(state, message)
    fields: dict[str, Any] = {
        "id": message.id,
        "channel_id": message.channel,
        "author": user_fields(state.users[message.author]),
        "timestamp": moment(time_of(message.id)),
        "edited_timestamp": moment(message.edited_at) if message.edited_at else None,
        "tts": False,
        "mention_everyone": mentions.everyone,
        "mentions": [user_fields(state.users[one]) for one in mentions.users],
        "mention_roles": list(mentions.roles),
        "pinned": False,
        "type": message.kind,
        "flags": message.flags,
        **_contents(state, message, whole=whole),
    }
    if message.nonce is not None:
        fields["nonce"] = message.nonce
    return fields | _reference(state, message, whole=whole) | _origin(state, message)


def _contents(state: State, message: Message, *, whole: bool) -> dict[str, Any]:
    if not whole:
        return {"content": "", "attachments": [], "embeds": [], "components": []}
    return {
        "content": message.content,
        "attachments": [
            attachment_fields(state, message.channel, one) for one in message.attachments
        ],
        "embeds": message.embeds,
        "components": message.components,
    }


def _reference(state: State, message: Message, *, whole: bool) -> dict[str, Any]:
    if not message.reference:
        return {}
    guild = state.channels[message.channel].guild
    place = {"guild_id": guild} if guild else {}
    reference = {"type": 0, "message_id": message.reference, "channel_id": message.channel, **place}
    replied = state.messages.get(message.reference)
    shown = replied and not replied.deleted and message_fields(state, replied, whole=whole)
    return {"message_reference": reference, "referenced_message": shown or None}


def _origin(state: State, message: Message) -> dict[str, Any]:
    """Which interaction a message of the app answers."""
    interaction = state.interactions.get(message.interaction)
    if interaction is None:
        return {}
    metadata = {
        "id": interaction.id,
        "type": interaction.kind,
        "user": user_fields(state.users[interaction.user]),
        "authorizing_integration_owners": interaction.owners,
        **_command(interaction.data),
        **_after(interaction, message),
    }
    return {
        "application_id": state.app_id,
        "webhook_id": state.app_id,
        "interaction_metadata": metadata,
    }


def _command(data: Mapping[str, Any]) -> dict[str, Any]:
    if "name" not in data:
        return {}
    target = {"target_message_id": data["target_id"]} if "target_id" in data else {}
    return {"name": data["name"], "command_type": data["type"], **target}


def _after(interaction: Interaction, message: Message) -> dict[str, str]:
    is_followup = message.id in interaction.followups
    return {"original_response_message_id": interaction.original} if is_followup else {}


def seen_by_app(state: State, message: Message, *, has_intent: bool) -> bool:
    """Whether the app gets the content of a message, by the rules of the privileged intent."""
    direct = state.channels[message.channel].kind == DM
    if has_intent or direct or message.author == state.bot.id:
        return True
    mentions = mentioned(state, message)
    return state.bot.id in mentions.users or (
        state.points.role_mention_shows and _is_own_role(state, message, mentions.roles)
    )


def _is_own_role(state: State, message: Message, roles: Iterable[str]) -> bool:
    guild = state.guilds[state.channels[message.channel].guild]
    return any(guild.roles[one].bot == state.bot.id for one in roles if one in guild.roles)
