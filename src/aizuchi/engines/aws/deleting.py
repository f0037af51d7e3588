"""A thread that somebody deletes: what runs in it is fenced off first, its row goes last."""

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.asking import take_back
from aizuchi.engines.aws.finding import LAST
from aizuchi.engines.aws.followers import silence
from aizuchi.engines.aws.forgetting import erase
from aizuchi.engines.aws.items import PRESENT, Delete, Item, Update
from aizuchi.engines.aws.memoryrows import dropped, shelves_at
from aizuchi.engines.aws.saidrows import place_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.talks import Talk, unchanged
from aizuchi.engines.aws.turnrows import OVER


async def delete(store: Store, talk: Talk) -> None:
    """All of it, with its summaries, wherever their scope; what is known of its messages is only
    that they were there.

    Raises:
        ConditionFailed: something has come to stand there meanwhile; it is to be done again.
    """
    for waiting in talk.open:
        await _cut_off(store, talk, waiting.turn_id, waiting.seq)
    await silence(store, talk.conversation)
    first, last = keys.said(talk.conversation, 0), keys.said(talk.conversation, LAST)
    said = [
        item
        async for item in store.table.query(first.pk, first=first.sk, last=last.sk)
        if "part" not in item
    ]
    for item in said:
        await _drop_summaries(store, talk, item)
        await take_back(store.table, str(item["turn_id"]))
        turn_id, seq = str(item["turn_id"]), int(item["seq"])
        await erase(store, talk.conversation, seq, turn_id, with_life=False)
    whole = (keys.talk_of(talk.owner, talk.conversation), keys.owned(talk.conversation))
    await store.table.write(Delete(keys.talk(talk.conversation), unchanged(talk, store.clock())))
    forgotten = keys.forgotten(f"thread {talk.conversation}")
    await store.table.write_all([Delete(key) for key in (*whole, forgotten)])


async def _cut_off(store: Store, talk: Talk, turn_id: str, seq: int) -> None:
    """Another attempt than any that is at work: those can do nothing any more."""
    now = store.clock()
    over: Item = {"state": OVER, "settled_at": now, "left": True, "body": "", "trace": ""}
    ends = {**over, "lease_until": 0, **store.id_until(now)}
    try:
        await store.table.write(
            Update(keys.turn(turn_id), set=ends, add={"attempt": 1}, only=PRESENT)
        )
    except ConditionFailed:
        return
    await erase(store, talk.conversation, seq, turn_id, with_life=False)


async def _drop_summaries(store: Store, talk: Talk, said: Item) -> None:
    """Also those that it shares with what was said elsewhere in its place."""
    shelves = shelves_at(place_of(said), talk.conversation, str(said["person"]))
    rows = await store.table.get_all([keys.summary(shelf) for shelf in shelves])
    for row in rows.values():
        await store.table.write(dropped(row, store.clock()))
