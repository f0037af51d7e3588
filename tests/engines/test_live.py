"""The live log over a store that is slow, fails, or has already heard from somebody else."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from aizuchi.answers import (
    HEARD,
    Entry,
    Finished,
    Heard,
    Logged,
    Posting,
    Restarted,
    Step,
    TextDelta,
)
from aizuchi.errors import LeaseLost, StoreError, StoreUnavailable
from aizuchi.events import Message, Place, Sender
from aizuchi.live import LiveLog
from aizuchi.logstore import Line, Transcript, logged
from aizuchi.turns import ANSWER, Claim, Turn

END = Finished("answered", "ab")
MESSAGE = Message("1", "test", "home", "talk", Place("talk", "private"), Sender("ann"), "hello")


class SlowStore:
    """Keeps lines when it is told to: of the newest attempt, unless it fails."""

    def __init__(self) -> None:
        self.log = [Logged(HEARD, Heard())]
        self.newest = 1
        self.failure: StoreError | None = None
        self.asked = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        self.asked.set()
        await self.free.wait()
        self.asked.clear()
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        return [self._keep(line) for line in lines]

    async def load(self, turn_id: str) -> Transcript:
        return Transcript(list(self.log) if turn_id == "1" else [])

    def entries(self) -> list[Entry]:
        return [line.entry for line in self.log[1:]]

    def _keep(self, line: Line) -> bool:
        if line.attempt == self.newest:
            self.log += logged(line.attempt, line.n, line.entries)
        return line.attempt == self.newest


def attempt(number: int) -> Claim:
    return Claim(Turn(MESSAGE, 1, 0.0, "working", number), ANSWER)


@asynccontextmanager
async def running(store: SlowStore) -> AsyncIterator[LiveLog]:
    log = LiveLog(store)
    work = asyncio.create_task(log.run())
    try:
        yield log
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def read_all(log: LiveLog) -> list[Entry]:
    return [line.entry async for group in log.follow("1") for line in group]


async def test_text_is_kept_within_50_ms() -> None:
    store = SlowStore()
    async with running(store) as log:
        log.begin(attempt(1))
        await log.append(attempt(1), [TextDelta("a")])
        assert store.entries() == []
        await asyncio.sleep(0.06)
    assert store.entries() == [TextDelta("a")]


async def test_much_text_is_kept_at_once() -> None:
    store = SlowStore()
    async with running(store) as log:
        log.begin(attempt(1))
        await log.append(attempt(1), [TextDelta("a" * 2_000)])
        async with asyncio.timeout(0.01):
            await store.asked.wait()


async def test_text_waits_for_a_store_that_fails_and_an_end_is_told() -> None:
    store = SlowStore()
    store.failure = StoreUnavailable("full")
    async with running(store) as log:
        log.begin(attempt(1))
        reading = asyncio.create_task(read_all(log))
        await log.append(attempt(1), [TextDelta("a"), TextDelta("b")])
        with pytest.raises(StoreUnavailable):
            await log.append(attempt(1), [END])
        await log.append(attempt(1), [END])
        assert await reading == [Heard(), TextDelta("a"), TextDelta("b"), END]
    assert store.entries() == [TextDelta("a"), TextDelta("b"), END]


async def test_what_comes_while_a_write_fails_goes_with_the_next() -> None:
    store = SlowStore()
    store.free.clear()
    async with running(store) as log:
        log.begin(attempt(1))
        failing = asyncio.create_task(log.append(attempt(1), [Step("s", "look")]))
        await store.asked.wait()
        ending = asyncio.create_task(log.append(attempt(1), [END]))
        await asyncio.sleep(0)
        store.failure = StoreUnavailable("full")
        store.free.set()
        with pytest.raises(StoreUnavailable):
            await failing
        await ending
    assert store.entries() == [Step("s", "look"), END]


async def test_an_end_is_not_seen_before_it_is_kept() -> None:
    store = SlowStore()
    store.free.clear()
    async with running(store) as log:
        log.begin(attempt(1))
        reading = log.follow("1")
        await anext(reading)
        posting = asyncio.create_task(log.append(attempt(1), [Posting(1, 5.0)]))
        await asyncio.sleep(0)
        await log.append(attempt(1), [TextDelta("behind it")])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await anext(reading)
        store.free.set()
        await posting
    assert store.entries()[0] == Posting(1, 5.0)


async def test_an_answer_from_the_store_comes_too_late_to_harm_the_next_attempt() -> None:
    store = SlowStore()
    store.free.clear()
    async with running(store) as log:
        log.begin(attempt(1))
        late = asyncio.create_task(log.append(attempt(1), [TextDelta("old"), END]))
        await store.asked.wait()
        store.newest = 2
        log.begin(attempt(2))
        with pytest.raises(LeaseLost):
            await late
        store.free.set()
        await log.append(attempt(2), [Restarted()])
        await log.append(attempt(2), [END])
        assert await read_all(log) == [Heard(), END]
    assert store.entries() == [Restarted(), END]


async def test_a_reader_of_a_lost_attempt_goes_on_with_what_the_store_has() -> None:
    store = SlowStore()
    async with running(store) as log:
        log.begin(attempt(1))
        reading = asyncio.create_task(read_all(log))
        await log.append(attempt(1), [TextDelta("mine")])
        await asyncio.sleep(0.01)
        store.newest = 2
        store.log += logged(2, 1, [Restarted(), TextDelta("theirs"), END])
        with pytest.raises(LeaseLost):
            await log.append(attempt(1), [END])
        read = await reading
    assert read == [Heard(), TextDelta("mine"), Restarted(), TextDelta("theirs"), END]


async def test_who_was_never_admitted_writes_nothing() -> None:
    store = SlowStore()
    async with running(store) as log:
        with pytest.raises(LeaseLost):
            await log.append(attempt(1), [TextDelta("a")])
        log.begin(attempt(2))
        with pytest.raises(LeaseLost):
            await log.append(attempt(1), [TextDelta("a")])
        log.forget("1")
        with pytest.raises(LeaseLost):
            await log.append(attempt(2), [TextDelta("a")])
    assert store.entries() == []


async def test_what_nobody_makes_or_reads_takes_no_room() -> None:
    async with running(SlowStore()) as log:
        for number in range(100):
            assert [group async for group in log.follow(f"unknown {number}")] == []
        log.begin(attempt(1))
        log.stop("1")
        log.forget("1")
        assert not log._streams
