"""A call leaves when all its budgets allow it, takes each slot once, and is not waited for long."""

import asyncio
from collections.abc import Mapping, Sequence

from aizuchi.calling import Caller
from aizuchi.limits import Budget
from aizuchi.operations import Busy, Doubtful, Find, Found, OpenStream, Operation, Receipt, Sent
from aizuchi.pace import LocalPace

OPEN = OpenStream(1, "Yes.", "key")


class SlowCourier:
    """A stream that is opened takes a slot of closing too; the answer takes its time."""

    def __init__(self, receipt: Receipt, takes_s: float = 0.0) -> None:
        self._receipt, self._takes_s = receipt, takes_s

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        await asyncio.sleep(self._takes_s)
        return self._receipt

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        await asyncio.sleep(self._takes_s)
        return None

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        return ("open", "close")


def caller(receipt: Receipt, takes_s: float = 0.0, **budgets: Budget) -> Caller:
    pace = LocalPace(asyncio.get_running_loop().time, budgets)
    return Caller(SlowCourier(receipt, takes_s), pace, "T1", {}, 5.0)


async def test_a_slot_that_was_taken_is_kept_while_another_is_waited_for() -> None:
    calls = caller(Sent("m1"), open=Budget(1, 0.01), close=Budget(1, 0.1))
    await calls.wait_for(OPEN, final=False)
    await calls.perform(OPEN)
    await asyncio.sleep(100)
    first = await calls.wait_for(OPEN, final=False)
    again = await calls.wait_for(OPEN, final=False)

    assert (first, again) == (0.0, 0.0)


async def test_after_a_call_every_slot_is_taken_anew() -> None:
    calls = caller(Sent("m1"), open=Budget(1, 0.01), close=Budget(1, 0.1))
    await calls.wait_for(OPEN, final=False)
    await calls.perform(OPEN)

    assert await calls.wait_for(OPEN, final=False) > 0


async def test_a_429_closes_the_budgets_for_everybody() -> None:
    calls = caller(Busy(30))
    await calls.perform(OPEN)

    assert await calls.wait_for(OPEN, final=True) == 30


async def test_a_call_that_takes_longer_than_its_time_is_in_doubt() -> None:
    calls = caller(Sent("m1"), takes_s=60)

    assert await calls.perform(OPEN) == Doubtful()
    assert await calls.find(Find(1, "key", 0.0)) == Doubtful()
    assert asyncio.get_running_loop().time() < 10.1
