"""Texts in items: beside other attributes, or in items of their own behind where they are long.

What is not short is packed: a table is paid by the kilobyte, and words pack to half of theirs.
"""

import zlib
from collections.abc import AsyncIterable, AsyncIterator
from typing import NamedTuple

from aizuchi.engines.aws.items import NOTHING, Item, Key, Put, Value
from aizuchi.engines.aws.table import Table

MOST_BYTES = 300_000
"""As much of a text as an item holds; DynamoDB's own limit of 400 kB is for the whole of it."""

MOST_CHARS = MOST_BYTES // 4
PACKED_FROM, PACKED_TO = 300, 100_000
"""Bytes of a text that it is worth the while to pack."""


class Spread(NamedTuple):
    """A text as its item holds it, and the items behind that hold what does not fit. Those are
    written first: until their head stands there, nobody reads them."""

    head: Item
    behind: tuple[Put, ...] = ()


def spread(key: Key, text: str, until: Item = NOTHING, inline: int = MOST_BYTES) -> Spread:
    body = packed(text)
    if len(body if isinstance(body, bytes) else body.encode()) <= inline:
        return Spread({"body": body, "parts": 0})
    pieces = [text[begin : begin + MOST_CHARS] for begin in range(0, len(text), MOST_CHARS)]
    behind = (
        Put({**part(key, place)._asdict(), "body": packed(piece), "part": place, **until})
        for place, piece in enumerate(pieces, 1)
    )
    return Spread({"body": "", "parts": len(pieces)}, tuple(behind))


def packed(text: str) -> str | bytes:
    """As short as may be; `unpacked` knows which it is."""
    raw = text.encode()
    return zlib.compress(raw, 9) if PACKED_FROM <= len(raw) <= PACKED_TO else text


def unpacked(body: Value) -> str:
    return zlib.decompress(body).decode() if isinstance(body, bytes) else str(body)


def part(key: Key, place: int) -> Key:
    return key._replace(sk=f"{key.sk} {place:04}")


def parts_of(item: Item) -> list[Key]:
    """The keys of the items behind this one."""
    key = Key(str(item["pk"]), str(item["sk"]))
    return [part(key, place) for place in range(1, int(item.get("parts", 0)) + 1)]


async def whole(table: Table, item: Item) -> str:
    """The text of an item, with what stands behind it."""
    behind = parts_of(item)
    if not behind:
        return unpacked(item["body"])
    found = await table.get_all(behind)
    return "".join(unpacked(found[key]["body"]) for key in behind if key in found)


async def joined(items: AsyncIterable[Item]) -> AsyncIterator[Item]:
    """Items as a query brings them in order, each with its whole text; those without their head,
    or a head without all behind it, are on their way in or out."""
    head: Item | None = None
    pieces: list[str] = []
    async for item in items:
        if "part" in item:
            pieces.append(unpacked(item["body"]))
        else:
            if head is not None and len(pieces) == head["parts"]:
                yield {**head, "body": "".join(pieces)}
            head, pieces = (item, []) if item.get("parts") else (None, [])
            if head is None:
                yield {**item, "body": unpacked(item["body"])} if "body" in item else item
    if head is not None and len(pieces) == head["parts"]:
        yield {**head, "body": "".join(pieces)}
