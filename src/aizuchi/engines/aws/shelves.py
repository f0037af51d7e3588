"""The shelves of memory: what stands on one in reach of a summary, and what that says."""

from collections.abc import Sequence

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.finding import kept_of, open_from, remembered, stands_on
from aizuchi.engines.aws.items import Check, Delete, Item, Only, Update, key_of
from aizuchi.engines.aws.memoryrows import summary_in
from aizuchi.engines.aws.saidrows import place_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled, Table
from aizuchi.history import Kept, Overflow, Summary, overflow_of
from aizuchi.recall import REACH, Scope, Shelf, Window

SCOPES: dict[str, Scope] = {"thread": "thread", "channel": "channel", "user": "user"}
EVER = 1_000_000


async def overflow(store: Store, shelf: Shelf, window: Window) -> Overflow | None:
    """First looks at no more than a window; it is full seldom."""
    if not await _is_full(store, shelf, window):
        return None
    summary = summary_in(await store.table.get(keys.summary(shelf)))
    near = await _on_shelf(store, shelf, summary.upto, window.turns + 1)
    if overflow_of(shelf, summary, near, window) is None:
        return None
    far = await _on_shelf(store, shelf, summary.upto, window.turns * REACH)
    return overflow_of(shelf, summary, far, window)


async def summarise(store: Store, overflow: Overflow, text: str) -> bool:
    """One that is made of what changes meanwhile is not kept: neither what it covers nor up to
    where all is forgotten may be other than it was read."""
    shelf = overflow.shelf
    row_key, forgotten_key = keys.summary(shelf), keys.forgotten(shelf.memory_key)
    found = await store.table.get_all([row_key, forgotten_key])
    row = found.get(row_key)
    summary = summary_in(row)
    if (summary.upto, summary.text) != (overflow.upto, overflow.summary):
        return False
    ahead = await _on_shelf(store, shelf, overflow.turns[0] - 1, EVER)
    if tuple(kept.seq for kept in ahead[: len(overflow.turns)]) != overflow.turns:
        return False
    keeping = _kept_summary(store, overflow, text, row)
    try:
        await store.table.transact(
            [keeping, Check(forgotten_key, _same(store, found.get(forgotten_key), "seq"))]
        )
    except Cancelled:
        return False
    return True


async def due(table: Table) -> Sequence[Shelf]:
    """Each is told to one who asks."""
    found = [item async for item in table.query("due")]
    return [shelf_in(item) for item in found if await table.write(Delete(key_of(item)))]


async def _is_full(store: Store, shelf: Shelf, window: Window) -> bool:
    """Whether all there is would be too much, whatever of it is covered or forgotten."""
    kept: list[Kept] = []
    async for item in remembered(store, shelf, 0):
        if stands_on(item, shelf):
            kept.append(await kept_of(store.table, item))
        if len(kept) > window.turns:
            break
    return overflow_of(shelf, Summary(), kept[::-1], window) is not None


async def _on_shelf(store: Store, shelf: Shelf, upto: int, most: int) -> list[Kept]:
    """The last exchanges of a shelf past a turn, up to what is still open, oldest first."""
    forgotten = await store.table.get(keys.forgotten(shelf.memory_key))
    since = max(upto, int(forgotten["seq"]) if forgotten else 0)
    until = await open_from(store, shelf, since)
    kept: list[Kept] = []
    async for item in remembered(store, shelf, since):
        if int(item["seq"]) < until and stands_on(item, shelf):
            kept.append(await kept_of(store.table, item))
        if len(kept) == most:
            break
    return kept[::-1]


def _kept_summary(store: Store, overflow: Overflow, text: str, row: Item | None) -> Update:
    shelf, until = overflow.shelf, store.text_until(store.clock())
    where = {"place": shelf.place.key, "audience": shelf.place.audience}
    which = {"scope": shelf.scope, "conversation": shelf.conversation, "person": shelf.person}
    said: Item = {"upto": overflow.turns[-1], "body": text}
    return Update(
        keys.summary(shelf),
        set={**where, **which, **said, **until},
        add={"rev": 1},
        remove=() if until else ("until",),
        only=_same(store, row, "rev"),
    )


def _same(store: Store, item: Item | None, name: str) -> Only:
    if item is None:
        text = f"attribute_not_exists(#{name}) OR #until < :now"
        return Only(text, {"now": store.clock()})
    return Only(f"#{name} = :{name}", {name: item[name]})


def shelf_in(item: Item) -> Shelf:
    return Shelf(
        SCOPES[str(item["scope"])], place_of(item), str(item["conversation"]), str(item["person"])
    )
