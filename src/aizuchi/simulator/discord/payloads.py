"""People, guilds, channels and messages as Discord sends them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from aizuchi.simulator.discord.mentions import mentioned
from aizuchi.simulator.discord.snowflakes import time_of
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import (
    DM,
    THREAD,
    Attachment,
    Channel,
    Guild,
    Interaction,
    Message,
    Role,
    User,
)

JOINED = "2026-01-01T00:00:00.000000+00:00"


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def user_fields(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.name,
        "discriminator": "0000" if user.is_bot else "0",
        "global_name": None if user.is_bot else user.name.capitalize(),
        "avatar": None,
        "bot": user.is_bot,
        "public_flags": 0,
    }


def member_fields(state: State, guild: Guild, user: str, *, whole: bool = False) -> dict[str, Any]:
    """Somebody as a member of a guild; `whole` with the person in it."""
    fields = {
        "roles": sorted(guild.members.get(user, ())),
        "nick": None,
        "avatar": None,
        "joined_at": JOINED,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    return fields | ({"user": user_fields(state.users[user])} if whole else {})


def role_fields(role: Role, position: int = 0) -> dict[str, Any]:
    return {
        "id": role.id,
        "name": role.name,
        "permissions": str(int(role.may)),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": bool(role.bot),
        "mentionable": role.is_mentionable,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
        **({"tags": {"bot_id": role.bot}} if role.bot else {}),
    }


def channel_fields(state: State, channel: Channel) -> dict[str, Any]:
    last = max((one.id for one in state.standing(channel.id)), key=int, default=None)
    common = {"id": channel.id, "type": channel.kind, "last_message_id": last, "flags": 0}
    if channel.kind == DM:
        others = channel.recipients - {state.bot.id}
        return common | {"recipients": [user_fields(state.users[one]) for one in sorted(others)]}
    fields = common | {
        "guild_id": channel.guild,
        "name": channel.name,
        "parent_id": channel.parent or None,
        "rate_limit_per_user": 0,
    }
    if channel.kind == THREAD:
        return fields | _thread_fields(state, channel)
    return fields | {
        "position": 0,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {
                "id": one.id,
                "type": one.kind,
                "allow": str(int(one.allow)),
                "deny": str(int(one.deny)),
            }
            for one in channel.overwrites
        ],
    }


def _thread_fields(state: State, channel: Channel) -> dict[str, Any]:
    began = moment(time_of(channel.id))
    return {
        "owner_id": state.bot.id,
        "message_count": sum(1 for _ in state.standing(channel.id)),
        "member_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": began,
            "create_timestamp": began,
            "locked": False,
        },
    }


def guild_fields(state: State, guild: Guild) -> dict[str, Any]:
    """A guild as `GUILD_CREATE` tells of it."""
    channels = [one for one in state.channels.values() if one.guild == guild.id]
    members = [state.bot.id] if state.bot.id in guild.members else []
    return {
        **partial_guild(guild),
        "owner_id": guild.owner or state.bot.id,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role_fields(one, place) for place, one in enumerate(guild.roles.values())],
        "emojis": [],
        "stickers": [],
        "mfa_level": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "joined_at": JOINED,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_fields(state, guild, one, whole=True) for one in members],
        "channels": [channel_fields(state, one) for one in channels if one.kind != THREAD],
        "threads": [channel_fields(state, one) for one in channels if one.kind == THREAD],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def partial_guild(guild: Guild) -> dict[str, Any]:
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "banner": None,
        "description": None,
        "features": [],
        "preferred_locale": guild.locale,
    }


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
