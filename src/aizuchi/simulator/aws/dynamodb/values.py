"""Attribute values as they travel, `{"S": "text"}`: checked, brought to one form, weighed."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from aizuchi.simulator.aws.refusals import Refused, invalid

Value = Mapping[str, Any]
Item = Mapping[str, Value]

ITEM_BYTES = 400 * 1024
DEPTH = 32
DIGITS = 38
LARGEST, SMALLEST = Decimal("9.9999999999999999999999999999999999999E+125"), Decimal("1E-130")
KINDS: Mapping[str, type] = {
    **dict.fromkeys(("S", "N", "B"), str),
    **dict.fromkeys(("L", "SS", "NS", "BS"), list),
    **dict.fromkeys(("BOOL", "NULL"), bool),
    "M": dict,
}
SETS = {"SS": "S", "NS": "N", "BS": "B"}
EXACTLY = Context(prec=DIGITS)


def item_of(given: Any) -> Item:
    """An item or a key as it came; every value in it checked."""
    if not isinstance(given, dict):
        raise Refused("SerializationException", "Start of structure or map found where not")
    return {name: normal(value) for name, value in given.items()}


def normal(value: Any, depth: int = 1) -> Value:
    """The value in its one form: equal values are equal dicts."""
    if not isinstance(value, dict):
        raise Refused("SerializationException", "Unexpected value type in payload")
    if len(value) != 1:
        raise invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            if not value
            else "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    if depth > DEPTH:
        raise invalid("Nesting Levels have exceeded supported limits")
    ((kind, content),) = value.items()
    return {kind: _content(kind, content, depth)}


def _content(kind: str, content: Any, depth: int) -> Any:
    if kind not in KINDS:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the "
                      "supported datatypes")  # fmt: skip
    _check_kind(kind, content)
    match kind:
        case "L":
            return [normal(element, depth + 1) for element in content]
        case "M":
            return {name: normal(element, depth + 1) for name, element in content.items()}
        case "SS" | "NS" | "BS":
            return _set(kind, content)
        case "NULL" if not content:
            raise invalid("One or more parameter values were invalid: Null attribute value types")
    return _scalar(kind, content) if isinstance(content, str) else content


def _check_kind(kind: str, content: Any) -> None:
    if not isinstance(content, KINDS[kind]):
        raise Refused("SerializationException", f"{type(content).__name__} cannot be converted")


def _set(kind: str, content: list[Any]) -> list[str]:
    if not content:
        raise invalid("One or more parameter values were invalid: An string set  may not be empty")
    elements = [_content(SETS[kind], element, 1) for element in content]
    if len(set(elements)) < len(elements):
        raise invalid(
            "One or more parameter values were invalid: "
            f"Input collection {content} contains duplicates."
        )
    return sorted(elements, key=lambda element: order({SETS[kind]: element}))


def _scalar(kind: str, content: str) -> str:
    if kind == "N":
        return text_of(number(content))
    if kind == "B":
        return base64.b64encode(_bytes(content)).decode()
    return content


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise Refused("SerializationException", "Invalid base64") from None


# ── numbers ───────────────────────────────────────────────────────────────────


def number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or "_" in text:
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    return checked(value)


def checked(value: Decimal) -> Decimal:
    """The number, where DynamoDB can hold it."""
    if not value:
        return Decimal(0)
    digits = len("".join(map(str, value.as_tuple().digits)).strip("0"))
    if digits > DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if abs(value) > LARGEST:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than "
                      "supported range")  # fmt: skip
    if abs(value) < SMALLEST:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than "
                      "supported range")  # fmt: skip
    return EXACTLY.normalize(value)


def text_of(value: Decimal) -> str:
    return format(value, "f")


# ── order and weight ──────────────────────────────────────────────────────────


def order(value: Value) -> Any:
    """What DynamoDB sorts a key by: a string by its UTF-8, a number by its size."""
    match value:
        case {"S": str(text)}:
            return text.encode("utf-8", "surrogatepass")
        case {"N": str(text)}:
            return Decimal(text)
        case {"B": str(text)}:
            return base64.b64decode(text)
    raise TypeError(f"{value} has no order")


def weight(item: Item) -> int:
    """The bytes that an item counts for, names and all."""
    return sum(len(name.encode()) + weight_of(value) for name, value in item.items())


def weight_of(value: Value) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode("utf-8", "surrogatepass"))
        case "N":
            return _weight_of_number(content)
        case "B":
            return len(base64.b64decode(content))
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + weight(content) + len(content)
        case "L":
            return 3 + _sum(content) + len(content)
    return _sum({SETS[kind]: element} for element in content)


def _sum(values: Iterable[Value]) -> int:
    return sum(map(weight_of, values))


def _weight_of_number(text: str) -> int:
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
