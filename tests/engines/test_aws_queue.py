"""What is promised of messages that stand in order in a queue, and of workers who share a store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import pytest
from tests.engines.clouds import opener, played

from aizuchi.answers import Finished, TextDelta, fold
from aizuchi.engines.aws.opening import RHYTHM
from aizuchi.engines.aws.records import Sent, digest_of, write_message, write_record
from aizuchi.errors import LeaseLost
from aizuchi.events import Message, Signal
from aizuchi.ports import Engine, Settlement
from aizuchi.simulator.aws import FakeAWS
from aizuchi.testing.engine_contract.bench import (
    accept,
    answer,
    claim,
    claim_now,
    end,
    finish,
    message,
    running,
)
from aizuchi.turns import ANSWER, DELIVER, Bounds, Claim, Work

TAKEOVER_S = 45.0


class Yard(NamedTuple):
    """Workers on the same queues."""

    aws: FakeAWS
    workers: list[Engine]

    @property
    def turns(self) -> int:
        return len(self.aws.sqs.queue("turns.fifo").messages)

    @property
    def beside(self) -> int:
        return len(self.aws.sqs.queue("side").messages)


@asynccontextmanager
async def yard(
    workers: int = 1, *, pushed: bool = True, bounds: Bounds = Bounds()
) -> AsyncIterator[Yard]:
    async with played() as (aws, cloud), AsyncExitStack() as opened:
        open_engine = opener(cloud, pushed={"test"} if pushed else ())
        entering = [running(open_engine, bounds) for _ in range(workers)]
        yield Yard(aws, [await opened.enter_async_context(each) for each in entering])


async def asked_to_end(engine: Engine, within_s: float) -> Claim | None:
    try:
        async with asyncio.timeout(within_s):
            return await engine.queue.claim(only_to_end=True)
    except TimeoutError:
        return None


async def test_a_settled_turn_leaves_nothing_in_the_queue() -> None:
    async with yard() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        await answer(engine)
        assert here.turns == 0


async def test_a_message_that_comes_again_after_its_end_is_taken_away_without_effect() -> None:
    async with yard() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        await answer(engine)
        here.aws.advance(400)
        body = write_message(message("1"))
        send(here.aws, "turns.fifo", body, group=digest_of("talk"), deduplication="again")
        assert await claim(engine) is None
        assert here.turns == 0
        assert fold(await engine.log.read("1")).text == "answer 1"


async def test_the_queue_keeps_the_order_of_a_conversation_among_workers() -> None:
    async with yard(3) as here:
        for number in range(6):
            await accept(here.workers[0], message(str(number)))
        order = []
        for turn in range(6):
            engine = here.workers[turn % 3]
            order.append((await answer(engine)).turn.message.turn_id)
    assert order == [str(number) for number in range(6)]


@pytest.mark.parametrize("pushed", [True, False])
async def test_forty_who_race_get_each_turn_once(pushed: bool) -> None:
    async with yard(4, pushed=pushed) as here:
        claiming = [
            asyncio.create_task(engine.queue.claim()) for engine in here.workers for _ in range(10)
        ]
        sending = here.workers[0]
        await asyncio.gather(*(accept(sending, message(f"{n}", f"talk {n}")) for n in range(40)))
        async with asyncio.timeout(60):
            taken = await asyncio.gather(*claiming)
    assert len({one.turn.message.turn_id for one in taken}) == 40
    assert {one.turn.attempt for one in taken} == {1}


@pytest.mark.parametrize("pushed", [True, False])
async def test_who_dies_is_taken_over_within_45_s(pushed: bool) -> None:
    async with yard(2, pushed=pushed) as here:
        first, second = here.workers
        await accept(first, message("1"))
        stale = await claim_now(first)
        await first.log.append(stale, [TextDelta("half")])
        taken = await claim(second, within_s=TAKEOVER_S)
        assert taken
        assert (taken.turn.attempt, taken.work) == (2, ANSWER)
        assert taken.calls_from >= stale.turn.lease_until + 5


@pytest.mark.parametrize("pushed", [True, False])
async def test_a_zombie_can_do_nothing_once_somebody_else_answers(pushed: bool) -> None:
    async with yard(2, pushed=pushed) as here:
        first, second = here.workers
        await accept(first, message("1"))
        zombie = await claim_now(first)
        newest = await claim(second, within_s=TAKEOVER_S)
        assert newest
        await first.log.append(zombie, [TextDelta("late ")])
        with pytest.raises(LeaseLost):
            await first.log.append(zombie, [Finished("answered", "late")])
        with pytest.raises(LeaseLost):
            await first.queue.renew(zombie)
        with pytest.raises(LeaseLost):
            await first.queue.settle(zombie, Settlement("answered"))
        await first.queue.release(zombie)
        await end(second, newest)
        assert fold(await first.log.read("1")).text == "answer 1"


async def test_a_renewed_lease_keeps_its_message_hidden() -> None:
    async with yard(2) as here:
        first, second = here.workers
        await accept(first, message("1"))
        held = await claim_now(first)
        for _ in range(8):
            assert await claim(second, within_s=10) is None
            held = await first.queue.renew(held)
        await end(first, held)
        assert await claim(second, within_s=200) is None


@pytest.mark.parametrize("pushed", [True, False])
async def test_who_hands_back_lets_another_one_go_on_at_once(pushed: bool) -> None:
    async with yard(2, pushed=pushed) as here:
        first, second = here.workers
        await accept(first, message("1"))
        held = await claim_now(first)
        waiting = asyncio.create_task(second.queue.claim())
        await first.queue.release(held)
        async with asyncio.timeout(TAKEOVER_S if not pushed else 2):
            again = await waiting
    assert (again.turn.tries, again.calls_from) == (1, 0)


async def test_poison_blocks_its_conversation_for_three_attempts_only() -> None:
    bounds = Bounds(lease_s=2, takeover_s=1)
    async with yard(bounds=bounds) as here:
        (engine,) = here.workers
        await accept(engine, message("poison"), message("next"))
        works = [(await claim_now_or_late(engine)).work for _ in range(3)]
        last = await claim_now_or_late(engine)
        await end(engine, last)
        assert (await claim_now(engine)).turn.message.turn_id == "next"
    assert works == [ANSWER] * 3
    assert last.work == Work("end", "gave_up")


async def claim_now_or_late(engine: Engine) -> Claim:
    found = await claim(engine, within_s=TAKEOVER_S)
    assert found
    return found


async def test_what_is_finished_is_only_delivered_by_who_takes_over() -> None:
    async with yard(2) as here:
        first, second = here.workers
        await accept(first, message("1"))
        await finish(first, await claim_now(first))
        again = await claim(second, within_s=TAKEOVER_S)
        assert again
        assert again.work == DELIVER
        await second.queue.settle(again, Settlement("answered"))
        assert here.turns == 0


async def test_a_guardian_ends_what_waits_too_long_behind_another() -> None:
    async with yard(bounds=Bounds(wait_within_s=60)) as here:
        (engine,) = here.workers
        await accept(engine, message("1"), message("2"))
        held = await claim_now(engine)
        overdue = asyncio.create_task(engine.queue.claim(only_to_end=True))
        for _ in range(8):
            await asyncio.sleep(10)
            held = await engine.queue.renew(held)
        async with asyncio.timeout(5):
            taken = await overdue
        assert (taken.turn.message.turn_id, taken.work.reason) == ("2", "waited_too_long")
        await end(engine, taken)
        await end(engine, held)
        assert await claim(engine, within_s=60) is None
        assert here.turns == 0


async def test_a_guardian_that_comes_too_early_comes_again() -> None:
    """The wait is longer than SQS delays a message."""
    async with yard(bounds=Bounds(answer_within_s=880)) as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        held = await claim_now(engine)
        ending = asyncio.create_task(engine.queue.claim(only_to_end=True))
        for _ in range(120):
            await asyncio.sleep(10)
            try:
                held = await engine.queue.renew(held)
            except LeaseLost:
                break
        async with asyncio.timeout(60):
            taken = await ending
    assert taken.work == Work("end", "took_too_long")


async def test_after_an_outage_the_first_of_a_conversation_tells_of_all() -> None:
    async with yard(bounds=Bounds(wait_within_s=60)) as here:
        (engine,) = here.workers
        await accept(engine, *(message(str(number)) for number in range(3)), message("x", "other"))
        await asyncio.sleep(65)
        told = {}
        for _ in range(4):
            taken = await claim_now(engine)
            told[taken.turn.message.turn_id] = taken.work.told_later
            await engine.log.append(taken, [Finished("timed_out", "", "away", "waited_too_long")])
            await engine.queue.settle(taken, Settlement("timed_out"))
    assert told == {"0": False, "1": True, "2": True, "x": False}


async def test_a_stop_that_was_queued_reaches_who_answers_elsewhere() -> None:
    async with yard(2) as here:
        first, second = here.workers
        await accept(first, message("1"))
        held = await claim_now(first)
        stop = Sent(Signal("stop", "talk", "ann"), held.turn.first_claimed_at + 1)
        stopped = asyncio.create_task(first.log.stopped("1"))
        send(here.aws, "side", write_record(stop))
        await asyncio.sleep(1)
        await first.log.append(held, [TextDelta("on the way")])
        async with asyncio.timeout(2):
            await stopped
        assert (await first.queue.renew(held)).turn.stopped
        await asyncio.sleep(RHYTHM.unread_s)
        assert (await second.log.read("1"))[-1].entry == TextDelta("on the way")


async def test_a_stop_of_before_the_claim_does_not_reach_the_turn() -> None:
    async with yard() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        held = await claim_now(engine)
        stop = Sent(Signal("stop", "talk", "ann"), held.turn.first_claimed_at - 1)
        send(here.aws, "side", write_record(stop))
        await asyncio.sleep(1)
        assert not (await engine.queue.renew(held)).turn.stopped


async def test_junk_in_a_queue_is_taken_away() -> None:
    async with yard() as here:
        (engine,) = here.workers
        for queue in ("turns.fifo", "side"):
            group = {"group": "g", "deduplication": "d"} if queue.endswith("fifo") else {}
            send(here.aws, queue, "junk", **group)
        await accept(engine, message("1", "talk"))
        assert (await claim_now(engine)).turn.message.turn_id == "1"
        assert here.turns == 1


def send(aws: FakeAWS, queue: str, body: str, **how: str) -> None:
    aws.sqs.queue(queue).send(body, delay_s=None, **how)


async def test_of_two_who_decide_the_second_is_told_that_it_is_too_late() -> None:
    async with yard() as here:
        (engine,) = here.workers
        first, second = (decision(who) for who in ("ann", "bob"))
        for each in (first, second):
            key = digest_of(f"{each.turn_id}:{each.sender.id}")
            send(
                here.aws,
                "turns.fifo",
                write_message(each),
                group=digest_of("talk"),
                deduplication=key,
            )
        decided = await answer(engine)
        late = await answer(engine)
    assert decided.turn.message == first
    assert late.turn.message.turn_id == f"{second.turn_id}:bob"


def decision(who: str) -> Message:
    said = message("1:decision", sender=who, place="hall", audience="shared")
    return said._replace(decides="yes digest ann")
