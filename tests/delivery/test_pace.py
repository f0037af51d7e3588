"""Pace: no more calls than a platform allows, and room for those that end an answer."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from aizuchi import pace
from aizuchi.limits import Budget
from aizuchi.pace import ROUNDING_S, Bucket, LocalPace, penalised, taken

APPENDS = Budget(burst=20, per_s=80 / 60)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_burst_leaves_at_once_but_for_the_slots_of_finals() -> None:
    local = LocalPace(Clock(), {"append": APPENDS})

    waits = [await local.take("T1", "append") for _ in range(17)]

    assert waits[:16] == [0.0] * 16
    assert waits[16] > 0


async def test_a_final_takes_the_slots_that_were_kept() -> None:
    local = LocalPace(Clock(), {"append": APPENDS})
    for _ in range(17):
        await local.take("T1", "append")

    assert [await local.take("T1", "append", final=True) for _ in range(4)] == [0.0] * 4
    assert await local.take("T1", "append", final=True) > 0


async def test_who_waits_as_long_as_told_may_call() -> None:
    clock = Clock()
    local = LocalPace(clock, {"append": APPENDS})
    while not (wait_s := await local.take("T1", "append")):
        pass

    clock.now += wait_s

    assert await local.take("T1", "append") == 0


async def test_tenants_and_channels_have_budgets_of_their_own() -> None:
    local = LocalPace(Clock(), {"post": Budget(1, 1.0)})
    await local.take("T1", "post:C1")

    assert await local.take("T1", "post:C1") == 1.0
    assert await local.take("T1", "post:C2") == 0
    assert await local.take("T2", "post:C1") == 0


async def test_after_a_429_nobody_calls_before_it_says_and_then_one_at_a_time() -> None:
    clock = Clock()
    local = LocalPace(clock, {"post": Budget(10, 0.5)})
    await local.penalise("T1", "post", 30)

    clock.now = 29
    assert await local.take("T1", "post", final=True) == 1

    clock.now = 30
    assert await local.take("T1", "post", final=True) == 0
    assert await local.take("T1", "post", final=True) == 2


async def test_a_shorter_429_does_not_open_what_a_longer_one_closed() -> None:
    local = LocalPace(Clock(), {})
    await local.penalise("T1", "post", 30)
    await local.penalise("T1", "post", 2)

    assert await local.take("T1", "post") == 30


async def test_memory_does_not_grow_with_channels() -> None:
    local = LocalPace(Clock(), {"post": Budget(1, 0.0001)})

    for number in range(pace.MOST_BUCKETS + 500):
        await local.take("T1", f"post:C{number}")

    assert len(local._buckets) <= pace.MOST_BUCKETS
    assert await local.take("T1", f"post:C{pace.MOST_BUCKETS + 499}") > 0


@given(
    st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=300),
    st.builds(Budget, st.integers(1, 30), st.floats(0.1, 5)),
)
def test_no_minute_sees_more_calls_than_the_budget_has(
    asks: list[tuple[float, bool]], budget: Budget
) -> None:
    bucket, now, calls = Bucket(budget.burst, 0.0), 0.0, []
    for pause_s, final in asks:
        now += pause_s
        bucket, wait_s = taken(bucket, budget, now, final=final)
        calls += [] if wait_s else [now]

    for first in calls:
        within = [call for call in calls if first <= call < first + 60]
        assert len(within) <= budget.burst + 60 * budget.per_s + 1e-6


@given(st.floats(0, 100), st.floats(0, 60), st.integers(0, 20))
def test_a_penalty_is_never_shortened(now: float, retry_after_s: float, slots: int) -> None:
    closed = penalised(Bucket(slots, now), now, retry_after_s)

    assert taken(closed, APPENDS, now, final=True)[1] >= retry_after_s - 2 * ROUNDING_S


async def test_ten_streams_share_a_minute_of_appends() -> None:
    loop = asyncio.get_running_loop()
    local = LocalPace(loop.time, {"append": APPENDS})
    calls: list[float] = []

    async def stream() -> None:
        while loop.time() < 120:
            if wait_s := await local.take("T1", "append"):
                await asyncio.sleep(wait_s)
                continue
            calls.append(loop.time())
            await asyncio.sleep(3)

    await asyncio.gather(*(stream() for _ in range(10)))

    assert max(sum(first <= call < first + 60 for call in calls) for first in calls) <= 100
    assert len(calls) > 150
