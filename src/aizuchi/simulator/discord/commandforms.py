"""What is wrong with the form of a command: names, lengths, options, choices."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from aizuchi.simulator.discord.refusals import Problems
from aizuchi.simulator.discord.shapes import check_shapes, record, records
from aizuchi.simulator.discord.things import CHAT_INPUT, ENTRY_POINT

NAME_CHARS, DESCRIPTION_CHARS, COMMAND_CHARS = 32, 100, 8000
OPTIONS, CHOICES, CHOICE_CHARS, STRING_CHARS = 25, 25, 100, 6000
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER, ATTACHMENT = 1, 2, 3, 4, 10, 11
KINDS = tuple(range(CHAT_INPUT, ENTRY_POINT + 1))
OPTION_KINDS = tuple(range(SUBCOMMAND, ATTACHMENT + 1))
CHOOSABLE = (STRING, INTEGER, NUMBER)
LOCAL = ("name_localizations", "description_localizations")
MARKS = "-_'"
DEVANAGARI_OR_THAI = re.compile("[\u0900-\u097f\u0e00-\u0e7f]")
INVALID_NAME = "APPLICATION_COMMAND_INVALID_NAME"
LOCALES = frozenset(
    (
        *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu"),
        *("nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru"),
        *("uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    )
)


def is_name(name: str) -> bool:
    """Whether a slash command or an option may be called so: letters and figures of any script,
    small where there are small ones."""
    letters = all(_is_letter(one) for one in name)
    return 1 <= len(name) <= NAME_CHARS and letters and name == name.lower()


def _is_letter(one: str) -> bool:
    kind = unicodedata.category(one)
    return kind[0] in "LN" or one in MARKS or bool(DEVANAGARI_OR_THAI.match(one))


def check_command(problems: Problems, fields: Mapping[str, Any], path: str = "") -> None:
    """Complains of all that Discord would refuse in one command."""
    check_shapes(problems, fields, path, lists=("options",), objects=LOCAL)
    kind = fields.get("type") or CHAT_INPUT
    if kind not in KINDS:
        problems.choice(f"{path}type", KINDS)
    _check_name(problems, fields, path, is_slash=kind == CHAT_INPUT)
    description = str(fields.get("description") or "")
    if kind == CHAT_INPUT:
        _check_description(problems, description, fields, path)
        check_options(problems, records(fields.get("options")), f"{path}options")
    else:
        _check_bare(problems, fields, description, path)
    _check_places(problems, fields, path)
    if _chars(fields) > COMMAND_CHARS:
        words = f"Command exceeds maximum size ({COMMAND_CHARS})"
        problems.add(path.rstrip("."), "APPLICATION_COMMAND_TOO_LARGE", words)


def _check_bare(problems: Problems, fields: Mapping[str, Any], description: str, path: str) -> None:
    """A command of a menu has a name and nothing else."""
    if description:
        words = "Context menu commands cannot have description"
        code = "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_CANNOT_BE_SET"
        problems.add(f"{path}description", code, words)
    if fields.get("options"):
        words = "Context menu commands cannot have options"
        problems.add(f"{path}options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_INVALID", words)


def _check_name(
    problems: Problems, fields: Mapping[str, Any], path: str, *, is_slash: bool = True
) -> None:
    name = fields.get("name")
    if not isinstance(name, str):
        problems.required(f"{path}name")
        return
    problems.length(f"{path}name", name, 1, NAME_CHARS)
    if is_slash and not is_name(name):
        problems.add(f"{path}name", INVALID_NAME, "Command name is invalid")
    for locale, local in record(fields.get("name_localizations")).items():
        if locale not in LOCALES:
            problems.choice(f"{path}name_localizations.{locale}", tuple(sorted(LOCALES)))
        elif is_slash and not is_name(str(local)):
            here = f"{path}name_localizations.{locale}"
            problems.add(here, INVALID_NAME, "Command name is invalid")


def _check_description(
    problems: Problems, description: str, fields: Mapping[str, Any], path: str
) -> None:
    if not description:
        problems.required(f"{path}description")
    else:
        problems.length(f"{path}description", description, 1, DESCRIPTION_CHARS)
    for locale, local in record(fields.get("description_localizations")).items():
        here = f"{path}description_localizations.{locale}"
        if locale not in LOCALES:
            problems.choice(here, tuple(sorted(LOCALES)))
        problems.length(here, str(local), 1, DESCRIPTION_CHARS)


def check_options(problems: Problems, options: list[dict[str, Any]], path: str) -> None:
    if len(options) > OPTIONS:
        problems.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {OPTIONS} or fewer in length.")
        return
    names: set[str] = set()
    optional = False
    for number, option in enumerate(options):
        here = f"{path}.{number}."
        _check_option(problems, option, here)
        if option.get("name") in names:
            words = "Option names must be unique"
            problems.add(here + "name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", words)
        names.add(str(option.get("name")))
        if option.get("required") and optional:
            words = "Required options must be placed before non-required options"
            problems.add(here[:-1], "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not option.get("required")


def _check_option(problems: Problems, option: Mapping[str, Any], path: str) -> None:
    kind = option.get("type")
    if kind not in OPTION_KINDS:
        problems.choice(f"{path}type", OPTION_KINDS)
    _check_name(problems, option, path)
    _check_description(problems, str(option.get("description") or ""), option, path)
    _check_choices(problems, option, path)
    for name, least in (("min_length", 0), ("max_length", 1)):
        bound = option.get(name)
        if bound is not None and not least <= bound <= STRING_CHARS:
            words = f"int value should be between {least} and {STRING_CHARS}."
            problems.add(f"{path}{name}", "NUMBER_TYPE_MAX", words)
    if kind in (SUBCOMMAND, GROUP):
        check_options(problems, records(option.get("options")), f"{path}options")


def _check_choices(problems: Problems, option: Mapping[str, Any], path: str) -> None:
    choices = records(option.get("choices"))
    if choices and (option.get("autocomplete") or option.get("type") not in CHOOSABLE):
        words = "Choices cannot be set here"
        problems.add(f"{path}choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", words)
    if len(choices) > CHOICES:
        words = f"Must be {CHOICES} or fewer in length."
        problems.add(f"{path}choices", "BASE_TYPE_MAX_LENGTH", words)
    for number, choice in enumerate(choices):
        here = f"{path}choices.{number}"
        problems.length(f"{here}.name", str(choice.get("name", "")), 1, CHOICE_CHARS)
        if isinstance(choice.get("value"), str):
            problems.length(f"{here}.value", choice["value"], 1, CHOICE_CHARS)


def _check_places(problems: Problems, fields: Mapping[str, Any], path: str) -> None:
    """Where a command can be used, and by whom."""
    for name, most in (("integration_types", 1), ("contexts", 2)):
        for number, one in enumerate(fields.get(name) or ()):
            if one not in range(most + 1):
                problems.choice(f"{path}{name}.{number}", tuple(range(most + 1)))
    needed = fields.get("default_member_permissions")
    if needed is not None and not (isinstance(needed, str) and needed.isdecimal()):
        words = f'Value "{needed}" is not a bit field.'
        problems.add(f"{path}default_member_permissions", "NUMBER_TYPE_COERCE", words)


def _chars(fields: Mapping[str, Any]) -> int:
    """All that is said in a command: names, descriptions and the values of choices."""
    own = [fields.get(name) for name in ("name", "description", "value")]
    chars = sum(len(one) for one in own if isinstance(one, str))
    inner = [*records(fields.get("options")), *records(fields.get("choices"))]
    return chars + sum(_chars(one) for one in inner)
