"""Registering commands, everywhere or in one guild."""

from typing import Any

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.commandforms import LOCAL, check_command
from aizuchi.simulator.discord.messages import Answer
from aizuchi.simulator.discord.refusals import Problems, Refused, invalid
from aizuchi.simulator.discord.shapes import records
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import (
    CHAT_INPUT,
    ENTRY_POINT,
    MESSAGE_COMMAND,
    USER_COMMAND,
    Command,
)

MOST = {CHAT_INPUT: 100, USER_COMMAND: 15, MESSAGE_COMMAND: 15, ENTRY_POINT: 1}
CREATED_IN_A_DAY, DAY_S = 200, 86_400.0
USUAL: dict[str, Any] = {
    "type": CHAT_INPUT,
    "name_localizations": None,
    "description": "",
    "description_localizations": None,
    "default_member_permissions": None,
    "nsfw": False,
    "options": [],
}
USUAL_EVERYWHERE: dict[str, Any] = {
    "dm_permission": True,
    "contexts": None,
    "integration_types": [0],
}


class Created(dict[str, Any]):
    """A command that is new: its answer is 201."""


def list_commands(state: State, call: Call) -> Answer:
    guild = _place(state, call)
    whole = call.flag("with_localizations")
    return [_told(state, one, whole=whole) for one in of_place(state, guild)]


def get_command(state: State, call: Call) -> Answer:
    return command_fields(state, _named(state, call))


def upsert_command(state: State, call: Call) -> Answer:
    guild = _place(state, call)
    problems = Problems()
    check_command(problems, call.fields)
    problems.check()
    if not _find(state, guild, call.fields):
        _may_have_one_more(state, guild, call.fields.get("type") or CHAT_INPUT)
    command, is_new = _put(state, guild, call.fields)
    fields = command_fields(state, command)
    return Created(fields) if is_new else fields


def overwrite_commands(state: State, call: Call) -> Answer:
    """Replaces all there are; those that are not named are gone."""
    guild, given = _place(state, call), call.form.fields
    if records(given) != given or not isinstance(given, list):
        raise invalid("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    _check_all(given)
    _may_create(state, guild, sum(1 for one in given if not _find(state, guild, one)))
    kept = [_put(state, guild, fields)[0] for fields in given]
    for command in of_place(state, guild):
        if command not in kept:
            del state.commands[command.id]
    return [command_fields(state, one) for one in kept]


def edit_command(state: State, call: Call) -> Answer:
    command = _named(state, call)
    fields = command.fields | call.fields
    problems = Problems()
    check_command(problems, fields)
    problems.check()
    twin = _find(state, command.guild, fields)
    if twin and twin is not command:
        raise invalid("name", "APPLICATION_COMMANDS_DUPLICATE_NAME", _DUPLICATE)
    command.fields, command.version = fields, state.new_id()
    return command_fields(state, command)


def delete_command(state: State, call: Call) -> Answer:
    del state.commands[_named(state, call).id]
    return None


def of_place(state: State, guild: str) -> list[Command]:
    """The commands of a guild, or those of everywhere."""
    return [one for one in state.commands.values() if one.guild == guild]


def command_fields(state: State, command: Command) -> dict[str, Any]:
    usual = USUAL if command.guild else USUAL | USUAL_EVERYWHERE
    place = {"guild_id": command.guild} if command.guild else {}
    own = {"id": command.id, "application_id": state.app_id, "version": command.version}
    return usual | command.fields | own | place


_DUPLICATE = "Application command names must be unique"


def _told(state: State, command: Command, *, whole: bool) -> dict[str, Any]:
    """As a list shows it: without the words in other languages, unless asked for."""
    fields = command_fields(state, command)
    return fields if whole else {name: one for name, one in fields.items() if name not in LOCAL}


def _check_all(given: list[Any]) -> None:
    problems = Problems()
    names: set[tuple[int, str]] = set()
    for number, fields in enumerate(given):
        check_command(problems, fields, f"{number}.")
        name = (fields.get("type") or CHAT_INPUT, str(fields.get("name")))
        if name in names:
            problems.add(f"{number}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", _DUPLICATE)
        names.add(name)
    problems.check()
    for kind, most in MOST.items():
        if sum(1 for one, _ in names if one == kind) > most:
            raise Refused(30032)


def _put(state: State, guild: str, fields: dict[str, Any]) -> tuple[Command, bool]:
    """The command of this name, changed or made; and whether it was made."""
    command = _find(state, guild, fields)
    kept = {name: value for name, value in fields.items() if name != "id"}
    if command:
        if command.fields != kept:
            command.fields, command.version = kept, state.new_id()
        return command, False
    state.created.append((state.clock(), guild))
    command = Command(state.new_id(), guild, kept)
    state.commands[command.id] = command
    return command, True


def _find(state: State, guild: str, fields: dict[str, Any]) -> Command | None:
    kind = fields.get("type") or CHAT_INPUT
    for command in of_place(state, guild):
        if (command.name, command.kind) == (fields["name"], kind):
            return command
    return None


def _may_have_one_more(state: State, guild: str, kind: int) -> None:
    """Raises Refused where there are as many as there can be."""
    if sum(1 for one in of_place(state, guild) if one.kind == kind) >= MOST[kind]:
        raise Refused(30032)
    _may_create(state, guild, 1)


def _may_create(state: State, guild: str, count: int) -> None:
    """Raises Refused where so many new ones would be too many today."""
    since = state.clock() - DAY_S
    today = sum(1 for at, place in state.created if at > since and place == guild)
    if today + count > CREATED_IN_A_DAY:
        raise Refused(30034)


def _place(state: State, call: Call) -> str:
    """The guild that a call is about; empty for everywhere."""
    if call.ids["app"] != state.app_id:
        raise Refused(10002)
    guild = call.ids.get("guild", "")
    if guild and state.bot.id not in getattr(state.guilds.get(guild), "members", ()):
        raise Refused(50001)
    return guild


def _named(state: State, call: Call) -> Command:
    guild = _place(state, call)
    command = state.commands.get(call.ids["command"])
    if command is None or command.guild != guild:
        raise Refused(10063)
    return command
