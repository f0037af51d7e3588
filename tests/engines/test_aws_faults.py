"""Whatever happens to a call of AWS, what was done is done once: the life of a message, with one
fault at one call, at every call in turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest
from tests.engines.clouds import opener, played

from aizuchi.answers import Finished, Posting, Shown, TextDelta, fold
from aizuchi.errors import StoreUnavailable
from aizuchi.events import Signal
from aizuchi.ports import Allowance, Engine, Settlement
from aizuchi.recall import Window
from aizuchi.simulator.aws import FakeAWS, Fault
from aizuchi.testing.engine_contract.bench import accept, claim, message, running

ANN = "test:home:ann"
WRITES = (
    "DynamoDB.TransactWriteItems",
    "DynamoDB.UpdateItem",
    "DynamoDB.PutItem",
    "DynamoDB.DeleteItem",
    "DynamoDB.BatchWriteItem",
    "SQS.SendMessage",
    "SQS.SendMessageBatch",
    "SQS.DeleteMessage",
    "SQS.ChangeMessageVisibility",
)


class Tally(NamedTuple):
    """What a life leaves behind, by which one is told from two."""

    claimed: list[str]
    recalled: list[str]
    text: str
    shown: tuple[Shown, ...]
    used: list[tuple[int, int]]
    listed: int
    ticket: str | None
    left_open: bool


async def life(engine: Engine) -> Tally:
    """Two messages, a stop, a ticket and a question asked again, each taken to its end."""
    await accept(engine, message("1"), message("2"))
    await engine.inbox.accept((), [Signal("stop", "elsewhere", "ann")])
    ticket = await engine.tickets.make("ann", "")
    claimed = [await answered(engine) for _ in range(2)]
    await accept(engine, message("3", replaces="1"))
    claimed.append(await answered(engine))
    recalled = await engine.memory.recall(message("next"), "thread", Window(9))
    log = fold(await engine.log.read("3"))
    return Tally(
        claimed,
        [each.question for each in recalled.exchanges],
        log.text,
        log.shown,
        [(day.answers, day.tokens) for day in await engine.usage.read("2000-01-01")],
        len(await engine.chats.list(ANN)),
        await engine.tickets.use(ticket, ""),
        await claim(engine, within_s=90) is not None,
    )


async def answered(engine: Engine) -> str:
    """The next turn with all that is written on its way. What the store refuses is tried again, as
    an attempt does while its lease lives."""
    taken = await claim(engine, within_s=90)
    assert taken
    await engine.usage.admit(taken)
    turn_id = taken.turn.message.turn_id
    await engine.log.append(taken, [TextDelta("yes ")])
    await asyncio.sleep(1)
    taken = await engine.queue.renew(taken)
    await engine.log.append(taken, [Posting(1, 0.0)])
    await engine.log.append(taken, [Shown(1, f"ref {turn_id}")])
    await engine.log.append(taken, [Finished("answered", f"yes {turn_id}")])
    await engine.queue.settle(taken, Settlement("answered", tokens=5))
    return turn_id


@asynccontextmanager
async def opened(**how: Any) -> AsyncIterator[tuple[FakeAWS, Engine]]:
    allowance = Allowance(9, 9, 99)
    async with (
        played() as (aws, cloud),
        running(opener(cloud, **how), allowance=allowance) as engine,
    ):
        yield aws, engine


async def undisturbed(pushed: set[str]) -> tuple[Tally, dict[str, int]]:
    """What is left by a life without a fault, and how often each call was made."""
    async with opened(pushed=pushed) as (aws, engine):
        before = aws.calls.copy()
        tally = await life(engine)
        return tally, {name: aws.calls[name] - before[name] for name in aws.calls}


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        (set(), Fault(lost="reply")),
        (set(), Fault(lost="reply", frozen=True)),
        (set(), Fault(error="ThrottlingException")),
        ({"test"}, Fault(lost="reply")),
        ({"test"}, Fault(status=503)),
    ],
    ids=[
        "landing: lost",
        "landing: frozen",
        "landing: throttled",
        "queueing: lost",
        "queueing: 503",
    ],
)
async def test_one_fault_at_any_call_that_writes_changes_nothing(
    way: set[str], fault: Fault
) -> None:
    expected, calls = await undisturbed(way)
    assert not expected.left_open
    assert sum(calls.get(name, 0) for name in WRITES) > 30
    for name in WRITES:
        for after in range(calls.get(name, 0)):
            async with opened(pushed=way) as (aws, engine):
                aws.faults.order(fault, name, after=after)
                assert await life(engine) == expected, (name, after)


@pytest.mark.parametrize("part", ["DynamoDB", "SQS"])
async def test_a_storm_of_refusals_is_waited_out(part: str) -> None:
    """Every second call of a service is throttled."""
    expected, _ = await undisturbed(set())
    async with opened() as (aws, engine):
        busy = Fault(error="ThrottlingException")
        aws.faults.spoil = lambda number, method: busy if number % 2 and part in method else None
        assert await life(engine) == expected


async def test_a_store_that_refuses_everything_says_so_in_time() -> None:
    async with opened() as (aws, engine):
        aws.faults.order(Fault(error="ThrottlingException"), "DynamoDB.BatchGetItem", times=1000)
        began = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable, match="dynamodb:BatchGetItem"):
            await accept(engine, message("1"))
        assert asyncio.get_running_loop().time() - began < 10


async def test_a_right_that_is_missing_is_named_at_once() -> None:
    async with opened() as (aws, engine):
        aws.faults.order(Fault(error="AccessDeniedException"), "DynamoDB.TransactWriteItems")
        with pytest.raises(StoreUnavailable, match="Give this role the right"):
            await accept(engine, message("1"))
        assert aws.calls["DynamoDB.TransactWriteItems"] == 1


async def test_what_was_refused_for_a_while_is_not_lost() -> None:
    """A message whose wake-up could not be sent was not accepted; sent again, it is answered."""
    async with opened() as (aws, engine):
        aws.faults.order(Fault(status=503), "SQS.SendMessageBatch", times=1000)
        with pytest.raises(StoreUnavailable):
            await accept(engine, message("1"))
        aws.faults.clear()
        await accept(engine, message("1"))
        assert await answered(engine) == "1"
        assert await claim(engine, within_s=90) is None


async def test_a_batch_that_is_half_done_is_done_to_its_end() -> None:
    async with opened() as (aws, engine):
        await accept(engine, message("1"))
        aws.dynamodb.put_off(2)
        assert await answered(engine) == "1"


async def test_a_stale_read_is_never_asked_for() -> None:
    """Everything is read with what was written before in sight."""
    async with opened() as (aws, engine):
        aws.dynamodb.stale(times=1000, lag_s=60)
        assert (await life(engine)).claimed == ["1", "2", "3"]
