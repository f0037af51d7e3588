"""What an update makes of an item. Every source is read from the item as it was."""

import copy
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any, assert_never

from aizuchi.simulator.aws.dynamodb.paths import read, remove, write
from aizuchi.simulator.aws.dynamodb.trees import (
    Add,
    Change,
    Delete,
    IfNotExists,
    ListAppend,
    Literally,
    Path,
    Remove,
    Set,
    Source,
    Sum,
)
from aizuchi.simulator.aws.dynamodb.values import SETS, Item, Value, checked, normal, text_of
from aizuchi.simulator.aws.refusals import Refused, invalid

WIDE = Context(prec=300)


def updated(item: Item, changes: Sequence[Change]) -> Item:
    made: dict[str, Any] = copy.deepcopy(dict(item))
    written = [
        (change.path, value) for change in changes if (value := _written(change, item)) is not None
    ]
    for path, value in written:
        write(made, path, value)
    for path in sorted(_removed(changes, item), key=_by_place, reverse=True):
        remove(made, path)
    return made


def _written(change: Change, item: Item) -> Value | None:
    match change:
        case Set(_, source):
            return _source(source, item)
        case Add(path, value):
            return _added(read(item, path), value)
        case Delete(path, value):
            return _without(read(item, path), value)
        case Remove():
            return None
    assert_never(change)


def _removed(changes: Sequence[Change], item: Item) -> list[Path]:
    """Also a set of which nothing is left."""
    gone = [change.path for change in changes if isinstance(change, Remove)]
    for change in changes:
        if isinstance(change, Delete) and read(item, change.path) is not None:
            gone += [change.path] if _without(read(item, change.path), change.value) is None else []
    return gone


def _by_place(path: Path) -> tuple[str, ...]:
    return tuple(f"{part:09}" if isinstance(part, int) else part for part in path.parts)


def _source(source: Source, item: Item) -> Value:
    match source:
        case Literally(value):
            return value
        case Path():
            return _existing(source, item)
        case IfNotExists(path, otherwise):
            there = read(item, path)
            return there if there is not None else _source(otherwise, item)
        case ListAppend(first, second):
            return {"L": [*_list(_source(first, item)), *_list(_source(second, item))]}
        case Sum(left, sign, right):
            one = _number(_source(left, item), sign)
            other = _number(_source(right, item), sign)
            return _as_number(WIDE.add(one, other if sign == "+" else -other))
    assert_never(source)


def _existing(path: Path, item: Item) -> Value:
    value = read(item, path)
    if value is None:
        raise invalid("The provided expression refers to an attribute that does not exist in "
                      "the item")  # fmt: skip
    return value


def _list(value: Value) -> list[Value]:
    if "L" not in value:
        raise _wrong_type("list_append", value)
    return list(value["L"])


def _number(value: Value, sign: str) -> Decimal:
    if "N" not in value:
        raise _wrong_type(sign, value)
    return Decimal(value["N"])


def _as_number(value: Decimal) -> Value:
    return {"N": text_of(checked(value))}


def _added(there: Value | None, value: Value) -> Value:
    ((kind, content),) = value.items()
    if kind != "N" and kind not in SETS:
        raise _wrong_type("ADD", value)
    if there is None:
        return value
    if there.keys() != value.keys():
        raise invalid("An operand in the update expression has an incorrect data type")
    if kind == "N":
        return _as_number(WIDE.add(Decimal(there["N"]), Decimal(content)))
    return normal({kind: [*{*there[kind], *content}]})


def _without(there: Value | None, value: Value) -> Value | None:
    """The set without these elements; nothing where none are left, or there was none."""
    ((kind, content),) = value.items()
    if kind not in SETS:
        raise _wrong_type("DELETE", value)
    if there is None:
        return None
    if there.keys() != value.keys():
        raise invalid("An operand in the update expression has an incorrect data type")
    left = [element for element in there[kind] if element not in content]
    return {kind: left} if left else None


def _wrong_type(operation: str, value: Value) -> Refused:
    return invalid(
        "Invalid UpdateExpression: Incorrect operand type for operator or function; "
        f"operator: {operation}, operand type: {next(iter(value))}"
    )
