"""What Discord offers somebody: commands where they may use them, buttons, fields of a modal."""

from collections.abc import Mapping
from typing import Any

from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.discord.components import LABEL, buttons
from aizuchi.simulator.discord.options import BadOption, fill
from aizuchi.simulator.discord.permissions import OWNER, Can
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DM, Channel, Command, Message, User


class CannotDo(Exception):
    """A person cannot do that in Discord; the message says why."""


def offered(
    state: State, user: User, name: str, channel: Channel, kind: int, owners: Mapping[str, str]
) -> Command:
    """The command of this name that somebody is offered in a channel: the guild's own first, and
    of those everywhere the ones that are for how the app is installed there."""
    local = of_place(state, channel.guild) if channel.guild else []
    known = [one for one in (*local, *of_place(state, "")) if installed_for(one, owners)]
    for command in known:
        if (command.name, command.kind) == (name.lstrip("/"), kind):
            _check_use(state, user, command, channel)
            return command
    names = ", ".join(sorted({one.name for one in known if one.kind == kind})) or "none"
    raise CannotDo(f"there is no command {name!r}; the app has registered {names}")


def installed_for(command: Command | None, owners: Mapping[str, str]) -> dict[str, str]:
    """Which of those who have installed the app a command is there for; any other act for all."""
    if command is None:
        return dict(owners)
    types = [0] if command.guild else command.fields.get("integration_types") or [0]
    return {key: owner for key, owner in owners.items() if int(key) in types}


def _check_use(state: State, user: User, command: Command, channel: Channel) -> None:
    may = state.may(user.id, channel)
    needed = command.fields.get("default_member_permissions")
    if needed is not None and channel.guild and not _suffices(may, needed):
        who = f"the server's owner ({OWNER}) may"
        raise CannotDo(f"{user.name} may not use {command.name}; {who}")
    if channel.kind != DM and Can.USE_APPLICATION_COMMANDS not in may:
        raise CannotDo(f"{user.name} may use no commands in {channel.name}")
    contexts = command.fields.get("contexts")
    if contexts is not None and (1 if channel.kind == DM else 0) not in contexts:
        raise CannotDo(f"{command.name} is not offered in {channel.name}")


def _suffices(may: Can, needed: str) -> bool:
    """Whether somebody who may this may use a command that needs that; "0" is administrators'."""
    return Can.ADMINISTRATOR in may or (needed != "0" and not Can(int(needed)) & ~may)


def named(command: Command) -> dict[str, Any]:
    """What every use of a command says of it."""
    place = {"guild_id": command.guild} if command.guild else {}
    return {"id": command.id, "name": command.name, "type": command.kind, **place}


def filled(
    state: State, command: Command, values: Mapping[str, Any], channel: Channel
) -> dict[str, Any]:
    """A command as it is sent, with these values."""
    try:
        options, resolved = fill(state, command.fields, values, channel)
    except BadOption as bad:
        raise CannotDo(str(bad)) from None
    inside = {"resolved": resolved} if resolved else {}
    return named(command) | ({"options": options} if options else {}) | inside


def usable_part(message: Message, user: User, what: str) -> dict[str, Any]:
    """The button or menu of a message with this label or custom id."""
    if message.deleted or message.ephemeral_to not in ("", user.id):
        raise CannotDo(f"{user.name} does not see that message")
    usable = buttons(message.components)
    for part in usable:
        if what in ("", part.get("label"), part.get("custom_id")):
            return part
    labels = ", ".join(repr(one.get("label", one.get("custom_id"))) for one in usable)
    raise CannotDo(f"there is no button {what!r}; there are {labels or 'none'}")


def filled_row(row: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A row of a modal, filled in."""
    part = row["component"] if row["type"] == LABEL else row["components"][0]
    value = values.get(part["custom_id"], part.get("value", ""))
    one = {"type": part["type"], "custom_id": part["custom_id"], "value": value}
    inside = {"component": one} if row["type"] == LABEL else {"components": [one]}
    return {"type": row["type"], **inside}
