"""What the table holds: texts longer than an item, answers read elsewhere, what goes with time."""

import asyncio

import pytest
from tests.engines.clouds import opener, played

from aizuchi.answers import BEGINNING, Consent, Finished, Logged, Step, TextDelta, fold
from aizuchi.consent import decision_id
from aizuchi.engines.aws.items import from_wire
from aizuchi.engines.aws.keys import Order
from aizuchi.engines.aws.texts import unpacked
from aizuchi.errors import LeaseLost
from aizuchi.events import Signal
from aizuchi.limits import Budget
from aizuchi.ports import Engine, Retention, Settlement
from aizuchi.recall import Window, shelf_of
from aizuchi.testing.engine_contract.bench import (
    accept,
    claim_now,
    end,
    exchange,
    finish,
    message,
    running,
)

ANN = "test:home:ann"
LONG = "長い文章 and a 🙂. " * 40_000  # 1 MB: no item holds it
DAY_S = 86_400.0


async def read_elsewhere(engine: Engine, turn_id: str) -> list[Logged]:
    return [line async for group in engine.log.follow(turn_id, BEGINNING) for line in group]


async def test_texts_longer_than_an_item_are_kept_whole() -> None:
    async with played() as (_, cloud):
        async with running(opener(cloud)) as engine:
            await accept(engine, message("1", text=LONG))
            taken = await claim_now(engine)
            assert taken.turn.message.text == LONG
            await finish(engine, taken, LONG)
            assert fold(await engine.log.read("1")).text == LONG
            await engine.queue.settle(taken, Settlement("answered"))
        async with running(opener(cloud)) as engine:
            said = await engine.chats.read(ANN, "talk")
            recalled = await engine.memory.recall(message("2"), "thread", Window(3))
            await asyncio.sleep(700)
            collapsed = fold(await engine.log.read("1"))
    assert said
    assert (said[0].question, said[0].answer) == (LONG, LONG)
    assert [each.answer for each in recalled.exchanges] == [LONG]
    assert collapsed.text == LONG


async def test_what_a_thread_holds_is_read_page_by_page() -> None:
    """A query brings no more than a megabyte at a time."""
    text = "words " * 40_000
    async with played() as (_, cloud), running(opener(cloud)) as engine:
        for number in range(8):
            await exchange(engine, message(str(number)), text)
        said = await engine.chats.read(ANN, "talk")
        assert await engine.chats.delete(ANN, "talk")
        assert await engine.chats.read(ANN, "talk") is None
    assert said
    assert [one.turn_id for one in said] == [str(number) for number in range(8)]


async def test_a_long_text_is_gone_from_every_item_once_it_is_forgotten() -> None:
    async with played() as (aws, cloud), running(opener(cloud)) as engine:
        await exchange(engine, message("1", text="secret " + LONG), "secret " + LONG)
        await accept(engine, message("wish", "other", text="forget me"))
        taken = await claim_now(engine)
        await finish(engine, taken, "Done.")
        await engine.queue.settle(taken, Settlement("answered", forget_person=True))
        await asyncio.sleep(1)
        items = [item for _, item in aws.dynamodb.table("aizuchi").all()]
        kept = str([(item, unpacked(from_wire(item).get("body", ""))) for item in items])
    assert "Done." in kept
    assert "secret" not in kept
    assert "長い文章" not in kept


async def test_a_reader_in_another_process_follows_an_answer_to_its_end() -> None:
    async with (
        played() as (_, cloud),
        running(opener(cloud)) as making,
        running(opener(cloud)) as reading,
    ):
        await accept(making, message("1"))
        following = asyncio.create_task(read_elsewhere(reading, "1"))
        taken = await claim_now(making)
        for piece in ("one ", "two ", "three"):
            await making.log.append(taken, [TextDelta(piece)])
            await asyncio.sleep(3)
        await end(making, taken)
        async with asyncio.timeout(2):
            seen = await following
    assert fold(seen).finished == Finished("answered", "answer 1")
    assert TextDelta("one ") in [line.entry for line in seen]


async def test_a_reader_goes_on_where_another_process_takes_over() -> None:
    async with (
        played() as (_, cloud),
        running(opener(cloud)) as first,
        running(opener(cloud)) as second,
    ):
        await accept(first, message("1"))
        stale = await claim_now(first)
        await first.log.append(stale, [TextDelta("half")])
        following = asyncio.create_task(read_elsewhere(first, "1"))
        async with asyncio.timeout(60):
            taken = await second.queue.claim()
        await end(second, taken)
        with pytest.raises(LeaseLost):
            await first.queue.renew(stale)
        async with asyncio.timeout(2):
            assert fold(await following).finished == Finished("answered", "answer 1")


async def test_text_is_written_at_most_sixteen_times_in_eight_seconds() -> None:
    async with played() as (aws, cloud), running(opener(cloud)) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        before = aws.calls["DynamoDB.PutItem"]
        for _ in range(80):
            await engine.log.append(taken, [TextDelta("word ")])
            await asyncio.sleep(0.1)
        early = aws.calls["DynamoDB.PutItem"] - before
        for _ in range(80):
            await engine.log.append(taken, [TextDelta("word ")])
            await asyncio.sleep(0.1)
        late = aws.calls["DynamoDB.PutItem"] - before - early
        await engine.log.append(taken, [Step("s", "look")])
        assert fold(await engine.log.read("1")).text == "word " * 160
    assert 14 <= early <= 16
    assert 3 <= late <= 5


async def test_a_stop_is_seen_with_the_next_text() -> None:
    async with (
        played() as (_, cloud),
        running(opener(cloud)) as making,
        running(opener(cloud)) as other,
    ):
        await accept(making, message("1"))
        taken = await claim_now(making)
        stopped = asyncio.create_task(making.log.stopped("1"))
        await other.inbox.accept((), [Signal("stop", "talk", "ann")])
        await making.log.append(taken, [TextDelta("on the way")])
        async with asyncio.timeout(1):
            await stopped


async def test_a_question_that_nobody_decides_is_over_in_time() -> None:
    async with played() as (_, cloud), running(opener(cloud)) as engine:
        expires_at = await ask(engine, "1", within_s=3_600)
        over = asyncio.create_task(engine.consents.expired())
        await asyncio.sleep(3_590)
        assert not over.done()
        async with asyncio.timeout(60):
            pending = await over
        assert pending.consent.expires_at == expires_at
        again = asyncio.create_task(engine.consents.expired())
        async with asyncio.timeout(120):
            assert await again == pending  # until its end is taken up
        await accept(engine, message(decision_id("1")))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1_000):
                await engine.consents.expired()


async def ask(engine: Engine, turn_id: str, within_s: float) -> float:
    """A turn that ends in a question."""
    await accept(engine, message(turn_id))
    taken = await claim_now(engine)
    expires_at = taken.turn.accepted_at + within_s
    consent = Consent(turn_id, "digest", "ann", (("delete", "{}"),), expires_at)
    await engine.log.append(taken, [Finished("asks", "May I?", consent=consent)])
    await engine.queue.settle(taken, Settlement("asks"))
    return expires_at


async def test_a_platform_that_says_wait_says_it_to_every_worker() -> None:
    budgets = {"chat.update": Budget(5, 1.0)}
    async with (
        played() as (_, cloud),
        running(opener(cloud, budgets=budgets)) as first,
        running(opener(cloud, budgets=budgets)) as second,
    ):
        assert await second.pace.take("home", "chat.update:C1") == 0
        await first.pace.penalise("home", "chat.update:C1", 30)
        await asyncio.sleep(3)
        waits_s = await second.pace.take("home", "chat.update:C1")
        assert await second.pace.take("home", "chat.update:C2") == 0
    assert 26 < waits_s <= 27


async def test_text_is_gone_when_its_time_is_up_though_dynamodb_is_late() -> None:
    async with played() as (aws, cloud):
        aws.dynamodb.ttl_lag_s = 2 * DAY_S
        async with running(opener(cloud, retention=Retention(text_days=1))) as engine:
            for number in range(4):
                await exchange(engine, message(str(number)))
            found = await engine.memory.overflow(shelf_of(message("x"), "thread"), Window(4))
            assert found
            await engine.memory.summarise(found, "what was said")
            await asyncio.sleep(DAY_S + 60)
            recalled = await engine.memory.recall(message("next"), "thread", Window(9))
            assert (list(recalled.exchanges), list(recalled.summaries)) == ([], [])
            assert list(await engine.memory.export(ANN)) == []
            assert list(await engine.log.read("1")) == []
            await accept(engine, message("1"))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(5):
                    await engine.queue.claim()


async def test_an_order_never_goes_back_behind_what_it_has_seen() -> None:
    order = Order(lambda: 1_000.0, lambda: 0.5)
    first = order.next(0)
    assert order.next(first + 10**9) > first + 10**9
    assert order.next(0) > first + 10**9
