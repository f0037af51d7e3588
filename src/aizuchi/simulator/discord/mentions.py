"""Whom a message names, and whom it reaches: what `allowed_mentions` lets through."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import Message

USER, ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")
CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]+`", re.DOTALL)
KINDS = ("users", "roles", "everyone")


class Mentions(NamedTuple):
    users: tuple[str, ...]
    roles: tuple[str, ...]
    everyone: bool


def mentioned(state: State, message: Message) -> Mentions:
    """Whom a message names, as its fields say it: for one of the app's, only whom it reaches."""
    if message.author == state.bot.id:
        users = tuple(one for one in message.pings if one in state.users)
        return Mentions(users, (), "@everyone" in message.pings)
    replied = state.messages.get(message.reference)
    named = [one for one in USER.findall(message.content) if one in state.users]
    people = [*named, *([replied.author] if replied else [])]
    roles = tuple(dict.fromkeys(ROLE.findall(message.content)))
    return Mentions(tuple(dict.fromkeys(people)), roles, False)


def pings(
    state: State, message: Message, allowed: Mapping[str, Any] | None, *, is_webhook: bool
) -> tuple[str, ...]:
    """Whom a message of the app reaches, by name or id. Without `allowed`, the usual is allowed:
    people from an interaction, people, roles and everyone from a bot, and whoever is replied to."""
    usual = ("users",) if is_webhook else KINDS
    parse = usual if allowed is None else allowed.get("parse", ())
    text = message.content if state.points.pings_in_code else CODE.sub("", message.content)
    reached = [one for one in USER.findall(text) if _is_let(one, "users", parse, allowed)]
    reached += [one for one in ROLE.findall(text) if _is_let(one, "roles", parse, allowed)]
    if "everyone" in parse and _may_reach_all(state, message):
        reached += EVERYONE.findall(text)
    replied = state.messages.get(message.reference)
    if replied and (allowed is None or allowed.get("replied_user")):
        reached.append(replied.author)
    return tuple(dict.fromkeys(reached))


def _is_let(
    id_: str, kind: str, parse: tuple[str, ...] | list[str], allowed: Mapping[str, Any] | None
) -> bool:
    return kind in parse or id_ in (allowed or {}).get(kind, ())


def _may_reach_all(state: State, message: Message) -> bool:
    channel = state.channels[message.channel]
    return Can.MENTION_EVERYONE in state.may(state.bot.id, channel)


def readable(state: State, text: str) -> str:
    """A text as its reader sees it: names instead of ids."""
    named = USER.sub(lambda found: f"@{_name(state, found)}", text)
    return ROLE.sub(lambda found: f"@{_role(state, found[1])}", named)


def _name(state: State, found: re.Match[str]) -> str:
    user = state.users.get(found[1])
    return user.name if user else "unknown-user"


def _role(state: State, id_: str) -> str:
    roles = (guild.roles.get(id_) for guild in state.guilds.values())
    return next((role.name for role in roles if role), "unknown-role")
