"""The references to secrets that stand in a settings file or in variables of ours, as written."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aizuchi.settings.fields import Field, parsed
from aizuchi.settings.secrets import Secret, Secrets, Texts

Fields = Mapping[str, Mapping[str, Field]]


class Written(NamedTuple):
    """A setting, and a reference that stands there."""

    field: Field
    reference: str


def in_sections(sections: Iterator[tuple[str, Any]], fields: Fields) -> Iterator[Written]:
    """Those of a file; what cannot be read is passed over: it is told when it is read."""
    for section, content in sections:
        known = fields.get(section, {})
        for key, value in content.items() if isinstance(content, dict) else ():
            if key in known:
                yield from _in(known[key], value)


def in_environment(environment: Mapping[str, str], fields: Fields) -> Iterator[Written]:
    """Those of our own variables: another's may be the secret itself."""
    for section in fields.values():
        for field in section.values():
            if text := environment.get(field.variable, "").strip():
                yield from _in(field, parsed(field, text))


def _in(field: Field, value: Any) -> Iterator[Written]:
    if field.kind is Secret and isinstance(value, str):
        yield Written(field, value)
    elif field.kind in (Secrets, Texts) and isinstance(value, dict):
        words = (str(each).rpartition(" ")[2] for each in value.values())
        yield from (Written(field, word) for word in words)
