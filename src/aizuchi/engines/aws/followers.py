"""Sockets and who is told over them, in the table; what a gateway closes, it closes after two
hours."""

import json
from collections.abc import Mapping, Sequence

from aizuchi.answers import Position
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import ABSENT, Delete, Item, Key, Only, Put, Update, key_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled, ConditionFailed
from aizuchi.followers import Follower, Visitor
from aizuchi.words import Language

LONGEST_OPEN_S = 2 * 3600.0
MARGIN_S = 600.0
MOST_PENDING = 200_000
"""Characters of frames that stand in an item; whoever would need more comes back instead."""

AS_IT_WAS = "#sequence = :sequence AND #answers = :answers AND #attempt <= :attempt"


class AwsVisitors:
    """The Visitors port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def enter(self, visitor: Visitor) -> None:
        ends = _until(self._store)
        whose = keys.socket_of(visitor.key, visitor.socket)
        item = {**keys.socket(visitor.socket)._asdict(), **visitor._asdict(), **ends}
        pointer = {**whose._asdict(), "socket": visitor.socket, **ends}
        await self._store.table.write_all([Put(item), Put(pointer)])

    async def who(self, socket: str) -> Visitor | None:
        item = await self._store.table.get(keys.socket(socket))
        return _visitor(item) if item else None

    async def leave(self, socket: str) -> None:
        gone: list[Key] = []
        async for item in self._store.table.query(keys.socket(socket).pk):
            gone.append(key_of(item))
            if "key" in item:
                gone.append(keys.socket_of(str(item["key"]), socket))
            else:
                conversation, request_id = str(item["conversation"]), str(item["request_id"])
                gone.append(keys.heard(conversation, socket, request_id))
        await self._store.table.write_all([Delete(key) for key in gone])


class AwsFollowers:
    """The Followers port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def asked(self, socket: str) -> Mapping[str, str]:
        items = self._store.table.query(keys.socket(socket).pk, f"{keys.ASKED} ")
        return {str(item["request_id"]): str(item["conversation"]) async for item in items}

    async def add(self, follower: Follower) -> bool:
        ends = _until(self._store)
        which = {"conversation": follower.conversation, "request_id": follower.request_id}
        asked = keys.asked_over(follower.socket, follower.request_id)
        puts = [
            Put({**asked._asdict(), **which, **ends}, ABSENT),
            Put({**_item(follower), **ends}, ABSENT),
        ]
        try:
            await self._store.table.transact(puts)
        except Cancelled:
            return False
        return True

    async def of(self, conversation: str) -> Sequence[Follower]:
        first = keys.heard(conversation, "", "")
        return [_follower(item) async for item in self._store.table.query(first.pk)]

    async def change(self, before: Follower, after: Follower | None) -> bool:
        goes_on = after is not None and after.answers == before.answers
        attempt = after.attempt if after and goes_on else before.attempt
        as_it_was: Item = {"sequence": before.sequence, "answers": _answers(before)}
        only = Only(AS_IT_WAS, {**as_it_was, "attempt": attempt})
        if after is None:
            return await self._end(before, only)
        item = _item(after)
        changed = {name: value for name, value in item.items() if name not in Key._fields}
        try:
            await self._store.table.write(Update(key_of(item), set=changed, only=only))
        except ConditionFailed as failed:
            old = failed.old or {}  # what a write of ours has left whose reply was lost is ours
            return bool(changed) and all(old.get(name) == changed[name] for name in changed)
        return True

    async def _end(self, follower: Follower, only: Only) -> bool:
        try:
            await self._store.table.write(Delete(_key(follower), only))
        except ConditionFailed as failed:
            if failed.old:
                return False
        asked = keys.asked_over(follower.socket, follower.request_id)
        await self._store.table.write(Delete(asked))
        return True


async def silence(store: Store, conversation: str) -> None:
    """No words of a conversation stand any longer with those who are told it: they are told its
    end."""
    first = keys.heard(conversation, "", "")
    async for item in store.table.query(first.pk):
        there = Only("attribute_exists(#pk)")
        try:
            await store.table.write(Update(key_of(item), set={"pending": "[]"}, only=there))
        except ConditionFailed:
            continue


async def forget_sockets(store: Store, person: str) -> None:
    """Nobody knows any longer whose the sockets of a person are; what they are being told is told
    to its end, and of it nothing is kept."""
    followers = AwsFollowers(store)
    items = store.table.query(keys.person(person).pk, f"{keys.SOCKET} ")
    for socket in [str(item["socket"]) async for item in items]:
        for conversation in {*(await followers.asked(socket)).values()}:
            await silence(store, conversation)
        gone = (keys.socket(socket), keys.socket_of(person, socket))
        await store.table.write_all([Delete(key) for key in gone])


def _until(store: Store) -> Item:
    return {"until": int(store.clock() + LONGEST_OPEN_S + MARGIN_S)}


def _key(follower: Follower) -> Key:
    return keys.heard(follower.conversation, follower.socket, follower.request_id)


def _answers(follower: Follower) -> str:
    return json.dumps(follower.answers)


def _item(follower: Follower) -> Item:
    pending = json.dumps(follower.pending, ensure_ascii=False)
    attempt, n = follower.position
    return {
        **_key(follower)._asdict(),
        "socket": follower.socket,
        "request_id": follower.request_id,
        "conversation": follower.conversation,
        "answers": _answers(follower),
        "at_attempt": attempt,
        "at_n": n,
        "sequence": follower.sequence,
        "attempt": follower.attempt,
        "pending": pending if len(pending) <= MOST_PENDING else "[]",
        "busy_until": follower.busy_until,
    }


def _follower(item: Item) -> Follower:
    answers = tuple(
        (turn_id, _language(name)) for turn_id, name in json.loads(str(item["answers"]))
    )
    return Follower(
        str(item["socket"]),
        str(item["request_id"]),
        str(item["conversation"]),
        answers,
        Position(int(item["at_attempt"]), int(item["at_n"])),
        int(item["sequence"]),
        int(item["attempt"]),
        tuple(json.loads(str(item["pending"]))),
        float(item["busy_until"]),
    )


def _visitor(item: Item) -> Visitor:
    socket, person, key, language = (str(item[name]) for name in Visitor._fields)
    return Visitor(socket, person, key, _language(language))


def _language(name: str) -> Language:
    return "ja" if name == "ja" else "en"
