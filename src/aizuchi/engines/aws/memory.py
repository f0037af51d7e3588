"""Memory: what was said in a scope, as far as the audience of a message may hear it."""

from collections.abc import Sequence

from aizuchi.access import day_of
from aizuchi.engines.aws import keys, persons, shelves
from aizuchi.engines.aws.finding import kept_of, remembered
from aizuchi.engines.aws.items import Item
from aizuchi.engines.aws.memoryrows import MemoryRows, memory_rows, summary_in
from aizuchi.engines.aws.replacing import asked_again
from aizuchi.engines.aws.saidrows import place_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.usage import used
from aizuchi.events import Message
from aizuchi.history import (
    OURS,
    Holdings,
    Kept,
    Overflow,
    Own,
    Recollection,
    Summary,
    UsageDay,
    recollection,
)
from aizuchi.recall import (
    MOST_SUMMARIES,
    Scope,
    Shelf,
    Window,
    may_read,
    may_recall,
    memory_key,
    shelf_of,
)


class AwsMemory:
    """The Memory port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recall(self, message: Message, scope: Scope, window: Window) -> Recollection:
        memory = memory_key(message, scope)
        if not memory or window.turns < 1:
            return Recollection()
        rows = await memory_rows(self._store.table, memory)
        begin = await asked_again(self._store.table, message)
        kept = await self._kept(message, scope, rows.forgotten, begin, window)
        summaries = _summaries(rows, message, scope, begin)
        return recollection(kept, summaries, window)

    async def _kept(
        self, message: Message, scope: Scope, since: int, begin: int | None, window: Window
    ) -> list[Kept]:
        """The last exchanges, oldest first."""
        kept: list[Kept] = []
        shelf = shelf_of(message, scope)
        async for item in remembered(self._store, shelf, since):
            if _is_asked_again(item, message, begin):
                continue
            if may_recall(place_of(item), str(item["person"]), message):
                kept.append(await kept_of(self._store.table, item))
            if len(kept) == window.turns:
                break
        return kept[::-1]

    async def overflow(self, shelf: Shelf, window: Window) -> Overflow | None:
        return await shelves.overflow(self._store, shelf, window)

    async def summarise(self, overflow: Overflow, text: str, tokens: int = 0) -> bool:
        if tokens:
            today = UsageDay(day_of(self._store.clock()), OURS, 0, tokens)
            await self._store.table.transact(used(self._store, today))
        return await shelves.summarise(self._store, overflow, text)

    async def due(self) -> Sequence[Shelf]:
        return await shelves.due(self._store.table)

    async def holds(self, person: str) -> Holdings:
        return await persons.holds(self._store, person)

    async def export(self, person: str) -> Sequence[Own]:
        return await persons.export(self._store, person)


def _is_asked_again(item: Item, message: Message, begin: int | None) -> bool:
    here = item["pk"] == keys.talk(message.conversation).pk
    return begin is not None and here and int(item["seq"]) >= begin


def _summaries(
    rows: MemoryRows, message: Message, scope: Scope, begin: int | None
) -> list[Summary]:
    """Those that may be read in the answer to a message; none that covers what it asks again."""
    found = [
        summary
        for row in rows.summaries
        if (summary := summary_in(row)).upto and may_read(shelves.shelf_in(row), message, scope)
        if begin is None or row["place"] != message.place.key or summary.upto < begin
    ]
    return sorted(found, key=lambda summary: -summary.upto)[:MOST_SUMMARIES]
