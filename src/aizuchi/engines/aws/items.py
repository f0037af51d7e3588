"""Items of a table and what is done to them, as values; and as DynamoDB's JSON has them."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Value = str | bytes | float | bool
Item = Mapping[str, Value]
NOTHING: Item = {}

NAME = re.compile(r"#(\w+)")


class Key(NamedTuple):
    pk: str
    sk: str


class Only(NamedTuple):
    """A condition. Attributes stand in it as `#name`, values as `:name`."""

    text: str
    values: Item = NOTHING


class Put(NamedTuple):
    item: Item
    only: Only | None = None


class Update(NamedTuple):
    """Sets attributes, adds to numbers, removes; the item is made where it is not there."""

    key: Key
    set: Item = NOTHING
    add: Mapping[str, float] = {}
    remove: Sequence[str] = ()
    only: Only | None = None


class Delete(NamedTuple):
    key: Key
    only: Only | None = None


class Check(NamedTuple):
    """Nothing is done; a transaction goes through only while this holds."""

    key: Key
    only: Only


Write = Put | Update | Delete | Check

ABSENT = Only("attribute_not_exists(#pk)")
PRESENT = Only("attribute_exists(#pk)")


def key_of(item: Item) -> Key:
    return Key(str(item["pk"]), str(item["sk"]))


def key_of_write(write: Write) -> Key:
    return key_of(write.item) if isinstance(write, Put) else write.key


def as_wire(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: _attribute(value) for name, value in item.items()}


def from_wire(item: Mapping[str, Mapping[str, Any]]) -> Item:
    return {name: _value(attribute) for name, attribute in item.items()}


def request_of(write: Write) -> dict[str, Any]:
    """A write as its own call takes it, but for the table's name."""
    match write:
        case Put(item, only):
            return {"Item": as_wire(item), **_expressions({}, only)}
        case Update(key, changed, added, removed, only):
            text, values = _changes(changed, added, removed)
            named = {"UpdateExpression": text} if text else {}
            return {"Key": as_wire(key._asdict()), **_expressions(values, only, named)}
        case Delete(key, only) | Check(key, only):
            return {"Key": as_wire(key._asdict()), **_expressions({}, only)}


def _changes(
    changed: Item, added: Mapping[str, float], removed: Sequence[str]
) -> tuple[str, dict[str, Value]]:
    parts = (
        ("SET", [f"#{name} = :set_{name}" for name in changed]),
        ("ADD", [f"#{name} :add_{name}" for name in added]),
        ("REMOVE", [f"#{name}" for name in removed]),
    )
    values = {f"set_{name}": value for name, value in changed.items()}
    values |= {f"add_{name}": value for name, value in added.items()}
    return " ".join(f"{verb} {', '.join(each)}" for verb, each in parts if each), values


def _expressions(
    values: Mapping[str, Value], only: Only | None, named: Mapping[str, str] = {}
) -> dict[str, Any]:
    texts = dict(named)
    if only:
        texts["ConditionExpression"] = only.text
        values = {**values, **only.values}
    return {**texts, **placeholders(texts.values(), values)}


def placeholders(texts: Iterable[str], values: Mapping[str, Value]) -> dict[str, Any]:
    """What the names and values of expressions stand for; every name has one, as so many words
    are DynamoDB's own."""
    names = {f"#{name}": name for text in texts for name in NAME.findall(text)}
    found: dict[str, Any] = {}
    if names:
        found["ExpressionAttributeNames"] = names
    if values:
        found["ExpressionAttributeValues"] = as_wire(
            {f":{name}": value for name, value in values.items()}
        )
    return found


def _attribute(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, bytes):
        return {"B": b64encode(value).decode()}
    return {"S": value} if isinstance(value, str) else {"N": repr(value)}


def _value(attribute: Mapping[str, Any]) -> Value:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return float(value) if re.search(r"[.eE]", value) else int(value)
    if kind == "B":
        return b64decode(value)
    return bool(value) if kind == "BOOL" else str(value)
