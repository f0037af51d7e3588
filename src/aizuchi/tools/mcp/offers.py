"""Tools as MCP servers describe them, made fit for a model: bounded, and nothing hidden. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from aizuchi.tools.mcp.wire import Offer, Offered

MOST_TOOLS = 100
LONGEST_DESCRIPTION = 1_000
LONGEST_NOTE = 300
MOST_OF_ONE, MOST_OF_ALL = 8_000, 100_000
"""Characters of JSON: what the model reads with every question."""
DEEPEST = 12

HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs")
LEFT_OUT = ("$schema", "$id", "title", "examples")
NAMES = ("properties", "patternProperties", "$defs", "definitions")
EMPTY: dict[str, Any] = {"type": "object", "properties": {}}


def offered(described: Iterable[Mapping[str, Any]], only: Collection[str]) -> Offered:
    """The tools that a server has, as it lists them, as far as the model is shown them."""
    every = [each for each in described if not only or each.get("name") in only]
    tools: list[Offer] = []
    unfit: list[str] = []
    room = MOST_OF_ALL
    for each in every[:MOST_TOOLS]:
        offer = offer_of(each)
        size = _size(offer)
        if size > min(MOST_OF_ONE, room):
            unfit.append(offer.name)
        else:
            room -= size
            tools.append(offer)
    return Offered(tuple(tools), len(every), tuple(unfit))


def offer_of(described: Mapping[str, Any]) -> Offer:
    """A tool, from how its server describes it; the stamp is of that, to the letter."""
    parameters = _plain(described.get("inputSchema"), DEEPEST)
    return Offer(
        name=sound(str(described.get("name", ""))),
        description=told(str(described.get("description") or ""), LONGEST_DESCRIPTION),
        parameters={**parameters, "type": "object"} if isinstance(parameters, dict) else EMPTY,
        stamp=_stamp(described),
    )


def told(text: str, longest: int) -> str:
    """A text of a stranger: no letter in it that cannot be seen, and not too long."""
    seen = "".join(letter for letter in text[: 4 * longest] if _is_seen(letter)).strip()
    return seen if len(seen) <= longest else f"{seen[: longest - 1]}…"


def _is_seen(letter: str) -> bool:
    return letter in "\n\t" or unicodedata.category(letter) not in HIDDEN


def _plain(schema: Any, depth: int) -> Any:
    """A schema without what its strangers' texts could hide, or nobody needs."""
    if depth == 0:
        return {}
    if isinstance(schema, str):
        return sound(schema)
    if isinstance(schema, list):
        return [_plain(each, depth - 1) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        sound(key): _plain_value(key, value, depth - 1)
        for key, value in schema.items()
        if key not in LEFT_OUT
    }


def _plain_value(key: str, value: Any, depth: int) -> Any:
    if key == "description" and isinstance(value, str):
        return told(value, LONGEST_NOTE)
    if key in NAMES and isinstance(value, dict):  # in which nothing is a keyword
        return {sound(name): _plain(each, depth) for name, each in value.items()}
    return _plain(value, depth)


def sound(text: str) -> str:
    """A text that can be written in UTF-8: JSON can hold half a letter."""
    return text.encode("utf-8", "replace").decode()


def _stamp(described: Mapping[str, Any]) -> str:
    meant = [described.get(key) for key in ("name", "title", "description", "inputSchema")]
    text = json.dumps(meant, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _size(offer: Offer) -> int:
    return len(offer.name) + len(offer.description) + len(json.dumps(offer.parameters))
