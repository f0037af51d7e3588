"""What a message asks again gives way; what somebody wishes to begin afresh is forgotten."""

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import PRESENT, Update, Write, key_of
from aizuchi.engines.aws.memoryrows import (
    disturbed,
    dropped,
    forgets,
    memory_rows,
    shelves_of,
)
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed, Table
from aizuchi.events import Message
from aizuchi.recall import Scope, memory_key

MOST_AT_ONCE = 60
"""So many summaries of one memory go in a transaction; of more, the others before it."""


async def asked_again(table: Table, message: Message) -> int | None:
    """Where the turn stands that a message of its conversation asks again, with all that followed
    it."""
    row = await table.get(keys.turn(message.replaces)) if message.replaces else None
    if row is None or row.get("left") or row["conversation"] != message.conversation:
        return None
    return int(row["seq"])


async def give_way(store: Store, message: Message, begin: int, seq: int) -> None:
    """Marks what was said from a turn on, before another. Done before the transaction: the answer
    that takes its place stands already."""
    first, last = keys.said(message.conversation, begin), keys.said(message.conversation, seq)
    async for item in store.table.query(first.pk, first=first.sk, last=last.sk):
        if "part" not in item:
            marked = Update(key_of(item), set={"replaced": True}, only=PRESENT)
            try:
                await store.table.write(marked)
            except ConditionFailed:
                continue


async def giving_way(store: Store, message: Message, begin: int) -> list[Write]:
    """What covers a turn that gives way is no longer read."""
    shelves, now = shelves_of(message), store.clock()
    rows = await store.table.get_all([keys.summary(shelf) for shelf in shelves])
    return [disturbed(shelf, rows.get(keys.summary(shelf)), begin, now) for shelf in shelves]


async def forgetting(store: Store, message: Message, scope: Scope, seq: int) -> list[Write]:
    """A memory begins afresh, and its summaries go."""
    memory = memory_key(message, scope)
    if not memory:
        return []
    rows, now = await memory_rows(store.table, memory), store.clock()
    drops = [dropped(row, now) for row in rows.summaries]
    for drop in drops[MOST_AT_ONCE:]:
        await store.table.write(drop)
    forgotten = [forgets(memory, seq)] if rows.forgotten < seq else []
    return [*forgotten, *drops[:MOST_AT_ONCE]]
