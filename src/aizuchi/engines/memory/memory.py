"""Memory: what was said in a scope, as far as the audience of a message may hear it."""

from collections.abc import Callable, Sequence

from aizuchi.access import day_of
from aizuchi.engines.memory.chats import said_of
from aizuchi.engines.memory.store import Said, Store, Used
from aizuchi.events import Message
from aizuchi.history import (
    OURS,
    Exchange,
    Holdings,
    Kept,
    Overflow,
    Own,
    Recollection,
    Summary,
    overflow_of,
    recollection,
)
from aizuchi.recall import (
    MOST_SUMMARIES,
    REACH,
    Scope,
    Shelf,
    Window,
    may_read,
    may_recall,
    memory_key,
    person_of,
    shelf_of,
)

REMEMBERED = ("answered", "cancelled")


class MemoryMemory:
    """The Memory port."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    async def recall(self, message: Message, scope: Scope, window: Window) -> Recollection:
        key = memory_key(message, scope)
        if not key or window.turns < 1:
            return Recollection()
        since = self._store.forgotten.get(key, 0)
        found = [
            _kept(seq, said)
            for seq, said in sorted(self._store.said.items())
            if seq > since and memory_key(said.message, scope) == key
            if _is_remembered(said) and _may_be_quoted(said, message)
            if not self._is_asked_again(seq, said, message)
        ]
        return recollection(found[-window.turns :], self._summaries(message, scope), window)

    async def overflow(self, shelf: Shelf, window: Window) -> Overflow | None:
        summary = self._store.summaries.get(shelf, Summary())
        kept = self._on_shelf(shelf, summary.upto)
        if overflow_of(shelf, summary, kept[-window.turns - 1 :], window) is None:
            return None
        return overflow_of(shelf, summary, kept[-window.turns * REACH :], window)

    async def summarise(self, overflow: Overflow, text: str, tokens: int = 0) -> bool:
        if tokens:
            self._store.count(day_of(self._clock()), OURS, Used(tokens=tokens))
        shelf, turns = overflow.shelf, overflow.turns
        summary = self._store.summaries.get(shelf, Summary())
        ahead = self._on_shelf(shelf, turns[0] - 1)[: len(turns)]
        is_new = (summary.upto, summary.text) == (overflow.upto, overflow.summary)
        if not is_new or tuple(one.seq for one in ahead) != turns:
            return False
        self._store.summaries[shelf] = Summary(shelf.place, turns[-1], text)
        return True

    async def due(self) -> Sequence[Shelf]:
        due = [shelf for shelf, summary in self._store.summaries.items() if not summary.upto]
        for shelf in due:
            del self._store.summaries[shelf]
        return due

    async def holds(self, person: str) -> Holdings:
        said = self._store.said_by(person).values()
        return Holdings(len(said), len({one.message.conversation for one in said}))

    async def export(self, person: str) -> Sequence[Own]:
        said = sorted(self._store.said_by(person).items())
        return [Own(one.message.conversation, said_of(one)) for _, one in said]

    def _summaries(self, message: Message, scope: Scope) -> Sequence[Summary]:
        before = self._store.asked_again(message)
        found = [
            summary
            for shelf, summary in self._store.summaries.items()
            if summary.upto and may_read(shelf, message, scope)
            if before is None or shelf.place.key != message.place.key or summary.upto < before
        ]
        return sorted(found, key=lambda summary: -summary.upto)[:MOST_SUMMARIES]

    def _on_shelf(self, shelf: Shelf, upto: int) -> list[Kept]:
        """What stands on a shelf past a turn, up to what is still open, oldest first."""
        since = max(upto, self._store.forgotten.get(shelf.memory_key, 0))
        still_open = min(self._store.work, default=self._store.last_seq + 1)
        return [
            _kept(seq, said)
            for seq, said in sorted(self._store.said.items())
            if since < seq < still_open and _is_remembered(said) and stands_on(said, shelf)
        ]

    def _is_asked_again(self, seq: int, said: Said, message: Message) -> bool:
        begin = self._store.asked_again(message)
        here = said.message.conversation == message.conversation
        return begin is not None and here and seq >= begin


def stands_on(said: Said, shelf: Shelf) -> bool:
    """Whether an exchange is one that the summary of a shelf may cover."""
    own = shelf_of(said.message, shelf.scope)
    return own == shelf


def _kept(seq: int, said: Said) -> Kept:
    return Kept(said.message.place, seq, Exchange(said.message.text, said.finished.text))


def _is_remembered(said: Said) -> bool:
    finished = said.finished
    return bool(finished.text) and finished.outcome in REMEMBERED and not said.replaced


def _may_be_quoted(said: Said, message: Message) -> bool:
    return may_recall(said.message.place, person_of(said.message), message)
