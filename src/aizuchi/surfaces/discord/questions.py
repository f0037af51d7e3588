"""What a command asks, in words: its options, a message it points at, what is attached."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aizuchi.events import Attachment, attachment
from aizuchi.surfaces.discord.fields import Fields, inner, listed, name_of, text_of
from aizuchi.words import language_of, say

GROUPS = (1, 2)
"""Types of an option that is a command inside the command, or a group of those."""

ATTACHMENT = 11
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RESOLVED = {
    6: ("users",),
    7: ("channels",),
    8: ("roles",),
    9: ("users", "roles"),
    ATTACHMENT: ("attachments",),
}
"""Where the thing is that the value of an option names, by the option's type."""

_SIGNS = {"users": "@", "roles": "@", "channels": "#", "attachments": ""}


class Value(NamedTuple):
    """What was given for an option, in words; `path` are the commands inside the command."""

    path: tuple[str, ...]
    name: str
    text: str


def question_of(data: Fields, words: str) -> str:
    """What was asked with a command: its only value, or all of them by name, in their order; or
    what the command says in its own `words`, with the values in them."""
    values = [*_values(data, inner(data, "resolved"), ())]
    if words:
        return _filled(words, {value.name: value.text for value in values})
    if len(values) == 1 and not values[0].path:
        return values[0].text.strip()
    inside = " ".join(values[0].path) if values else ""
    lines = [f"{value.name}: {value.text}" for value in values if value.name]
    return "\n".join(filter(None, (inside, *lines))).strip()


def question_about(data: Fields, locale: str) -> str:
    """What a command on a message asks: the message, as data; empty where there is none."""
    messages = inner(inner(data, "resolved"), "messages")
    message = inner(messages, text_of(data, "target_id"))
    said = quotation(message)
    if not said:
        return ""
    return f"{say('about_message', language_of('', locale))}\n{said}"


def quotation(message: Fields) -> str:
    """A message as JSON, so that nobody can close the quotation from inside; empty for none."""
    said = with_attachments(text_of(message, "content"), listed(message, "attachments"))
    if not said:
        return ""
    author = name_of(inner(message, "author"), inner(message, "member"))
    return json.dumps({"from": author, "said": said}, ensure_ascii=False)


def with_attachments(text: str, attachments: Sequence[Fields]) -> str:
    """A text, and after it what is attached, by name."""
    return "\n".join(filter(None, (text.strip(), *map(named, attachments))))


def named(file: Fields) -> str:
    return file_of(file).mark


def file_of(file: Fields) -> Attachment:
    return attachment(
        text_of(file, "filename"),
        text_of(file, "content_type"),
        file.get("size"),
        text_of(file, "url"),
    )


def files_of(message: Fields) -> tuple[Attachment, ...]:
    """What is attached to a message."""
    return tuple(map(file_of, listed(message, "attachments")))


def files_given(data: Fields) -> tuple[Attachment, ...]:
    """What came with a command: files as values of its options, in their order, or those of the
    message that it is about."""
    resolved = inner(data, "resolved")
    given = inner(resolved, "attachments")
    leaves = (one for one in _leaves(data) if one.get("type") == ATTACHMENT)
    files = (inner(given, str(one.get("value"))) for one in leaves)
    about = inner(inner(resolved, "messages"), text_of(data, "target_id"))
    return (*(file_of(file) for file in files if file), *files_of(about))


def focused(data: Fields) -> Fields:
    """The option that is being written."""
    found = (each for each in _leaves(data) if each.get("focused") is True)
    return next(found, {})


def _leaves(holder: Fields) -> Iterator[Fields]:
    for option in listed(holder, "options"):
        if option.get("type") in GROUPS:
            yield from _leaves(option)
        else:
            yield option


def _values(holder: Fields, resolved: Fields, path: tuple[str, ...]) -> Iterator[Value]:
    for option in listed(holder, "options"):
        name = text_of(option, "name")
        if option.get("type") in GROUPS:
            inside = (*path, name)
            yield from [*_values(option, resolved, inside)] or [Value(inside, "", "")]
        else:
            yield Value(path, name, _in_words(option, resolved))


def _in_words(option: Fields, resolved: Fields) -> str:
    value = option.get("value")
    if isinstance(value, bool):
        return "yes" if value else "no"
    for kind in _RESOLVED.get(_number(option.get("type")), ()):
        if found := inner(inner(resolved, kind), str(value)):
            return _called(kind, found, inner(resolved, "members").get(str(value)))
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _called(kind: str, found: Fields, member: Any) -> str:
    if kind == "attachments":
        return named(found)
    nicked = member if isinstance(member, dict) else None
    name = name_of(found, nicked) if kind == "users" else text_of(found, "name")
    return f"{_SIGNS[kind]}{name}"


def _filled(question: str, values: Mapping[str, str]) -> str:
    """In one pass, so that no value is taken for a placeholder."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), question).strip()


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
