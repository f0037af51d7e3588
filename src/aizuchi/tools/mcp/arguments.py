"""Whether arguments fit what a tool says of them, as far as that can be told at a glance. Pure.

A schema is a stranger's: a pattern in it could hold up the process, a reference run in circles. So
only its plain half is looked at, once; the rest is the server's own to check.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aizuchi.errors import BadArguments
from aizuchi.ports import Declared

MOST_LOOKS = 2_000
KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def fitting(declared: Declared, given: str) -> dict[str, Any]:
    """The arguments of a call, from their JSON; raises BadArguments, with what would fit."""
    try:
        value = json.loads(given.strip() or "{}")
    except (ValueError, RecursionError):
        value = None
    wrong = next(_misfits(declared.parameters, value, "the whole", [MOST_LOOKS]), "")
    if not isinstance(value, dict) or wrong:
        what = f"The arguments of {declared.name} do not fit: {wrong or 'they are no object'}."
        raise BadArguments(f"{what} They have to follow", json.dumps(declared.parameters))
    return value


def _misfits(schema: Any, value: Any, place: str, looks: list[int]) -> Iterator[str]:
    """What is wrong where; nothing where that cannot be told."""
    looks[0] -= 1
    if looks[0] < 0 or not isinstance(schema, dict):
        return
    kinds = schema.get("type")
    if not _is_of(value, [kinds] if isinstance(kinds, str) else kinds):
        yield f"{place} has to be {kinds}"
    elif isinstance(choices := schema.get("enum"), list) and value not in choices:
        yield f"{place} has to be one of {json.dumps(choices)[:300]}"
    elif isinstance(value, dict):
        yield from _misfits_of_fields(schema, value, looks)
    elif isinstance(value, list):
        for n, each in enumerate(value):
            yield from _misfits(schema.get("items"), each, f"{place}[{n}]", looks)


def _misfits_of_fields(
    schema: Mapping[str, Any], value: Mapping[str, Any], looks: list[int]
) -> Iterator[str]:
    known = schema.get("properties")
    fields = known if isinstance(known, dict) else {}
    required = schema.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in value:
            yield f'"{name}" is missing'
    for name, each in value.items():
        if name in fields:
            yield from _misfits(fields[name], each, f'"{name}"', looks)
        elif schema.get("additionalProperties") is False and not schema.get("patternProperties"):
            yield f'there is no "{name}"'


def _is_of(value: Any, kinds: Any) -> bool:
    if not isinstance(kinds, list):
        return True
    known = [KINDS[kind] for kind in kinds if isinstance(kind, str) and kind in KINDS]
    return len(known) < len(kinds) or any(_is_one(value, kind) for kind in known)


def _is_one(value: Any, kind: tuple[type, ...]) -> bool:
    if isinstance(value, bool):
        return bool in kind
    if isinstance(value, float) and int in kind:
        return float in kind or value.is_integer()
    return isinstance(value, kind)
