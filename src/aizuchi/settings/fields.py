"""What a setting is: its type, its range and its meaning, and a value checked against them."""

import math
import re
from types import NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from aizuchi.settings.secrets import Secret, Secrets, Texts

YES = ("true", "yes", "on", "1")
NO = ("false", "no", "off", "0")


class Meaning(NamedTuple):
    """What a person must know of a setting. `pattern` is what a text has to match, `example` one
    that does; `variable` is its own name in the environment."""

    text: str
    at_least: float | None = None
    at_most: float | None = None
    pattern: str = ""
    example: str = ""
    variable: str = ""


class Field(NamedTuple):
    """A setting under its two names."""

    section: str
    key: str
    kind: Any
    default: Any
    meaning: Meaning

    @property
    def name(self) -> str:
        return f"[{self.section}] {self.key}"

    @property
    def variable(self) -> str:
        return f"AIZUCHI__{self.section.replace('.', '__')}__{self.key}".upper()


def fields_of(section: str, kind: type) -> dict[str, Field]:
    """The settings of a section: a NamedTuple whose annotations carry a Meaning each."""
    hints = get_type_hints(kind, include_extras=True)
    defaults: dict[str, Any] = getattr(kind, "_field_defaults", {})
    return {key: _field(section, key, hint, defaults[key]) for key, hint in hints.items()}


def _field(section: str, key: str, hint: Any, default: Any) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"[{section}] {key} has no Meaning")
    kind, meaning = get_args(hint)
    return Field(section, key, _without_none(kind), default, meaning)


def _without_none(kind: Any) -> Any:
    kinds = [each for each in get_args(kind) if each is not NoneType]
    return kinds[0] if NoneType in get_args(kind) else kind


def checked(field: Field, value: Any) -> Any:
    """The value as its setting holds it; ValueError where it cannot be one."""
    kind = field.kind
    if get_origin(kind) is Literal:
        return _require(value, value in get_args(kind))
    if get_origin(kind) is tuple:
        texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return tuple(_require(value, texts))
    if kind in (int, float):
        return _number(field, value)
    if kind is str:
        fits = isinstance(value, str) and re.fullmatch(field.meaning.pattern or r"[\s\S]*", value)
        return _require(value, bool(fits))
    return _require(value, isinstance(value, kind))


def _number(field: Field, value: Any) -> Any:
    kinds = (int, float) if field.kind is float else (int,)
    _require(value, isinstance(value, kinds) and not isinstance(value, bool))
    low, high = field.meaning.at_least, field.meaning.at_most
    inside = (low is None or value >= low) and (high is None or value <= high)
    return field.kind(_require(value, inside and math.isfinite(value)))


def _require(value: Any, fits: bool) -> Any:
    if not fits:
        raise ValueError(value)
    return value


def parsed(field: Field, text: str) -> Any:
    """A text of the environment as a value of the file; what is none stays a text."""
    if field.kind is bool:
        return {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}.get(text.lower(), text)
    if get_origin(field.kind) is tuple:
        return _parts(text)
    if field.kind in (Secrets, Texts):
        pairs = [part.partition("=") for part in _parts(text)]
        return {name.strip(): reference.strip() for name, _, reference in pairs}
    if field.kind in (int, float):
        return _as_number(field.kind, text)
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _as_number(kind: Any, text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return text


def expected(field: Field) -> str:
    """What a value has to be, as the end of "it is not …"."""
    kind, meaning = field.kind, field.meaning
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return 'a list of texts such as ["one", "two"]'
    if kind in (int, float):
        return ("a whole number" if kind is int else "a number") + _range(meaning)
    if kind is bool:
        return "true or false"
    if kind is Secret:
        return 'a reference such as "env:NAME" or "file:/run/secrets/name"'
    if kind is Secrets:
        return 'a table of references such as { NAME = "env:NAME" }'
    if kind is Texts:
        return 'a table such as { NAME = "a text", TOKEN = "env:NAME" }'
    return f'a text such as "{meaning.example}"' if meaning.example else "a text"


def _range(meaning: Meaning) -> str:
    match meaning.at_least, meaning.at_most:
        case None, None:
            return ""
        case low, None:
            return f" of at least {low:g}"
        case None, high:
            return f" of at most {high:g}"
        case low, high:
            return f" from {low:g} to {high:g}"


def nearest(word: str, choices: list[str]) -> str:
    """The choice that somebody meant by a word; empty where none is near."""
    from difflib import get_close_matches  # only where something is wrong already

    return next(iter(get_close_matches(word.lower(), choices, n=1, cutoff=0.5)), "")
