"""Whether a condition holds for an item; for one that is not there, the item is empty."""

import operator
from collections.abc import Callable, Mapping
from typing import Any, assert_never

from aizuchi.simulator.aws.dynamodb import trees
from aizuchi.simulator.aws.dynamodb.paths import read
from aizuchi.simulator.aws.dynamodb.trees import Condition, Literally, Operand, Path, Size
from aizuchi.simulator.aws.dynamodb.values import SETS, Item, Value, order
from aizuchi.simulator.aws.refusals import invalid

ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(condition: Condition, item: Item) -> bool:
    match condition:
        case trees.All(conditions):
            return all(holds(each, item) for each in conditions)
        case trees.Any(conditions):
            return any(holds(each, item) for each in conditions)
        case trees.Not(inner):
            return not holds(inner, item)
        case trees.Exists(path):
            return read(item, path) is not None
        case trees.IsOfType(path, kind):
            return kind in (read(item, path) or {})
        case _:
            return _compares(condition, item)


def _compares(
    condition: trees.Compare | trees.Between | trees.In | trees.BeginsWith | trees.Contains,
    item: Item,
) -> bool:
    match condition:
        case trees.Compare(sign, left, right):
            return _compare(sign, left, right, item)
        case trees.Between(operand, low, high):
            return _compare(">=", operand, low, item) and _compare("<=", operand, high, item)
        case trees.In(operand, choices):
            return any(_compare("=", operand, choice, item) for choice in choices)
        case trees.BeginsWith(operand, beginning):
            return _begins(_value(operand, item), _value(beginning, item))
        case trees.Contains(operand, element):
            return _contains(_value(operand, item), _value(element, item))
    assert_never(condition)


def _compare(sign: str, left: Operand, right: Operand, item: Item) -> bool:
    one, other = _value(left, item), _value(right, item)
    if sign == "<>":
        return one != other
    if sign == "=":
        return one is not None and one == other
    for operand in (left, right):
        _check_ordered(sign, operand)
    if one is None or other is None or one.keys() != other.keys():
        return False
    return bool(one.keys() & {"S", "N", "B"}) and ORDERED[sign](order(one), order(other))


def _check_ordered(sign: str, operand: Operand) -> None:
    if isinstance(operand, Literally) and not operand.value.keys() & {"S", "N", "B"}:
        raise invalid(
            "Invalid ConditionExpression: Incorrect operand type for operator or function; "
            f"operator: {sign}, operand type: {next(iter(operand.value))}"
        )


def _value(operand: Operand, item: Item) -> Value | None:
    match operand:
        case Literally(value):
            return value
        case Path():
            return read(item, operand)
        case Size(path):
            return _size(read(item, path))
    assert_never(operand)


def _size(value: Value | None) -> Value | None:
    """Characters of a string, bytes of binary, elements of what has some; else nothing."""
    match value:
        case {"B": str(content)}:
            return {"N": str(len(order({"B": content})))}
        case {"S": content} | {"L": content} | {"M": content}:
            return {"N": str(len(content))}
        case {"SS": content} | {"NS": content} | {"BS": content}:
            return {"N": str(len(content))}
    return None


def _begins(whole: Value | None, beginning: Value | None) -> bool:
    if not whole or not beginning or whole.keys() != beginning.keys():
        return False
    return bool(whole.keys() & {"S", "B"}) and order(whole).startswith(order(beginning))


def _contains(whole: Value | None, element: Value | None) -> bool:
    if not whole or not element:
        return False
    ((kind, content),) = whole.items()
    if kind in {"S", "B"}:
        return whole.keys() == element.keys() and order(element) in order(whole)
    if kind == "L":
        return element in content
    return element.get(SETS.get(kind, "")) in content if kind in SETS else False
