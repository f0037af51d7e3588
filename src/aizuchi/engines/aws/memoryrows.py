"""What is kept of a memory beside the exchanges: how far it is forgotten, and its summaries.

A summary's row counts every change of what it covers (`rev`), so one that was made of what is gone
meanwhile is not kept.
"""

from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.cleaning import DAY_S
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Update, key_of
from aizuchi.engines.aws.table import Table
from aizuchi.events import Message, Place
from aizuchi.history import Summary
from aizuchi.recall import Scope, Shelf, person_of

SCOPES: tuple[Scope, ...] = ("thread", "channel", "user")


class MemoryRows(NamedTuple):
    """Of one memory key: the turn up to which it is forgotten, and the rows of its summaries."""

    forgotten: int
    summaries: Sequence[Item]


async def memory_rows(table: Table, memory_key: str) -> MemoryRows:
    forgotten, rows = 0, []
    async for item in table.query(keys.forgotten(memory_key).pk):
        if item["sk"] == "forgotten":
            forgotten = int(item["seq"])
        else:
            rows.append(item)
    return MemoryRows(forgotten, rows)


def shelves_of(message: Message) -> list[Shelf]:
    """Every shelf whose summary may cover a message, one for each scope."""
    return shelves_at(message.place, message.conversation, person_of(message))


def shelves_at(place: Place, conversation: str, person: str) -> list[Shelf]:
    """The same of what a person said there."""
    return [
        Shelf(
            scope,
            place,
            conversation if scope == "thread" else "",
            person if scope == "user" or place.audience == "private" else "",
        )
        for scope in SCOPES
    ]


def summary_in(row: Item | None) -> Summary:
    """What a row says; one that was dropped says nothing."""
    if row is None or not row.get("upto"):
        return Summary()
    return Summary((row["place"], row["audience"]), int(row["upto"]), str(row["body"]))


def dropped(row: Item, now: float) -> Update:
    """The summary goes, and with it whatever is being made of it now."""
    nothing: Item = {"upto": 0, "body": "", "until": int(now + DAY_S)}
    return Update(key_of(row), set=nothing, add={"rev": 1})


def disturbed(shelf: Shelf, row: Item | None, turn: int, now: float) -> Update:
    """Something changed at a turn of a shelf: what covers that is dropped, and what is being made
    now is not kept."""
    if row is not None and not 0 < int(row.get("upto", 0)) < turn:
        return dropped(row, now)
    ends: Item = {} if row else {"until": int(now + DAY_S)}
    return Update(keys.summary(shelf), set=ends, add={"rev": 1})


def forgets(memory_key: str, seq: int) -> Update:
    """Up to this turn a memory is forgotten, unless it is already further."""
    only = Only("attribute_not_exists(#pk) OR #seq < :seq", {"seq": seq})
    return Update(keys.forgotten(memory_key), set={"seq": seq}, only=only)
