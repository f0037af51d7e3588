"""A person's threads: list, read, rename, delete."""

from collections.abc import Sequence

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.deleting import delete
from aizuchi.engines.aws.filing import content_of
from aizuchi.engines.aws.finding import LAST
from aizuchi.engines.aws.lives import life_of
from aizuchi.engines.aws.replacing import asked_again
from aizuchi.engines.aws.saidrows import row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.talks import Talk, talk_of, written
from aizuchi.engines.aws.texts import joined
from aizuchi.events import decode_message
from aizuchi.history import ChatInfo, Said, being_said, thread_of
from aizuchi.live import LiveLog

PAUSE_S = 0.02


class AwsChats:
    """The Chats port."""

    def __init__(self, store: Store, log: LiveLog) -> None:
        self._store, self._log = store, log

    async def list(self, person: str) -> Sequence[ChatInfo]:
        table = self._store.table
        pointers = table.query(keys.person(person).pk, f"{keys.TALK} ")
        names = [str(item["conversation"]) async for item in pointers]
        found = await table.get_all([keys.talk(name) for name in names])
        talks = (talk_of(name, found.get(keys.talk(name))) for name in names)
        own = sorted(
            (talk for talk in talks if talk.owner == person),
            key=lambda talk: (_touched_at(talk), talk.begun),
            reverse=True,
        )
        return [_info(talk) for talk in own]

    async def read(self, person: str, conversation: str) -> Sequence[Said] | None:
        talk = await self._owned(person, conversation)
        if talk is None:
            return None
        said: dict[int, Said] = {}
        replaced: list[tuple[int, int]] = []
        for waiting in talk.open:
            life = await life_of(self._store.table, waiting.turn_id)
            if life.row and life.row["body"]:
                message = decode_message(str(life.row["body"]))
                said[waiting.seq] = being_said(message, waiting.accepted_at, life.log)
                if begin := await asked_again(self._store.table, message):
                    replaced.append((begin, waiting.seq))
        said |= await self._said(conversation)  # what settled meanwhile stands there by now
        return thread_of(said, replaced)

    async def whose(self, beginning: str) -> Sequence[str]:
        table = self._store.table
        found = [item async for item in table.query("owned", keys.owned(beginning).sk)]
        named = [str(item["conversation"]) for item in found]
        talks = await table.get_all([keys.talk(name) for name in named])
        return sorted({str(talk["owner"]) for talk in talks.values()} - {""})

    async def rename(self, person: str, conversation: str, title: str) -> bool:
        while talk := await self._owned(person, conversation):
            until = self._store.text_until(self._store.clock())
            named = written(talk._replace(title=title), self._store.clock(), until)
            try:
                await self._store.table.write(named)
            except ConditionFailed:
                await self._store.pause(PAUSE_S)
            else:
                return True
        return False

    async def file(self, person: str, key: str) -> bytes | None:
        return await content_of(self._store.table, person, key)

    async def delete(self, person: str, conversation: str) -> bool:
        while talk := await self._owned(person, conversation):
            try:
                await delete(self._store, talk)
            except ConditionFailed:
                await self._store.pause(PAUSE_S)
                continue
            for waiting in talk.open:
                self._log.stop(waiting.turn_id)
                self._log.forget(waiting.turn_id)
            return True
        return False

    async def _owned(self, person: str, conversation: str) -> Talk | None:
        item = await self._store.table.get(keys.talk(conversation))
        return talk_of(conversation, item) if item and item["owner"] == person else None

    async def _said(self, conversation: str) -> dict[int, Said]:
        first, last = keys.said(conversation, 0), keys.said(conversation, LAST)
        items = self._store.table.query(first.pk, first=first.sk, last=last.sk)
        return {
            int(item["seq"]): row_of(str(item["body"])).said
            async for item in joined(items)
            if not item.get("replaced")
        }


def _touched_at(talk: Talk) -> float:
    return max([talk.changed_at, *(each.accepted_at for each in talk.open)])


def _info(talk: Talk) -> ChatInfo:
    return ChatInfo(talk.conversation, talk.title, _touched_at(talk), bool(talk.open))
