"""What is an object or a list in a form, and what only should be."""

from collections.abc import Iterable, Mapping
from typing import Any

from aizuchi.simulator.discord.refusals import Problems


def record(value: Any) -> dict[str, Any]:
    """An object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def check_shapes(
    problems: Problems,
    fields: Mapping[str, Any],
    path: str = "",
    *,
    lists: Iterable[str] = (),
    objects: Iterable[str] = (),
) -> None:
    """Complains of fields that should be lists of objects, or objects, and are not."""
    for name in lists:
        value = fields.get(name)
        if value is not None and records(value) != value:
            words = "Only iterables may be used in a ListType"
            problems.add(f"{path}{name}", "LIST_TYPE_CONVERT", words)
    for name in objects:
        if not isinstance(fields.get(name), dict | None):
            words = "Only dictionaries may be used in a ModelType"
            problems.add(f"{path}{name}", "MODEL_TYPE_CONVERT", words)
