"""What an answer leaves in the table while it is made, and what becomes of it where its worker dies
in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.clouds import opener, played

from aizuchi.answers import Finished, Posting, Shown, Step, TextDelta, fold
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Key, from_wire
from aizuchi.engines.aws.texts import PACKED_FROM, packed, unpacked
from aizuchi.errors import StoreUnavailable
from aizuchi.events import Signal
from aizuchi.ports import Allowance, Engine, Settlement
from aizuchi.simulator.aws import FakeAWS, Fault
from aizuchi.simulator.aws.sqs import Message
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import (
    accept,
    claim,
    claim_now,
    end,
    message,
    running,
)
from aizuchi.turns import Bounds

TAKEOVER_S = 45.0
UNREAD_S = 11.0
WORDS = "The secret words of an answer. "


class Place(NamedTuple):
    aws: FakeAWS
    workers: list[Engine]

    def items(self) -> dict[Key, Item]:
        found = [from_wire(item) for _, item in self.aws.dynamodb.table("aizuchi").all()]
        return {Key(str(each["pk"]), str(each["sk"])): each for each in found}

    def row(self, turn_id: str = "1") -> Item:
        return self.items()[keys.turn(turn_id)]

    def log(self) -> list[Item]:
        return [item for key, item in self.items().items() if key.sk.startswith("log ")]

    def beside(self) -> list[Message]:
        return list(self.aws.sqs.queue("side").messages)


@asynccontextmanager
async def place(
    workers: int = 1, allowance: Allowance = Allowance(0, 0, 0)
) -> AsyncIterator[Place]:
    """Workers whose messages come from a platform."""
    async with played() as (aws, cloud), AsyncExitStack() as opened:
        entering = [
            running(opener(cloud, pushed={"test"}), Bounds(), allowance) for _ in range(workers)
        ]
        yield Place(aws, [await opened.enter_async_context(each) for each in entering])


# ── the answer ────────────────────────────────────────────────────────────────


async def test_receipts_stand_in_the_turns_row_without_a_word_of_the_answer() -> None:
    async with place() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [TextDelta(WORDS)])
        await engine.log.append(taken, [Posting(1, 5.0)])
        await engine.log.append(taken, [TextDelta(WORDS)])
        await engine.log.append(taken, [Shown(1, "ref")])
        assert here.log() == []
        assert "secret" not in str(here.row())
        kept = [line.entry for line in await engine.log.read("1")][1:]
    assert kept == [Posting(1, 5.0), Shown(1, "ref")]


async def test_words_go_with_what_has_to_be_kept_and_otherwise_after_a_while() -> None:
    async with place() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [TextDelta("a"), TextDelta("b")])
        await engine.log.append(taken, [Step("s", "look")])
        assert fold(await engine.log.read("1")).text == "ab"
        await engine.log.append(taken, [TextDelta("c")])
        await engine.log.append(taken, [Posting(1, 5.0)])
        await engine.log.append(taken, [TextDelta("d")])
        assert fold(await engine.log.read("1")).text == "ab"
        await asyncio.sleep(11)
        read = await engine.log.read("1")
    assert fold(read).text == "abcd"
    assert fold(read).postings == (Posting(1, 5.0),)


async def test_when_the_first_words_came_is_known_though_they_are_kept_later() -> None:
    async with place() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [TextDelta("a")])
        await engine.log.append(taken, [Posting(1, 5.0)])
        begun = virtual_time.clock()
        await asyncio.sleep(5)
        await end(engine, taken)
        trace = await engine.traces.read("1")
    assert trace
    assert [round(begun - each.at, 1) for each in trace.events if each.code == "text"] == [0.0]


async def test_an_end_that_its_turn_does_not_name_is_none() -> None:
    """Its worker died between the two writes of it."""
    async with place(2) as here:
        first, second = here.workers
        await accept(first, message("1"))
        taken = await claim_now(first)
        here.aws.faults.order(Fault(lost="call"), "DynamoDB.UpdateItem", times=1000)
        finishing = asyncio.create_task(first.log.append(taken, [Finished("answered", "lost")]))
        with pytest.raises(StoreUnavailable):
            await finishing
        here.aws.faults.clear()
        assert len(here.log()) == 1
        assert fold(await second.log.read("1")).finished is None
        newest = await claim(second, within_s=TAKEOVER_S)
        assert newest
        await end(second, newest)
        assert fold(await first.log.read("1")).finished == Finished("answered", "answer 1")


async def test_words_that_come_behind_the_end_count_for_nothing() -> None:
    async with place() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [Finished("answered", "whole")])
        before = await engine.traces.read("1")
        await engine.log.append(taken, [TextDelta("too late")])
        await asyncio.sleep(UNREAD_S)
        assert len(here.log()) == 2
        assert await engine.traces.read("1") == before


@given(text=st.one_of(st.text(), st.text(min_size=PACKED_FROM, max_size=2 * PACKED_FROM)))
def test_a_text_that_was_packed_is_itself_again(text: str) -> None:
    sound = text.encode("utf-8", "ignore").decode()
    assert unpacked(packed(sound)) == sound


def test_words_pack_to_much_less() -> None:
    said = " ".join(f"sentence {number} says something else" for number in range(60))
    assert len(packed(said)) < len(said) / 3


# ── who takes over ────────────────────────────────────────────────────────────


async def test_who_takes_over_puts_a_turn_into_its_place_and_a_stop_reaches_it() -> None:
    """Its first worker died once it had the turn, before the conversation knew of it."""
    async with place(2) as here:
        first, second = here.workers
        await accept(first, message("1"))
        here.aws.faults.order(Fault(lost="call"), "DynamoDB.PutItem", after=1, times=1000)
        dying = asyncio.create_task(first.queue.claim())
        await asyncio.sleep(1)
        assert here.row()["attempt"] == 1
        assert keys.talk("talk") not in here.items()
        dying.cancel()
        here.aws.faults.clear()
        taken = await claim(second, within_s=TAKEOVER_S)
        assert taken
        stopped = asyncio.create_task(second.log.stopped("1"))
        await second.inbox.accept((), (Signal("stop", "talk", "ann", "1"),))
        async with asyncio.timeout(1):
            await stopped
        assert taken.turn.attempt == 2


async def test_who_takes_a_turn_over_does_not_count_it_again() -> None:
    async with place(2, Allowance(1, 1, 0)) as here:
        first, second = here.workers
        await accept(first, message("1"))
        assert await first.usage.admit(await claim_now(first)) is None
        taken = await claim(second, within_s=TAKEOVER_S)
        assert taken
        assert await second.usage.admit(taken) is None
        assert [day.answers for day in await second.usage.read("2000-01-01")] == [1]


async def test_a_guardian_watches_over_what_is_held_longer_than_a_renewal() -> None:
    async with place() as here:
        (engine,) = here.workers
        await accept(engine, message("1"))
        await accept(engine, message("2", "other"))
        short = await claim_now(engine)
        await end(engine, short)
        longer = await claim_now(engine)
        assert len(here.beside()) == 2  # those that every message is sent with
        longer = await engine.queue.renew(longer)
        await engine.queue.renew(longer)
        assert len(here.beside()) == 3
        left_s = here.beside()[-1].visible_at - virtual_time.clock()
        assert left_s <= Bounds().answer_within_s + 11
        await engine.log.append(longer, [Finished("answered", "so")])
        await engine.queue.settle(longer, Settlement("answered"))
