"""People, guilds and channels as Discord sends them."""

from datetime import UTC, datetime
from typing import Any

from aizuchi.simulator.discord.snowflakes import time_of
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DM, THREAD, Channel, Guild, Role, User

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
