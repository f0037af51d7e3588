"""The fields of Discord's payloads, each looked at before it is believed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
Fields = Mapping[str, Any]


class Malformed(Exception):
    """A field that every such payload has is missing, or is not what it should be."""


def id_of(holder: Fields, name: str) -> str:
    """A field that has to be an id; ids stand in keys and addresses, so nothing else may."""
    value = optional_id(holder, name)
    if not value:
        raise Malformed(name)
    return value


def optional_id(holder: Fields, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def text_of(holder: Fields, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def inner(holder: Fields, name: str) -> Fields:
    """An object inside; an empty one where there is none."""
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def listed(holder: Fields, name: str) -> Sequence[Fields]:
    """The objects of a list."""
    value = holder.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def ids_of(holder: Fields, name: str) -> tuple[str, ...]:
    """The ids of a list."""
    value = holder.get(name)
    every = value if isinstance(value, list) else []
    return tuple(each for each in every if isinstance(each, str) and _ID.fullmatch(each))


def name_of(user: Fields, member: Fields | None = None) -> str:
    """What a person is called there."""
    return (
        text_of(member or {}, "nick") or text_of(user, "global_name") or text_of(user, "username")
    )
