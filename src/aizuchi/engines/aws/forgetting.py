"""A person who wished to be forgotten: all that goes. Done again after a crash, it goes on: what
says that there is more goes last."""

from aizuchi.access import day_of
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.asking import take_back
from aizuchi.engines.aws.filing import file_keys
from aizuchi.engines.aws.followers import forget_sockets
from aizuchi.engines.aws.items import PRESENT, Delete, Item, Put, Update, key_of
from aizuchi.engines.aws.memoryrows import disturbed, dropped, memory_rows, shelves_at
from aizuchi.engines.aws.persons import pointers_of
from aizuchi.engines.aws.saidrows import place_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled, ConditionFailed
from aizuchi.engines.aws.talks import talk_of, written
from aizuchi.engines.aws.texts import parts_of
from aizuchi.engines.aws.turnrows import is_open
from aizuchi.engines.aws.usage import usage_in, used
from aizuchi.history import OURS
from aizuchi.recall import Shelf


async def forget_person(store: Store, person: str, wish: int) -> None:
    """All that a person said and was answered, but for the turn in which they wished it and what
    is still to be answered."""
    async for group in pointers_of(store, person):
        for pointer in group:
            await unsay(store, pointer)
    await _take_questions_back(store, person)
    await _drop_summaries(store, person)
    async for item in store.table.query(keys.person(person).pk, f"{keys.TALK} "):
        await _forget_talk(store, person, str(item["conversation"]), wish)
    await forget_sockets(store, person)
    await _give_up_days(store, person)


async def unsay(store: Store, pointer: Item) -> None:
    """An exchange goes; that its turn was there stays as long as its message may come again."""
    conversation, seq = str(pointer["conversation"]), int(pointer["seq"])
    turn_id = str(pointer["turn_id"])
    row = await store.table.get(keys.turn(turn_id))
    if row and is_open(row):
        return
    await erase(store, conversation, seq, turn_id, with_life=True)
    await _unsummarise(store, pointer, seq)
    gone = [keys.turn_of(str(pointer["person"]), seq)]
    if pointer["audience"] == "shared":
        gone.append(keys.turn_in(str(pointer["place"]), seq))
    await store.table.write_all([Delete(key) for key in gone])


async def erase(
    store: Store, conversation: str, seq: int, turn_id: str, *, with_life: bool
) -> None:
    """The words of a settled turn, in whatever form; and what is told of its life."""
    said = await store.table.get(keys.said(conversation, seq))
    turn = keys.turn(turn_id)
    items = [key_of(item) async for item in store.table.query(turn.pk)]
    gone = [key for key in items if with_life or not key.sk.startswith(keys.NOTE)]
    words = [keys.said(conversation, seq), *parts_of(said)] if said else []
    files = await file_keys(store.table, turn_id)
    await store.table.write_all([Delete(key) for key in (*words, *gone, *files) if key != turn])
    told: Item = {"trace": ""} if with_life else {}
    left: Item = {"left": True, **told, **store.id_until(store.clock())}
    try:
        await store.table.write(Update(turn, set=left, only=PRESENT))
    except ConditionFailed:
        return


async def _unsummarise(store: Store, pointer: Item, seq: int) -> None:
    """The summaries that may cover it go; one that is shared with others is due to be made anew."""
    person, now = str(pointer["person"]), store.clock()
    shelves = shelves_at(place_of(pointer), str(pointer["conversation"]), person)
    rows = await store.table.get_all([keys.summary(shelf) for shelf in shelves])
    for shelf in shelves:
        row = rows.get(keys.summary(shelf))
        if row and not shelf.person and int(row.get("upto", 0)) >= seq:
            await store.table.write(due(shelf))
        if row:
            await store.table.write(disturbed(shelf, row, seq, now))


def due(shelf: Shelf) -> Put:
    """Its summary is to be made anew."""
    where = {"place": shelf.place.key, "audience": shelf.place.audience}
    which = {"scope": shelf.scope, "conversation": shelf.conversation, "person": shelf.person}
    return Put({**keys.due(shelf)._asdict(), **where, **which})


async def _take_questions_back(store: Store, person: str) -> None:
    async for item in store.table.query(keys.person(person).pk, f"{keys.ASKED} "):
        await take_back(store.table, str(item["turn_id"]))
        await store.table.write(Delete(key_of(item)))


async def _drop_summaries(store: Store, person: str) -> None:
    memory = f"user {person}"
    rows = await memory_rows(store.table, memory)
    for row in rows.summaries:
        await store.table.write(dropped(row, store.clock()))
    await store.table.write(Delete(keys.forgotten(memory)))


async def _forget_talk(store: Store, person: str, conversation: str, wish: int) -> None:
    """A thread goes, unless something in it is still to be answered that they said afterwards, or
    with which they wished it; then it only loses its title."""
    talk = await _unlisted(store, conversation, wish)
    await store.table.write(Delete(keys.forgotten(f"thread {conversation}")))
    if not talk:
        gone = (keys.talk_of(person, conversation), keys.owned(conversation))
        await store.table.write_all([Delete(key) for key in gone])


async def _unlisted(store: Store, conversation: str, wish: int) -> bool:
    """Whether it is still there."""
    while True:
        item = await store.table.get(keys.talk(conversation))
        talk = talk_of(conversation, item)
        stays = any(each.seq >= wish for each in talk.open)
        owner = talk.owner if stays else ""
        if not item:
            return False
        until = store.id_until(store.clock())
        try:
            await store.table.write(
                written(talk._replace(title="", owner=owner), store.clock(), until)
            )
        except ConditionFailed:
            await store.pause(0.02)
        else:
            return stays


async def _give_up_days(store: Store, person: str) -> None:
    """What was used stays counted, as nobody's; of today it stays theirs, for today's limits."""
    today = day_of(store.clock())
    before = [
        str(item["sk"]) async for item in store.table.query("days") if str(item["sk"]) < today
    ]
    found = await store.table.get_all([keys.day(date, person) for date in before])
    for key, item in found.items():
        counting, _ = used(store, usage_in(item)._replace(person=OURS))
        try:
            await store.table.transact([Delete(key, only=PRESENT), counting])
        except Cancelled:
            continue
