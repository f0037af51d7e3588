"""Promises about accepting: durable, idempotent, in order, bounded."""

import asyncio

from aizuchi.answers import Finished
from aizuchi.events import Signal
from aizuchi.ports import Settlement
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    answer,
    claim,
    claim_now,
    end,
    message,
    running,
)
from aizuchi.turns import Bounds, Work


async def an_accepted_message_survives_a_restart(open_engine: OpenEngine) -> None:
    said = message("1", text="日本語も🙂")
    async with running(open_engine) as engine:
        await accept(engine, said)
    async with running(open_engine) as engine:
        assert (await claim_now(engine)).turn.message == said


async def a_redelivery_is_not_a_second_turn(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await asyncio.gather(*(accept(engine, message("1")) for _ in range(5)))
        await answer(engine)
        await accept(engine, message("1"))
        assert await claim(engine) is None


async def a_message_that_comes_twice_at_once_is_one_turn(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("1"), message("2"))
        order = [(await answer(engine)).turn.message.turn_id for _ in range(2)]
        assert await claim(engine) is None
    assert order == ["1", "2"]


async def of_many_deliveries_one_is_told_that_it_is_new(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        copies = [engine.inbox.accept([message("1"), message("2")], ()) for _ in range(5)]
        told = [turn_id for new in await asyncio.gather(*copies) for turn_id in new]
        await answer(engine)
        later = await engine.inbox.accept([message("1"), message("3")], ())
    assert sorted(told) == ["1", "2"]
    assert set(later) == {"3"}


async def a_redelivery_after_a_restart_is_not_a_second_turn(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        await answer(engine)
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        assert await claim(engine) is None


async def messages_of_a_conversation_are_claimed_in_order(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        for number in range(5):
            await accept(engine, message(str(number)))
        order = [(await answer(engine)).turn.message.turn_id for _ in range(5)]
    assert order == ["0", "1", "2", "3", "4"]


async def a_message_that_joins_is_kept_only_where_we_are_already(open_engine: OpenEngine) -> None:
    reply = message("2", "thread", audience="shared", joins=True)
    async with running(open_engine) as engine:
        await accept(engine, reply)
        assert await claim(engine) is None
        await accept(engine, message("1", "thread", audience="shared"), reply)
        order = [(await answer(engine)).turn.message.turn_id for _ in range(2)]
    async with running(open_engine) as engine:
        await accept(engine, message("3", "thread", audience="shared", joins=True))
        order += [(await answer(engine)).turn.message.turn_id]
    assert order == ["1", "2", "3"]


async def whom_we_refused_does_not_bring_us_in(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1", "thread", audience="shared"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [Finished("refused", "")])
        await engine.queue.settle(taken, Settlement("refused"))
        await accept(engine, message("2", "thread", audience="shared", joins=True))
        assert await claim(engine) is None


async def a_batch_is_accepted_in_its_order(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, *(message(str(number)) for number in range(5)))
        order = [(await answer(engine)).turn.message.turn_id for _ in range(5)]
    assert order == ["0", "1", "2", "3", "4"]


async def a_full_conversation_refuses_out_of_place(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(waiting=2)) as engine:
        for number in range(5):
            await accept(engine, message(str(number)))
        first = await claim_now(engine)
        refused = [await engine.queue.claim(only_to_end=True) for _ in range(2)]
        assert await claim(engine) is None
    assert first.turn.message.turn_id == "0"
    assert [taken.turn.message.turn_id for taken in refused] == ["3", "4"]
    assert {taken.work for taken in refused} == {Work("end", "full")}


async def other_conversations_are_taken_while_one_is_full(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(waiting=0)) as engine:
        await accept(engine, message("1", "a"), message("2", "a"), message("3", "b"))
        taken = [await claim_now(engine) for _ in range(3)]
    assert {(one.turn.message.turn_id, one.work.kind) for one in taken} == {
        ("1", "answer"),
        ("2", "end"),
        ("3", "answer"),
    }


async def a_stop_without_a_name_reaches_the_running_turn_only(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        first = await claim_now(engine)
        await engine.inbox.accept((), [Signal("stop", "talk", "ann")])
        async with asyncio.timeout(1):
            await engine.log.stopped("1")
        assert (await engine.queue.renew(first)).turn.stopped
        await end(engine, first)
        second = await claim_now(engine)
    assert second.turn.message.turn_id == "2"
    assert not second.turn.stopped


async def a_stop_twice_does_not_reach_the_next_turn(open_engine: OpenEngine) -> None:
    stop = Signal("stop", "talk", "ann", turn_id="1")
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        first = await claim_now(engine)
        await engine.inbox.accept((), [stop])
        await end(engine, first)
        await engine.inbox.accept((), [stop])
        assert not (await claim_now(engine)).turn.stopped


async def a_stop_that_names_a_waiting_turn_leaves_it_alone(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        first = await claim_now(engine)
        await engine.inbox.accept((), [Signal("stop", "talk", "ann", turn_id="2")])
        assert not (await engine.queue.renew(first)).turn.stopped
        await end(engine, first)
        assert not (await claim_now(engine)).turn.stopped


async def a_stop_stays_in_its_conversation(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1", "talk"), message("2", "other"))
        held = [await claim_now(engine) for _ in range(2)]
        await engine.inbox.accept((), [Signal("stop", "other", "ann", turn_id="1")])
        await engine.inbox.accept((), [Signal("stop", "elsewhere", "ann", turn_id="2")])
        renewed = [await engine.queue.renew(each) for each in held]
    assert not any(each.turn.stopped for each in renewed)


async def a_stop_where_nothing_runs_is_accepted(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await engine.inbox.accept((), [Signal("stop", "nowhere", "ann")])
        await engine.inbox.accept((), [Signal("stop", "talk", "ann", turn_id="unknown")])
        await accept(engine, message("1"))
        assert not (await claim_now(engine)).turn.stopped


async def a_stop_survives_a_restart(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        await claim_now(engine)
        await engine.inbox.accept((), [Signal("stop", "talk", "ann")])
    async with running(open_engine) as engine:
        taken = await claim(engine, within_s=60)
    assert taken is not None
    assert taken.work == Work("end", "stopped")


PROMISES = (
    an_accepted_message_survives_a_restart,
    a_redelivery_is_not_a_second_turn,
    a_message_that_comes_twice_at_once_is_one_turn,
    of_many_deliveries_one_is_told_that_it_is_new,
    a_redelivery_after_a_restart_is_not_a_second_turn,
    messages_of_a_conversation_are_claimed_in_order,
    a_batch_is_accepted_in_its_order,
    a_message_that_joins_is_kept_only_where_we_are_already,
    whom_we_refused_does_not_bring_us_in,
    a_full_conversation_refuses_out_of_place,
    other_conversations_are_taken_while_one_is_full,
    a_stop_without_a_name_reaches_the_running_turn_only,
    a_stop_twice_does_not_reach_the_next_turn,
    a_stop_that_names_a_waiting_turn_leaves_it_alone,
    a_stop_stays_in_its_conversation,
    a_stop_where_nothing_runs_is_accepted,
    a_stop_survives_a_restart,
)
