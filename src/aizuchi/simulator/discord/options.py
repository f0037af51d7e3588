"""What somebody fills into a command: checked against its options, with what it points to."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aizuchi.simulator.discord.commandforms import ATTACHMENT, GROUP, SUBCOMMAND
from aizuchi.simulator.discord.entities import (
    channel_fields,
    member_fields,
    role_fields,
    user_fields,
)
from aizuchi.simulator.discord.payloads import attachment_fields
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import Attachment, Channel

STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(3, 11)
TYPES: Mapping[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
    ATTACHMENT: (Attachment,),
}


class BadOption(Exception):
    """Discord lets nobody fill in a command like this; the message says why."""


class Filled(NamedTuple):
    """The options of a command as they are sent, and what they point to."""

    options: list[dict[str, Any]]
    resolved: dict[str, dict[str, Any]]


def fill(
    state: State, command: Mapping[str, Any], values: Mapping[str, Any], channel: Channel
) -> Filled:
    """Fills in a command; `{"sub": {"name": …}}` where it has commands within."""
    resolved: dict[str, dict[str, Any]] = {}
    return Filled(list(_filled(state, command, values, channel, resolved)), resolved)


def _filled(
    state: State,
    holder: Mapping[str, Any],
    values: Mapping[str, Any],
    channel: Channel,
    resolved: dict[str, dict[str, Any]],
) -> Iterator[dict[str, Any]]:
    known = {one["name"]: one for one in holder.get("options") or ()}
    if strange := values.keys() - known.keys():
        raise BadOption(f"/{holder['name']} has no option {', '.join(sorted(strange))}")
    for name, option in known.items():
        if name not in values:
            if option.get("required"):
                raise BadOption(f"/{holder['name']} needs {name}")
            continue
        told = {"name": name, "type": option["type"]}
        if option["type"] in (SUBCOMMAND, GROUP):
            inner = list(_filled(state, option, values[name], channel, resolved))
            yield told | {"options": inner}
        else:
            check_value(option, values[name])
            yield told | {"value": _value(state, option, values[name], channel, resolved)}


def check_value(option: Mapping[str, Any], value: Any) -> None:
    """Raises BadOption where the option does not take that."""
    name, kinds = option["name"], TYPES.get(option["type"], (str,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise BadOption(f"{name}={value!r} is not of the kind that it takes")
    if isinstance(value, str):
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        if not least <= len(value) <= most:
            raise BadOption(f"{name} takes {least} to {most} characters, not {len(value)}")
    choices = option.get("choices")
    if choices and value not in [one["value"] for one in choices]:
        raise BadOption(f"{name}={value!r} is none of its choices")


def _value(
    state: State,
    option: Mapping[str, Any],
    value: Any,
    channel: Channel,
    resolved: dict[str, dict[str, Any]],
) -> Any:
    """The value that is sent; what it points to goes into `resolved`."""
    for kind, id_, fields in _pointed(state, option["type"], value, channel):
        resolved.setdefault(kind, {})[id_] = fields
    return value.id if isinstance(value, Attachment) else value


def _pointed(
    state: State, kind: int, value: Any, channel: Channel
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    guild = state.guilds.get(channel.guild)
    if isinstance(value, Attachment):
        yield "attachments", value.id, attachment_fields(state, channel.id, value)
    if kind in (USER, MENTIONABLE) and value in state.users:
        yield "users", value, user_fields(state.users[value])
        if guild and value in guild.members:
            yield "members", value, member_fields(state, guild, value)
    if kind in (ROLE, MENTIONABLE) and guild and value in guild.roles:
        yield "roles", value, role_fields(guild.roles[value])
    if kind == CHANNEL and value in state.channels:
        yield "channels", value, channel_fields(state, state.channels[value])
