"""Reading and changing an item along a path."""

from typing import Any

from aizuchi.simulator.aws.dynamodb.trees import Path
from aizuchi.simulator.aws.dynamodb.values import Item, Value
from aizuchi.simulator.aws.refusals import Refused, invalid


def read(item: Item, path: Path) -> Value | None:
    found: Value | None = item.get(path.top)
    for part in path.parts[1:]:
        if found is None:
            return None
        found = _step(found, part)
    return found


def _step(value: Value, part: str | int) -> Value | None:
    if isinstance(part, str):
        inside: Value | None = value.get("M", {}).get(part)
        return inside
    elements = value.get("L", [])
    return elements[part] if part < len(elements) else None


def write(item: dict[str, Any], path: Path, value: Value) -> None:
    """Puts a value there; past the end of a list it becomes the last one."""
    holder, last = _holder(item, path)
    if isinstance(holder, dict) and isinstance(last, str):
        holder[last] = value
    elif isinstance(holder, list) and isinstance(last, int):
        holder[last : last + 1] = [value]
    else:
        raise _no_such_path()


def remove(item: dict[str, Any], path: Path) -> None:
    """Takes away what is there; nothing there is as well."""
    holder, last = _holder(item, path)
    if isinstance(holder, dict) and isinstance(last, str):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int):
        del holder[last : last + 1]
    else:
        raise _no_such_path()


def _holder(item: dict[str, Any], path: Path) -> tuple[Any, str | int]:
    holder: Any = item
    for part in path.parts[:-1]:
        value = _inside(holder, part)
        holder = value.get("M", value.get("L"))
    return holder, path.parts[-1]


def _inside(holder: Any, part: str | int) -> dict[str, Any]:
    try:
        value: dict[str, Any] = holder[part]
    except (KeyError, IndexError, TypeError):
        raise _no_such_path() from None
    return value


def _no_such_path() -> Refused:
    return invalid("The document path provided in the update expression is invalid for update")


def only(item: Item, paths: tuple[Path, ...]) -> Item:
    """What a projection leaves of an item; what it takes out of a list moves together."""
    left: dict[str, Any] = {}
    for path in sorted(paths, key=_by_place):
        value = read(item, path)
        if value is not None:
            _graft(left, path, value)
    return left


def _by_place(path: Path) -> list[tuple[bool, int, str]]:
    return [(True, part, "") if isinstance(part, int) else (False, 0, part) for part in path.parts]


def _graft(into: dict[str, Any], path: Path, value: Value) -> None:
    holder: Any = into
    for part, following in zip(path.parts, [*path.parts[1:], None], strict=True):
        fresh: Any = value
        if following is not None:
            fresh = {"L": []} if isinstance(following, int) else {"M": {}}
        if isinstance(holder, list):
            holder.append(fresh)
            inside = holder[-1]
        else:
            inside = holder.setdefault(part, fresh)
        holder = inside.get("M", inside.get("L"))
