"""Which commands Discord is told of, and how they differ from those that it knows. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from aizuchi.settings.commands import CONTEXTS, OPTION_TYPES, PERMISSIONS, Command, Option
from aizuchi.settings.discord import DiscordSettings

Registered = Mapping[str, Any]
"""A command as Discord's API takes and gives it."""

SLASH, USER, MESSAGE = 1, 2, 3
GUILD_INSTALL, USER_INSTALL = 0, 1
MESSAGE_COMMANDS: Final = {"Ask about this": {"ja": "これについて聞く"}}
"""What a message's menu calls ours in other languages, while nobody has named it otherwise."""

NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
ONLY_EVERYWHERE = ("contexts", "integration_types")
USUAL: Registered = {
    "type": SLASH,
    "name": "",
    "name_localizations": {},
    "description": "",
    "description_localizations": {},
    "default_member_permissions": None,
    "options": [],
}
USUAL_EVERYWHERE: Registered = {"contexts": None, "integration_types": [GUILD_INSTALL]}
USUAL_OPTION: Registered = {
    "type": 0,
    "name": "",
    "name_localizations": {},
    "description": "",
    "description_localizations": {},
    "required": False,
    "choices": [],
    "min_value": None,
    "max_value": None,
    "min_length": None,
    "max_length": None,
}


class Plan(NamedTuple):
    """What has to be done so that Discord has the commands that are declared, and no others.
    `change` has pairs of what it has and what it should have."""

    create: Sequence[Registered] = ()
    change: Sequence[tuple[Registered, Registered]] = ()
    delete: Sequence[Registered] = ()
    keep: Sequence[Registered] = ()

    @property
    def upserts(self) -> Sequence[Registered]:
        """What is written, one by one: a command that is there is replaced."""
        return [*self.create, *(wanted for _, wanted in self.change)]


def plan(wanted: Iterable[Registered], live: Iterable[Registered], *, in_guild: bool) -> Plan:
    """How to get from the live commands of a place to those that are wanted there."""
    by_key = {key_of(command): command for command in live}
    pairs = [(by_key.pop(key_of(command), None), command) for command in wanted]
    there = [(had, command) for had, command in pairs if had]
    return Plan(
        create=[command for had, command in pairs if not had],
        change=[pair for pair in there if differences(*pair, in_guild=in_guild)],
        delete=[had for (kind, _), had in by_key.items() if kind in (SLASH, USER, MESSAGE)],
        keep=[had for had, command in there if not differences(had, command, in_guild=in_guild)],
    )


def key_of(command: Registered) -> tuple[int, str]:
    """What a command is known by in its place."""
    return command.get("type") or SLASH, command["name"]


def differences(had: Registered, wanted: Registered, *, in_guild: bool) -> Sequence[str]:
    """The fields in which two commands are not the same, for Discord."""
    usual = USUAL if in_guild else {**USUAL, **USUAL_EVERYWHERE}
    old, new = _plain(had, usual), _plain(wanted, usual)
    return [field for field in usual if old[field] != new[field]]


def _plain(given: Registered, usual: Registered) -> Registered:
    """A command or an option with every field that counts, and each in one way only."""
    plain = {
        field: default if given.get(field) in NOTHING else given[field]
        for field, default in usual.items()
    }
    if "options" in plain:
        plain["options"] = [_plain(option, USUAL_OPTION) for option in plain["options"]]
    if choices := plain.get("choices"):
        plain["choices"] = [(choice["name"], choice["value"]) for choice in choices]
    for field in ONLY_EVERYWHERE:
        if plain.get(field):
            plain[field] = sorted(plain[field])
    return plain


def path_of(app_id: str, guild: str = "") -> str:
    """Where the API has the commands of a guild, or those of everywhere."""
    place = f"/guilds/{guild}" if guild else ""
    return f"/applications/{app_id}{place}/commands"


# ── what is declared ──────────────────────────────────────────────────────────


def declared(discord: DiscordSettings, *, in_guild: bool) -> Sequence[Registered]:
    """The commands that the settings declare, as they are registered everywhere or in a guild."""
    commands = [_slash(command) for command in discord.commands]
    if discord.message_command:
        commands.append(_message_command(discord.message_command))
    left_out = ONLY_EVERYWHERE if in_guild else ()
    return [{key: command[key] for key in command if key not in left_out} for command in commands]


def _slash(command: Command) -> dict[str, Any]:
    return {
        "type": SLASH,
        "name": command.name,
        "name_localizations": dict(command.names),
        "description": command.description,
        "description_localizations": dict(command.descriptions),
        "default_member_permissions": _bits(command.permissions),
        "options": [_option(option) for option in command.options],
        **_places(command.contexts),
    }


def _message_command(name: str) -> dict[str, Any]:
    local = MESSAGE_COMMANDS.get(name, {})
    places = _places(Command._field_defaults["contexts"])
    return {"type": MESSAGE, "name": name, "name_localizations": local, **places}


def _places(contexts: Sequence[str]) -> dict[str, Any]:
    """Among other people a command is used by whom has installed the application for themselves."""
    numbers = sorted(CONTEXTS[context] for context in contexts)
    users = [USER_INSTALL] if "private_channel" in contexts else []
    return {"contexts": numbers, "integration_types": [GUILD_INSTALL, *users]}


def _bits(permissions: Sequence[str] | None) -> str | None:
    """Whom Discord shows the command to; "0" is nobody but administrators."""
    if permissions is None:
        return None
    return str(sum(1 << PERMISSIONS[name] for name in set(permissions)))


def _option(option: Option) -> dict[str, Any]:
    bounds = ("min_length", "max_length") if option.type == "string" else ("min_value", "max_value")
    given = zip(bounds, (option.least, option.most), strict=True)
    choices = [{"name": str(choice), "value": choice} for choice in option.choices]
    return {
        "type": OPTION_TYPES[option.type],
        "name": option.name,
        "name_localizations": dict(option.names),
        "description": option.description,
        "description_localizations": dict(option.descriptions),
        "required": option.required,
        **({"choices": choices} if choices else {}),
        **{name: bound for name, bound in given if bound is not None},
    }


# ── what is said ──────────────────────────────────────────────────────────────


def told(made: Plan, *, in_guild: bool) -> Iterator[str]:
    """The plan as a person reads it before it is carried out."""
    for command in made.create:
        yield f"+ {title(command)}"
    for had, wanted in made.change:
        fields = ", ".join(differences(had, wanted, in_guild=in_guild))
        yield f"~ {title(wanted)}  ({fields})"
    for command in made.delete:
        yield f"- {title(command)}"
    if made.keep:
        yield f"= {', '.join(title(command) for command in made.keep)}"


def title(command: Registered) -> str:
    """What people see: a slash command with its slash, another by its name."""
    kind, name = key_of(command)
    return f"/{name}" if kind == SLASH else f"“{name}”"
