"""How what is made gets into the store: all answers in one go, or each at its own pace."""

import asyncio
from contextlib import suppress
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from aizuchi.drafts import Draft
from aizuchi.errors import StoreError
from aizuchi.logstore import LogStore

AFTER_S = 0.05
AT_CHARS = 1_000


class Flushing(Protocol):
    """Keeps what drafts hold; `run` does it, until it is cancelled."""

    def note(self, draft: Draft, *, at_once: bool) -> None:
        """A draft has lines that the store has not."""
        ...

    async def run(self) -> None: ...


class Together:
    """For a store whose commits cost the same for one answer or for fifty: text within 50 ms, what
    must be kept at once, and with it whatever else there is."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._unkept: dict[Draft, None] = {}
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()

    def note(self, draft: Draft, *, at_once: bool) -> None:
        self._unkept[draft] = None
        self._dirty.set()
        if at_once or draft.backlog > AT_CHARS:
            self._urgent.set()

    async def run(self) -> None:
        while True:
            await self._dirty.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(AFTER_S):
                    await self._urgent.wait()
            self._dirty.clear()
            self._urgent.clear()
            await self._flush()

    async def _flush(self) -> None:
        unkept, self._unkept = self._unkept, {}
        taken = [(draft, draft.take()) for draft in unkept]
        try:
            kept = await self._store.write([line for _, lines in taken for line in lines])
        except StoreError as error:
            for draft, _ in taken:
                draft.failed(error)
            return
        for draft, lines in taken:
            mine, kept = kept[: len(lines)], kept[len(lines) :]
            draft.kept() if all(mine) else draft.lose()


class Rhythm(NamedTuple):
    """How long text may wait for its store: so long at first, then, once an answer has taken some
    time, longer; and where nobody reads along, longest. A first post waits for a breath: an answer
    that has ended by then is posted whole, and not rewritten at once. In seconds."""

    early_s: float
    for_s: float
    late_s: float
    unread_s: float = 10.0
    breath_s: float = 0.015


class Apart:
    """For a store that is paid by the write and is far away: each answer by itself, so that none
    waits for another's, and its text in a rhythm."""

    def __init__(self, store: LogStore, rhythm: Rhythm) -> None:
        self._store, self._rhythm = store, rhythm
        self._urgent: dict[Draft, asyncio.Event] = {}
        self._begun: WeakKeyDictionary[Draft, float] = WeakKeyDictionary()
        self._new: asyncio.Queue[Draft] = asyncio.Queue()
        self._dirty: set[Draft] = set()

    def note(self, draft: Draft, *, at_once: bool) -> None:
        self._dirty.add(draft)
        if draft not in self._urgent:
            self._urgent[draft] = asyncio.Event()
            self._begun.setdefault(draft, asyncio.get_running_loop().time())
            self._new.put_nowait(draft)
        if at_once:
            self._urgent[draft].set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._keep(await self._new.get()))

    async def _keep(self, draft: Draft) -> None:
        """Writes what a draft holds until that is nothing, or the store takes nothing now."""
        urgent = self._urgent[draft]
        try:
            while draft in self._dirty:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause_s(draft)):
                        await urgent.wait()
                at_once = urgent.is_set()
                if at_once and draft.begins_a_page:
                    await asyncio.sleep(self._rhythm.breath_s)
                urgent.clear()
                self._dirty.discard(draft)
                await self._write(draft, at_once)
        except StoreError as error:
            draft.failed(error)
        finally:
            del self._urgent[draft]
            if draft in self._dirty and not draft.lost:
                self.note(draft, at_once=False)

    async def _write(self, draft: Draft, at_once: bool) -> None:
        kept = await self._store.write(draft.take(at_once=at_once))
        draft.kept() if all(kept) else draft.lose()
        if draft.has_more and not draft.lost:
            self._dirty.add(draft)

    def _pause_s(self, draft: Draft) -> float:
        if not draft.is_read_along:
            return self._rhythm.unread_s
        age_s = asyncio.get_running_loop().time() - self._begun[draft]
        rhythm = self._rhythm
        return rhythm.early_s if age_s < rhythm.for_s else rhythm.late_s
