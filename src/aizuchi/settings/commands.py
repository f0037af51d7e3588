"""The commands that `[discord]` declares: what Discord is told of them, and what they ask."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from aizuchi.settings.fields import nearest

OPTION_TYPES: Final[Mapping[str, int]] = {
    "string": 3,
    "integer": 4,
    "boolean": 5,
    "user": 6,
    "channel": 7,
    "role": 8,
    "mentionable": 9,
    "number": 10,
    "attachment": 11,
}
"""Types of an option, by Discord's number of each."""

PERMISSIONS: Final[Mapping[str, int]] = {
    "create_instant_invite": 0,
    "kick_members": 1,
    "ban_members": 2,
    "administrator": 3,
    "manage_channels": 4,
    "manage_guild": 5,
    "add_reactions": 6,
    "view_audit_log": 7,
    "view_channel": 10,
    "send_messages": 11,
    "manage_messages": 13,
    "embed_links": 14,
    "attach_files": 15,
    "read_message_history": 16,
    "mention_everyone": 17,
    "manage_nicknames": 27,
    "manage_roles": 28,
    "manage_webhooks": 29,
    "manage_events": 33,
    "manage_threads": 34,
    "create_public_threads": 35,
    "create_private_threads": 36,
    "send_messages_in_threads": 38,
    "moderate_members": 40,
}
"""What a member may do, by Discord's bit of each."""

CONTEXTS: Final[Mapping[str, int]] = {"guild": 0, "bot_dm": 1, "private_channel": 2}
"""Where a command can be used, by Discord's number: in servers, in direct messages with the bot,
and, by whom has installed it for themselves, among other people."""

LOCALES: Final = (
    *("bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "hi", "hr"),
    *("hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th"),
    *("tr", "uk", "vi", "zh-CN", "zh-TW"),
)
"""The languages that Discord knows."""

MOST_COMMANDS = 100
MOST_OPTIONS = MOST_CHOICES = 25
LONGEST_DESCRIPTION = 100
LONGEST_TEXT = 6_000
LONGEST_COMMAND = 8_000

_NAME = re.compile(r"[-_'\w]{1,32}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

WORDS = ("name", "names", "description", "descriptions")
COMMAND_KEYS = (*WORDS, "options", "ephemeral", "permissions", "contexts", "question")
OPTION_KEYS = (*WORDS, "type", "choices", "min", "max", "required")


class Option(NamedTuple):
    """Something that a command asks for. `least` and `most` bound a number, or a text's length;
    `names` and `descriptions` are what it is called in other languages."""

    name: str
    description: str
    type: str = "string"
    choices: tuple[str | int | float, ...] = ()
    least: int | float | None = None
    most: int | float | None = None
    required: bool = True
    names: Mapping[str, str] = {}
    descriptions: Mapping[str, str] = {}


class Command(NamedTuple):
    """A slash command. `ephemeral` is None where `[discord] ephemeral` decides, `permissions` None
    where everybody may use it, and empty where only administrators may. `question` is what the
    model is asked, with `{option}` where an option's value goes; empty: the values themselves.
    `contexts` are where it can be used."""

    name: str
    description: str
    options: tuple[Option, ...] = ()
    ephemeral: bool | None = None
    permissions: tuple[str, ...] | None = None
    question: str = ""
    contexts: tuple[str, ...] = ("guild", "bot_dm")
    names: Mapping[str, str] = {}
    descriptions: Mapping[str, str] = {}


class Commands(tuple[Command, ...]):
    """Several commands, each under its own name."""

    __slots__ = ()


TEXT = Option("text", "Your question", descriptions={"ja": "聞きたいこと"})
ASK = Command("ask", "Ask the assistant", (TEXT,), descriptions={"ja": "アシスタントに聞く"})
DEFAULT = Commands([ASK])


def read_commands(value: object) -> Commands:
    """Commands as they are written: tables, or `"/ask Ask the assistant"` for one with a text.

    Raises:
        ValueError: of two arguments, what is wrong and how to mend it.
    """
    if not isinstance(value, list):
        raise ValueError("it is no list of commands", "Write [[discord.commands]] for each.")
    commands = Commands(_command(each) for each in value)
    _refuse(len(commands) > MOST_COMMANDS, f"Discord takes {MOST_COMMANDS} commands", "Leave some.")
    _once("command", [command.name for command in commands])
    return commands


def parse_commands(text: str) -> object:
    """Commands as the environment has them: JSON, or `/ask Ask the assistant` and so on."""
    if not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _command(value: object) -> Command:
    if isinstance(value, str):
        name, _, description = value.strip().removeprefix("/").partition(" ")
        value = {"name": name, "description": description.strip() or name}
    given = _table(value, COMMAND_KEYS, "a command")
    name = _name(given, "command")
    where = f"the command {name}"
    options = _options(given, where)
    command = Command(
        name,
        _text(given, "description", where, LONGEST_DESCRIPTION),
        options,
        _boolean(given, "ephemeral", where),
        _permissions(given.get("permissions"), where),
        _question(given, options, where),
        _contexts(given, where),
        _names(given, where),
        _descriptions(given, where),
    )
    _refuse(
        _length(command) > LONGEST_COMMAND,
        f"{where} is longer than the {LONGEST_COMMAND} characters that Discord takes",
        "Shorten its descriptions or its choices.",
    )
    return command


def _options(given: Mapping[str, Any], where: str) -> tuple[Option, ...]:
    listed = given.get("options")
    if listed is None:
        return (TEXT,)
    _refuse(
        not isinstance(listed, list) or len(listed) > MOST_OPTIONS,
        f"{where} has options that are no list of at most {MOST_OPTIONS}",
        "Write [[discord.commands.options]] for each.",
    )
    options = tuple(_option(each, where) for each in listed)
    _once("option", [option.name for option in options])
    required = [option.required for option in options]
    _refuse(
        required != sorted(required, reverse=True),
        f"{where} has a required option after one that is not",
        "Put the required ones first.",
    )
    return options


def _option(value: object, command: str) -> Option:
    given = _table(value, OPTION_KEYS, f"an option of {command}")
    name = _name(given, "option")
    where = f"the option {name} of {command}"
    kind = given.get("type", "string")
    _choice(kind, OPTION_TYPES, f"the type of {where}")
    option = Option(
        name,
        _text(given, "description", where, LONGEST_DESCRIPTION, default=name),
        kind,
        _choices(given, kind, where),
        _bound(given, "min", kind, where),
        _bound(given, "max", kind, where),
        _boolean(given, "required", where) is not False,
        _names(given, where),
        _descriptions(given, where),
    )
    least, most = option.least, option.most
    crossed = least is not None and most is not None and least > most
    _refuse(crossed, f"{where} has a min over its max", "Let min be the smaller one.")
    return option


def _choices(given: Mapping[str, Any], kind: str, where: str) -> tuple[str | int | float, ...]:
    listed = given.get("choices", [])
    fitting = {"string": str, "integer": int, "number": int | float}.get(kind)
    fits = isinstance(listed, list) and all(_is(fitting, each) for each in listed)
    _refuse(
        not fits or len(listed) > MOST_CHOICES,
        f"{where} has choices that are no list of at most {MOST_CHOICES}, each its {kind}",
        'Write for example choices = ["one", "two"]; only texts and numbers can be chosen.',
    )
    long = any(isinstance(each, str) and not 1 <= len(each) <= 100 for each in listed)
    _refuse(long, f"{where} has a choice that is empty or over 100 characters", "Shorten it.")
    return tuple(listed)


def _bound(given: Mapping[str, Any], key: str, kind: str, where: str) -> int | float | None:
    value = given.get(key)
    if value is None:
        return None
    fits = _is(int if kind in ("string", "integer") else int | float, value)
    _refuse(
        not fits or kind not in ("string", "integer", "number"),
        f"{where} has {key} = {value}",
        "A number or the length of a text has a min and a max; write a number.",
    )
    outside = kind == "string" and not 0 <= value <= LONGEST_TEXT
    _refuse(outside, f"{where} has {key} = {value}", f"A text has up to {LONGEST_TEXT} characters.")
    return value  # type: ignore[no-any-return]  # a number, as was just looked at


def _permissions(value: object, where: str) -> tuple[str, ...] | None:
    if value is None:
        return None
    _refuse(
        not isinstance(value, list),
        f"{where} has permissions that are no list",
        'Write for example permissions = ["manage_messages"], or [] for administrators only.',
    )
    for each in value:  # type: ignore[attr-defined]  # a list, as was just looked at
        _choice(each, PERMISSIONS, f"a permission of {where}")
    return tuple(value)  # type: ignore[arg-type]  # a list, as was just looked at


def _contexts(given: Mapping[str, Any], where: str) -> tuple[str, ...]:
    listed = given.get("contexts", [*ASK.contexts])
    _refuse(
        not isinstance(listed, list) or not listed,
        f"{where} has contexts that are no list",
        'Write for example contexts = ["guild"].',
    )
    for each in listed:
        _choice(each, CONTEXTS, f"a context of {where}")
    return tuple(listed)


def _names(given: Mapping[str, Any], where: str) -> Mapping[str, str]:
    names = _localized(given, "names", where)
    return {locale: _name({"name": names[locale]}, f"{locale} name") for locale in names}


def _descriptions(given: Mapping[str, Any], where: str) -> Mapping[str, str]:
    texts = _localized(given, "descriptions", where)
    return {
        locale: _text(texts, locale, f"descriptions of {where}", LONGEST_DESCRIPTION)
        for locale in texts
    }


def _localized(given: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    texts = given.get(key, {})
    _refuse(
        not isinstance(texts, dict),
        f"{where} has {key} that are no table",
        f'Write for example {key} = {{ ja = "…" }}.',
    )
    for locale in texts:
        _choice(locale, LOCALES, f"a language in the {key} of {where}")
    return dict(texts)


def _question(given: Mapping[str, Any], options: Sequence[Option], where: str) -> str:
    question = given.get("question", "")
    _refuse(not isinstance(question, str), f"{where} has a question that is no text", "Quote it.")
    names = [option.name for option in options]
    for placeholder in _PLACEHOLDER.findall(question):
        _choice(placeholder, names, f"{{{placeholder}}} in the question of {where}")
    return str(question)


# ── parts of a table ──────────────────────────────────────────────────────────


def _table(value: object, keys: Sequence[str], what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no table", f"It has {', '.join(keys)}.")
    for key in value:
        _choice(key, keys, f"the setting {key} of {what}")
    return value


def _name(given: Mapping[str, Any], what: str) -> str:
    name = given.get("name")
    _refuse(
        not isinstance(name, str) or not _NAME.fullmatch(name) or name != name.lower(),
        f'"{name or ""}" cannot be the name of a {what}',
        "Discord takes up to 32 small letters of any script, digits, - and _, and no spaces.",
    )
    return str(name)


def _text(
    given: Mapping[str, Any], key: str, where: str, most: int, *, default: str | None = None
) -> str:
    text = given.get(key, default)
    fits = isinstance(text, str) and 1 <= len(text) <= most
    _refuse(not fits, f"{where} has no {key} of 1 to {most} characters", f'Write {key} = "…".')
    return str(text)


def _boolean(given: Mapping[str, Any], key: str, where: str) -> bool | None:
    value = given.get(key)
    fits = value is None or isinstance(value, bool)
    _refuse(not fits, f"{where} has {key} = {value}", f"Write {key} = true or {key} = false.")
    return value


def _choice(value: object, choices: Sequence[str] | Mapping[str, int], what: str) -> None:
    if isinstance(value, str) and value in choices:
        return
    near = nearest(str(value), list(choices))
    mend = f"Did you mean {near}?" if near else f"There is {', '.join(choices) or 'none'}."
    raise ValueError(f'{what} is "{value}", which is not known', mend)


def _once(what: str, names: Sequence[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), "")
    _refuse(bool(twice), f"there are two {what}s called {twice}", "Give each a name of its own.")


def _is(kind: Any, value: object) -> bool:
    return kind is not None and isinstance(value, kind) and not isinstance(value, bool)


def _refuse(wrong: bool, what: str, mend: str) -> None:
    if wrong:
        raise ValueError(what, mend)


def _length(command: Command) -> int:
    """The characters that Discord counts: names, descriptions and values."""
    size: Callable[[object], int] = lambda value: len(str(value))  # noqa: E731 - one line of its own
    options = (
        size(option.name) + size(option.description) + 2 * sum(map(size, option.choices))
        for option in command.options
    )
    return len(command.name) + len(command.description) + sum(options)
