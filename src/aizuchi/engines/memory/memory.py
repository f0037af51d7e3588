"""Memory: what was said in a scope, as far as the audience of a message may hear it."""

from collections.abc import Sequence

from aizuchi.engines.memory.store import Said, Store
from aizuchi.events import Message
from aizuchi.ports import Exchange
from aizuchi.recall import Scope, may_recall, memory_key, person_of

REMEMBERED = ("answered", "cancelled")


class MemoryMemory:
    """The Memory port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def recall(self, message: Message, scope: Scope, turns: int) -> Sequence[Exchange]:
        key = memory_key(message, scope)
        if not key or turns < 1:
            return ()
        since = self._store.forgotten.get(key, 0)
        found = [
            Exchange(said.message.text, said.finished.text)
            for seq, said in sorted(self._store.said.items())
            if seq > since and memory_key(said.message, scope) == key
            if _may_be_quoted(said, message) and not self._is_asked_again(seq, said, message)
        ]
        return found[-turns:]

    def _is_asked_again(self, seq: int, said: Said, message: Message) -> bool:
        begin = self._store.asked_again(message)
        here = said.message.conversation == message.conversation
        return begin is not None and here and seq >= begin


def _may_be_quoted(said: Said, message: Message) -> bool:
    finished = said.finished
    remembered = bool(finished.text) and finished.outcome in REMEMBERED and not said.replaced
    return remembered and may_recall(said.message.place, person_of(said.message), message)
