"""A person's threads: list, read, rename, delete."""

from collections.abc import Callable, Sequence

from aizuchi.engines.memory import store as stored
from aizuchi.engines.memory.store import Store
from aizuchi.history import ChatInfo, Said, asked_of, being_said, thread_of
from aizuchi.live import LiveLog


class MemoryChats:
    """The Chats port."""

    def __init__(self, store: Store, log: LiveLog, clock: Callable[[], float]) -> None:
        self._store, self._log, self._clock = store, log, clock

    async def list(self, person: str) -> Sequence[ChatInfo]:
        own = [key for key, one in self._store.conversations.items() if one.owner == person]
        newest = [self._info(key) for key in reversed(own)]
        return sorted(newest, key=lambda chat: chat.changed_at, reverse=True)

    async def read(self, person: str, conversation: str) -> Sequence[Said] | None:
        if not self._owns(person, conversation):
            return None
        work = self._store.open_in(conversation)
        asking = [(self._store.asked_again(turn.message), turn.seq) for turn in work]
        said = {
            seq: said_of(one)
            for seq, one in self._store.said_in(conversation).items()
            if not one.replaced
        }
        entries = self._store.entries
        said |= {
            turn.seq: being_said(turn.message, turn.accepted_at, entries.get(turn.seq, []))
            for turn in work
        }
        return thread_of(said, [(begin, seq) for begin, seq in asking if begin])

    async def whose(self, beginning: str) -> Sequence[str]:
        conversations = self._store.conversations.items()
        owners = {one.owner for key, one in conversations if key.startswith(beginning)}
        return sorted(owners - {""})

    async def rename(self, person: str, conversation: str, title: str) -> bool:
        if not self._owns(person, conversation):
            return False
        one = self._store.conversations[conversation]
        self._store.conversations[conversation] = one._replace(title=title)
        return True

    async def delete(self, person: str, conversation: str) -> bool:
        if not self._owns(person, conversation):
            return False
        work = self._store.open_in(conversation)
        seqs = [*(turn.seq for turn in work), *self._store.said_in(conversation)]
        places = {one.message.place.key for one in self._store.said_in(conversation).values()}
        for shelf in [shelf for shelf in self._store.summaries if shelf.place.key in places]:
            del self._store.summaries[shelf]
        for seq in seqs:
            self._store.ended[seq] = self._clock()
            for kept in (
                self._store.work,
                self._store.said,
                self._store.entries,
                self._store.written,
            ):
                kept.pop(seq, None)
        for turn_id, one in list(self._store.pending.items()):
            if one.message.conversation == conversation:
                del self._store.pending[turn_id]
        self._store.drop_files()
        self._store.forgotten.pop(f"thread {conversation}", None)
        del self._store.conversations[conversation]
        for turn in work:
            self._log.stop(turn.message.turn_id)
            self._log.forget(turn.message.turn_id)
        return True

    async def file(self, person: str, key: str) -> bytes | None:
        file = self._store.files.get(key)
        return file.content if file and file.person == person else None

    def _owns(self, person: str, conversation: str) -> bool:
        found = self._store.conversations.get(conversation)
        return found is not None and found.owner == person

    def _info(self, key: str) -> ChatInfo:
        one, work = self._store.conversations[key], self._store.open_in(key)
        changed_at = max([one.changed_at, *(turn.accepted_at for turn in work)])
        return ChatInfo(key, one.title, changed_at, bool(work))


def said_of(one: stored.Said) -> Said:
    asked = asked_of(one.message, one.asked_at, running=False)
    return asked.ended(one.finished, one.trail, undelivered=bool(one.undelivered))
