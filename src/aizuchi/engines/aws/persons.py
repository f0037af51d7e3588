"""A person: what the table has of them, to be taken away, and whether they are forgotten."""

from collections.abc import AsyncIterator, Sequence

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Update
from aizuchi.engines.aws.saidrows import row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.texts import whole
from aizuchi.history import Holdings, Own

AT_ONCE = 50


def is_forgotten_since(person: Item | None, seq: int) -> bool:
    """Whether a person wished to be forgotten after this turn was accepted."""
    return bool(person) and int(person["forgotten"]) > seq  # type: ignore[index]  # it is there


def wishes(person: str, seq: int) -> Update:
    """From here on the person is forgotten up to this turn."""
    only = Only("attribute_not_exists(#pk) OR #forgotten <= :seq", {"seq": seq})
    return Update(keys.person(person), set={"forgotten": seq}, only=only)


async def said_by(store: Store, person: str) -> AsyncIterator[Item]:
    """What a person said and was answered, oldest first."""
    async for group in pointers_of(store, person):
        names = [str(each["conversation"]) for each in group]
        places = [
            keys.said(name, int(each["seq"])) for name, each in zip(names, group, strict=True)
        ]
        found = await store.table.get_all(places)
        for name, place in zip(names, places, strict=True):
            if place in found:
                yield {**found[place], "conversation": name}


async def holds(store: Store, person: str) -> Holdings:
    conversations = [str(item["conversation"]) async for item in said_by(store, person)]
    return Holdings(len(conversations), len(set(conversations)))


async def export(store: Store, person: str) -> Sequence[Own]:
    return [
        Own(str(item["conversation"]), row_of(item, await whole(store.table, item)).said)
        async for item in said_by(store, person)
    ]


async def pointers_of(store: Store, person: str) -> AsyncIterator[list[Item]]:
    """Where their turns stand, some at a time."""
    group: list[Item] = []
    async for item in store.table.query(keys.person(person).pk, f"{keys.TURN} "):
        group.append(item)
        if len(group) == AT_ONCE:
            yield group
            group = []
    yield group
