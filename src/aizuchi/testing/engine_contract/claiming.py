"""Promises about claiming: one holder at a time, takeover, and a bound for everything."""

import asyncio

import pytest

from aizuchi.answers import Finished, TextDelta
from aizuchi.errors import LeaseLost
from aizuchi.ports import Settlement
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    answer,
    claim,
    claim_now,
    end,
    finish,
    message,
    running,
)
from aizuchi.turns import ANSWER, DELIVER, Bounds, Work


async def a_conversation_has_one_holder_at_a_time(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        await claim_now(engine)
        assert await claim(engine) is None


async def different_conversations_are_held_at_once(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, *(message(str(n), f"talk {n}") for n in range(20)))
        taken = [await claim_now(engine) for _ in range(20)]
    assert len({one.turn.message.turn_id for one in taken}) == 20


async def many_who_claim_at_once_get_each_turn_once(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        claiming = [asyncio.create_task(engine.queue.claim()) for _ in range(20)]
        await asyncio.gather(
            *(accept(engine, message(f"{n}", f"talk {n}")) for n in range(20)),
        )
        async with asyncio.timeout(5):
            taken = await asyncio.gather(*claiming)
    assert len({one.turn.message.turn_id for one in taken}) == 20


async def a_waiting_claim_wakes_when_a_message_comes(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        waiting = asyncio.create_task(engine.queue.claim())
        await asyncio.sleep(0.1)
        await accept(engine, message("1"))
        async with asyncio.timeout(1):
            assert (await waiting).turn.message.turn_id == "1"


async def a_cancelled_claim_holds_nothing(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        waiting = asyncio.create_task(engine.queue.claim())
        await asyncio.sleep(0)
        accepting = asyncio.create_task(accept(engine, message("1")))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, accepting, return_exceptions=True)
        if waiting.cancelled():
            assert (await claim_now(engine)).turn.tries == 1


async def a_lease_that_ends_is_taken_over(open_engine: OpenEngine) -> None:
    bounds = Bounds(lease_s=0.2, call_timeout_s=0.1)
    async with running(open_engine, bounds) as engine:
        await accept(engine, message("1"))
        first = await claim_now(engine)
        second = await claim_now(engine)
    assert second.turn.attempt == first.turn.attempt + 1
    assert second.work == ANSWER
    assert second.calls_from >= first.turn.lease_until + bounds.call_timeout_s


async def a_renewed_lease_is_not_taken_over(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.5)) as engine:
        await accept(engine, message("1"))
        held = await claim_now(engine)
        for _ in range(3):
            assert await claim(engine, within_s=0.3) is None
            held = await engine.queue.renew(held)


async def a_lost_claim_can_do_nothing(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.2)) as engine:
        await accept(engine, message("1"))
        stale = await claim_now(engine)
        newest = await claim_now(engine)
        await engine.log.append(newest, [TextDelta("new")])
        with pytest.raises(LeaseLost):
            await engine.queue.renew(stale)
        with pytest.raises(LeaseLost):
            await engine.log.append(stale, [Finished("answered", "stale")])
        with pytest.raises(LeaseLost):
            await engine.queue.settle(stale, Settlement("answered"))
        await engine.queue.release(stale)
        newest = await engine.queue.renew(newest)
        await end(engine, newest)


async def a_released_turn_comes_back_at_once_and_uncounted(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        for attempt in range(1, 6):
            held = await claim_now(engine)
            assert (held.turn.attempt, held.turn.tries) == (attempt, 1)
            assert held.calls_from == 0
            await engine.queue.release(held)


async def a_claim_that_was_given_back_can_do_nothing(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        given_back = await claim_now(engine)
        await engine.log.append(given_back, [TextDelta("unkept")])
        await engine.queue.release(given_back)
        await engine.queue.release(given_back)
        with pytest.raises(LeaseLost):
            await engine.queue.renew(given_back)
        with pytest.raises(LeaseLost):
            await engine.log.append(given_back, [Finished("answered", "late")])
        with pytest.raises(LeaseLost):
            await engine.queue.settle(given_back, Settlement("answered"))
        await end(engine, await claim_now(engine))


async def a_turn_is_tried_three_times(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.2)) as engine:
        await accept(engine, message("1"))
        works = [(await claim_now(engine)).work for _ in range(4)]
    assert works == [ANSWER, ANSWER, ANSWER, Work("end", "gave_up")]


async def no_lease_reaches_past_the_bound_of_the_answer(open_engine: OpenEngine) -> None:
    bounds = Bounds(answer_within_s=0.5, call_timeout_s=0.2, takeover_s=0.1)
    async with running(open_engine, bounds) as engine:
        await accept(engine, message("1"))
        held = await claim_now(engine)
        renewed = await engine.queue.renew(held)
        assert renewed.turn.lease_until <= renewed.turn.first_claimed_at + 0.7 + 1e-6
        assert (await claim_now(engine)).work == Work("end", "took_too_long")


async def who_takes_over_gets_what_is_left_of_the_time(open_engine: OpenEngine) -> None:
    bounds = Bounds(answer_within_s=10, lease_s=0.2, takeover_s=1)
    async with running(open_engine, bounds) as engine:
        await accept(engine, message("1"))
        first = await claim_now(engine)
        second = await claim_now(engine)
    assert second.turn.deadline - first.turn.deadline < 1


async def who_waited_too_long_is_ended_out_of_order(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(wait_within_s=0.5)) as engine:
        await accept(engine, message("1"), message("2"))
        await claim_now(engine)
        async with asyncio.timeout(2):
            overdue = await engine.queue.claim(only_to_end=True)
        assert overdue.turn.message.turn_id == "2"
        assert overdue.work == Work("end", "waited_too_long")
        await end(engine, overdue)


async def a_finished_turn_is_only_delivered_again(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.2)) as engine:
        await accept(engine, message("1"))
        await finish(engine, await claim_now(engine))
        again = await claim_now(engine)
    assert again.work == DELIVER


async def a_restart_clears_the_leases(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        await claim_now(engine)
    async with running(open_engine) as engine:
        again = await claim_now(engine)
    assert again.turn.attempt == 2
    assert again.calls_from == 0


async def after_the_end_the_next_message_is_claimed(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        await answer(engine)
        assert (await claim_now(engine)).turn.message.turn_id == "2"


async def the_last_that_waited_too_long_tells_of_all(open_engine: OpenEngine) -> None:
    soon = Bounds(wait_within_s=0.3)
    async with running(open_engine, soon) as engine:
        await accept(engine, *(message(str(number)) for number in range(3)), message("x", "other"))
        await asyncio.sleep(0.4)
        await accept(engine, message("fresh"))
        first = await engine.queue.claim(only_to_end=True)
        rest = [await engine.queue.claim(only_to_end=True) for _ in range(3)]
        told = {each.turn.message.turn_id: each.work.told_later for each in (first, *rest)}
    assert told == {"0": True, "1": True, "2": False, "x": False}


async def who_has_told_is_not_told_of_again(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(wait_within_s=0.3)) as engine:
        await accept(engine, message("0"), message("1"))
        await asyncio.sleep(0.4)
        frozen = await engine.queue.claim(only_to_end=True)
        last = await engine.queue.claim(only_to_end=True)
        await engine.log.append(last, [Finished("timed_out", "", "away", "waited_too_long")])
        await engine.queue.settle(last, Settlement("timed_out"))
        await engine.queue.release(frozen)
        again = await engine.queue.claim(only_to_end=True)
    assert frozen.turn.message.turn_id == again.turn.message.turn_id == "0"
    assert again.work.told_later


PROMISES = (
    the_last_that_waited_too_long_tells_of_all,
    who_has_told_is_not_told_of_again,
    a_conversation_has_one_holder_at_a_time,
    different_conversations_are_held_at_once,
    many_who_claim_at_once_get_each_turn_once,
    a_waiting_claim_wakes_when_a_message_comes,
    a_cancelled_claim_holds_nothing,
    a_lease_that_ends_is_taken_over,
    a_renewed_lease_is_not_taken_over,
    a_lost_claim_can_do_nothing,
    a_released_turn_comes_back_at_once_and_uncounted,
    a_claim_that_was_given_back_can_do_nothing,
    a_turn_is_tried_three_times,
    no_lease_reaches_past_the_bound_of_the_answer,
    who_takes_over_gets_what_is_left_of_the_time,
    who_waited_too_long_is_ended_out_of_order,
    a_finished_turn_is_only_delivered_again,
    after_the_end_the_next_message_is_claimed,
)

ONE_PROCESS_PROMISES = (a_restart_clears_the_leases,)
