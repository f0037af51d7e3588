"""What was said, newest first, by conversation, by person or by shared place."""

from collections.abc import AsyncIterator, Sequence
from math import inf

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Key
from aizuchi.engines.aws.saidrows import place_of, row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.talks import talk_of
from aizuchi.engines.aws.texts import whole
from aizuchi.engines.aws.turnrows import is_open
from aizuchi.history import Kept
from aizuchi.recall import Shelf

LAST = 10**19
AT_ONCE = 50


async def remembered(store: Store, shelf: Shelf, since: int) -> AsyncIterator[Item]:
    """What is still recalled of the memory that a shelf belongs to, past a turn, newest first."""
    if shelf.scope == "thread":
        first, last = keys.said(shelf.conversation, since + 1), keys.said(shelf.conversation, LAST)
        async for item in store.table.query(
            first.pk, first=first.sk, last=last.sk, newest_first=True, page=AT_ONCE
        ):
            if _counts(item):
                yield item
        return
    async for group in _pointed_to(store.table, shelf, since):
        places = [said_at(pointer) for pointer in group]
        found = await store.table.get_all(places)
        for place in places:
            if place in found and _counts(found[place]):
                yield found[place]


async def open_from(store: Store, shelf: Shelf, since: int) -> float:
    """The place of the first turn of a shelf that is still open: what stands past it may yet come
    to stand behind another."""
    if shelf.scope == "thread":
        talk = talk_of(shelf.conversation, await store.table.get(keys.talk(shelf.conversation)))
        return min((each.seq for each in talk.open), default=inf)
    first = inf
    async for group in _pointed_to(store.table, shelf, since):
        rows = await store.table.get_all([keys.turn(str(each["turn_id"])) for each in group])
        open_ones = (int(row["seq"]) for row in rows.values() if is_open(row))
        first = min(first, *open_ones, inf)
    return first


async def kept_of(table: Table, item: Item) -> Kept:
    row = row_of(item, await whole(table, item))
    return Kept((item["place"], item["audience"]), int(item["seq"]), row.exchange)


def stands_on(item: Item, shelf: Shelf) -> bool:
    """Whether an exchange is one that the summary of a shelf may cover."""
    return place_of(item) == shelf.place and shelf.person in ("", item["person"])


def said_at(pointer: Item) -> Key:
    return keys.said(str(pointer["conversation"]), int(pointer["seq"]))


def _counts(item: Item) -> bool:
    return "part" not in item and bool(item["remembered"]) and not item.get("replaced")


async def _pointed_to(table: Table, shelf: Shelf, since: int) -> AsyncIterator[Sequence[Item]]:
    """Where turns stand that a person has said, or that were said in a shared place; of a channel,
    those in it."""
    of = keys.turn_of if shelf.person else keys.turn_in
    name = shelf.person or shelf.place.key
    first, last = of(name, since + 1), of(name, LAST)
    group: list[Item] = []
    async for item in table.query(first.pk, first=first.sk, last=last.sk, newest_first=True):
        if shelf.scope == "user" or item["place"] == shelf.place.key:
            group.append(item)
        if len(group) == AT_ONCE:
            yield group
            group = []
    if group:
        yield group
