"""The engine on an AWS that is not ours: ministack, and the promises that lean on what it does.

A restart is not among those of accepting: there a long poll goes on once its process is gone, and
takes what comes with it for 40 s.
"""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count

import pytest
from tests.engines.clouds import furnished
from tests.simulator.aws_house import Account
from tests.simulator.conftest import their_account

from aizuchi.answers import Finished, TextDelta, fold
from aizuchi.engines.aws.opening import Cloud, open_engine
from aizuchi.engines.aws.queues import Addresses
from aizuchi.ports import Settlement
from aizuchi.testing.engine_contract import (
    accepting,
    answering,
    claiming,
    forgetting,
    remembering,
    summarising,
    threads,
    tickets,
)
from aizuchi.testing.engine_contract.bench import OpenEngine, accept, claim_now, message, running

__all__ = ["their_account"]

Promise = Callable[[OpenEngine], Awaitable[None]]
NUMBERS = count(1)
LANDING: tuple[Promise, ...] = (
    accepting.of_many_deliveries_one_is_told_that_it_is_new,
    accepting.a_full_conversation_refuses_out_of_place,
    accepting.a_stop_without_a_name_reaches_the_running_turn_only,
    claiming.many_who_claim_at_once_get_each_turn_once,
    claiming.a_cancelled_claim_holds_nothing,
    claiming.a_lost_claim_can_do_nothing,
    claiming.a_released_turn_comes_back_at_once_and_uncounted,
    answering.a_new_attempt_restarts_every_tail,
    answering.nothing_but_receipts_follows_the_end,
    remembering.memory_survives_a_restart,
    remembering.an_answer_asked_again_is_replaced,
    remembering.a_day_is_counted_over_a_restart,
    summarising.a_summary_of_what_is_gone_meanwhile_is_not_kept,
    forgetting.all_of_a_person_goes_but_the_wish_itself,
    threads.deleting_ends_what_runs,
    tickets.of_many_who_use_a_ticket_at_once_one_comes_in,
)
QUEUEING: tuple[Promise, ...] = (
    accepting.messages_of_a_conversation_are_claimed_in_order,
    accepting.a_redelivery_is_not_a_second_turn,
    claiming.a_conversation_has_one_holder_at_a_time,
    claiming.a_released_turn_comes_back_at_once_and_uncounted,
)


async def cloud_of(account: Account) -> Cloud:
    """A table and queues of its own."""
    environ = {
        "AWS_ENDPOINT_URL": account.address,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": account.key_id,
        "AWS_SECRET_ACCESS_KEY": account.secret,
    }
    place = Cloud("", Addresses("", ""), environ)
    return await furnished(place, time.time, f"-{next(NUMBERS)}")


@pytest.mark.real_time
@pytest.mark.parametrize("promise", LANDING, ids=lambda promise: promise.__name__)
async def test_what_is_read_lands_when_it_is_accepted(
    promise: Promise, their_account: Account
) -> None:
    await promise(partial(open_engine, await cloud_of(their_account), clock=time.time))


@pytest.mark.real_time
@pytest.mark.parametrize("promise", QUEUEING, ids=lambda promise: promise.__name__)
async def test_what_platforms_send_lands_when_it_is_claimed(
    promise: Promise, their_account: Account
) -> None:
    cloud = await cloud_of(their_account)
    await promise(partial(open_engine, cloud, clock=time.time, pushed={"test"}))


@pytest.mark.real_time
async def test_a_text_longer_than_an_item_is_kept_whole(their_account: Account) -> None:
    text = "長い文章 and a 🙂. " * 40_000
    cloud = await cloud_of(their_account)
    async with running(partial(open_engine, cloud, clock=time.time)) as engine:
        await accept(engine, message("1", text=text))
        taken = await claim_now(engine)
        await engine.log.append(taken, [TextDelta(text)])
        await engine.log.append(taken, [Finished("answered", text)])
        await engine.queue.settle(taken, Settlement("answered"))
        assert taken.turn.message.text == text
        assert fold(await engine.log.read("1")).text == text
