"""A call of Discord's API as values: what was asked, and what came of it."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from aizuchi.simulator.discord.multipart import Part, parts_of
from aizuchi.simulator.discord.refusals import Refused, invalid

JSON, MULTIPART, FORM = (
    "application/json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)
TRUE = ("true", "True", "1")


class Asked(NamedTuple):
    """A request as it came; the names of its headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: str
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


class Form(NamedTuple):
    """The body of a request, read."""

    fields: dict[str, Any] | list[Any]
    files: tuple[Part, ...] = ()


class Call(NamedTuple):
    """A call that may be made: of which route, with the ids in its path."""

    at: float
    route: str
    ids: Mapping[str, str]
    form: Form
    query: Mapping[str, str]

    @property
    def fields(self) -> dict[str, Any]:
        if not isinstance(self.form.fields, dict):
            raise invalid("", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.form.fields

    def number(self, name: str, usual: int, least: int, most: int) -> int:
        """A number of the query."""
        given = self.query.get(name, str(usual))
        if not given.isdecimal() or not least <= int(given) <= most:
            raise invalid(
                name, "NUMBER_TYPE_MAX", f"int value should be between {least} and {most}."
            )
        return int(given)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "") in TRUE


class Made(NamedTuple):
    """A call that was made and what came of it; `lost` where its reply never reached the app."""

    at: float
    route: str
    ids: Mapping[str, str]
    fields: dict[str, Any] | list[Any]
    status: int
    code: int = 0
    lost: bool = False


def form_of(asked: Asked) -> Form:
    """Raises Refused where the body is none that Discord takes."""
    kind = asked.content_type.partition(";")[0].strip().lower()
    if not asked.body:
        return Form({})
    if kind == JSON:
        return Form(_json(asked.body))
    if kind == MULTIPART:
        parts = parts_of(asked.content_type, asked.body)
        fields = next((part.data for part in parts if part.name == "payload_json"), b"{}")
        return Form(_json(fields), tuple(part for part in parts if part.filename))
    if kind == FORM:
        return Form(dict(parse_qsl(asked.body.decode(errors="replace"), keep_blank_values=True)))
    raise Refused(50035)


def _json(body: bytes) -> dict[str, Any] | list[Any]:
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        raise Refused(50109) from None
    if not isinstance(value, dict | list):
        raise Refused(50109)
    return value
