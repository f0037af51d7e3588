"""One invocation after the other: nothing is under way when one ends, whatever happened in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from aizuchi.errors import StoreUnavailable
from aizuchi.hosts.aws_lambda.shifts import (
    HAND_BACK_S,
    LEAVE_S,
    Opened,
    Record,
    Shifts,
    bounds_within,
)
from aizuchi.turns import Bounds

ONE = {"messageId": "1"}
TWO = {"messageId": "2"}
LEFT_S = 60.0


class Assistant:
    """Takes so many seconds for a message, by its id; those of `stubborn` do not let go."""

    def __init__(self, **seconds: float) -> None:
        self.seconds = {name.strip("_"): each for name, each in seconds.items()}
        self.stubborn: set[str] = set()
        self.opened, self.rested = 0, 0
        self.breaks = asyncio.Event()
        self.handed_back = asyncio.Event()
        self.handed_back_at = 0.0
        self.opens_with: Exception | None = None

    @asynccontextmanager
    async def open(self, left_s: float) -> AsyncIterator[Opened[Record]]:
        if self.opens_with:
            raise self.opens_with
        self.opened += 1
        yield Opened(self, self.offer)

    async def offer(self, record: Record) -> bool:
        name = record["messageId"]
        if self.seconds[name] < 0:
            raise ValueError("no message of ours")
        giving_up = asyncio.create_task(self.handed_back.wait())
        working = asyncio.create_task(asyncio.sleep(self.seconds[name]))
        waiting = {working} if name in self.stubborn else {working, giving_up}
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return working in done

    async def work(self) -> None:
        await self.breaks.wait()
        raise StoreUnavailable("The store is gone.", "Bring it back.")

    async def hand_back(self) -> None:
        self.handed_back_at = asyncio.get_running_loop().time()
        self.handed_back.set()

    async def rest(self) -> None:
        self.rested += 1


@asynccontextmanager
async def shifts(assistant: Assistant) -> AsyncIterator[Shifts[Record]]:
    one = Shifts(assistant.open)
    try:
        yield one
    finally:
        await one.close()


async def test_what_is_done_does_not_come_again_and_the_assistant_stays_open() -> None:
    assistant = Assistant(_1=3, _2=5)
    async with shifts(assistant) as one:
        assert await one.serve([ONE, TWO], LEFT_S) == []
        assert await one.serve([ONE], LEFT_S) == []
    assert (assistant.opened, assistant.rested) == (1, 2)


async def test_what_is_not_done_in_time_is_handed_back() -> None:
    assistant = Assistant(_1=3, _2=1000)
    async with shifts(assistant) as one:
        assert await one.serve([ONE, TWO], LEFT_S) == [TWO]
    assert assistant.handed_back_at == LEFT_S - HAND_BACK_S
    assert assistant.rested == 1


async def test_what_does_not_let_go_keeps_nobody_beyond_the_end() -> None:
    assistant = Assistant(_1=1000)
    assistant.stubborn = {"1"}
    async with shifts(assistant) as one:
        assert await one.serve([ONE], LEFT_S) == [ONE]
        assert asyncio.get_running_loop().time() == pytest.approx(LEFT_S - LEAVE_S)


async def test_a_message_that_breaks_something_comes_again() -> None:
    async with shifts(Assistant(_1=-1, _2=1)) as one:
        assert await one.serve([ONE, TWO], LEFT_S) == [ONE]


async def test_an_assistant_that_cannot_be_opened_is_tried_again() -> None:
    assistant = Assistant(_1=1)
    assistant.opens_with = StoreUnavailable("No table.", "Make one.")
    async with shifts(assistant) as one:
        with pytest.raises(StoreUnavailable):
            await one.serve([ONE], LEFT_S)
        assistant.opens_with = None
        assert await one.serve([ONE], LEFT_S) == []


async def test_an_assistant_whose_work_broke_off_is_opened_anew() -> None:
    assistant = Assistant(_1=10)
    async with shifts(assistant) as one:
        asyncio.get_running_loop().call_later(5, assistant.breaks.set)
        with pytest.raises(StoreUnavailable):
            await one.serve([ONE], LEFT_S)
        assistant.breaks = asyncio.Event()
        assert await one.serve([ONE], LEFT_S) == []
    assert assistant.opened == 2


def test_an_answer_ends_before_its_invocation_does() -> None:
    assert bounds_within(Bounds(answer_within_s=120), 900).answer_within_s == 120
    assert bounds_within(Bounds(answer_within_s=120), 60).answer_within_s == 42
    assert bounds_within(Bounds(answer_within_s=120), 5).answer_within_s == 10
