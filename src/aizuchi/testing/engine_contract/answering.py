"""Promises about the answer log: seen at once, kept in order, resumed at any entry."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from aizuchi.answers import (
    BEGINNING,
    Entry,
    Finished,
    Heard,
    Logged,
    Position,
    Posting,
    Restarted,
    Shown,
    Step,
    TextDelta,
    fold,
)
from aizuchi.errors import LeaseLost
from aizuchi.events import Signal
from aizuchi.ports import Engine, Settlement
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    claim_now,
    end,
    finish,
    message,
    running,
)
from aizuchi.turns import Bounds


async def tail(engine: Engine, turn_id: str, after: Position = BEGINNING) -> list[Logged]:
    """Everything a tail reads from a position to the end."""
    return [line async for group in engine.log.follow(turn_id, after) for line in group]


def entries(log: Sequence[Logged]) -> list[Entry]:
    return [line.entry for line in log]


async def a_log_begins_with_heard(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        assert entries(await engine.log.read("1")) == [Heard()]


async def an_unknown_turn_has_no_log(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        assert list(await engine.log.read("unknown")) == []
        assert await tail(engine, "unknown") == []


async def a_tail_sees_entries_as_they_are_made(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        follower = engine.log.follow("1")
        seen = entries(await anext(follower))
        for piece in ("a", "b", "c"):
            await engine.log.append(taken, [TextDelta(piece)])
            async with asyncio.timeout(1):
                seen += entries(await anext(follower))
        await engine.log.append(taken, [Finished("answered", "abc")])
        seen += [entry async for group in follower for entry in entries(group)]
    assert seen == [
        Heard(), TextDelta("a"), TextDelta("b"), TextDelta("c"), Finished("answered", "abc"),
    ]  # fmt: skip


async def a_tail_from_any_position_reads_exactly_the_rest(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        for number in range(10):
            await engine.log.append(taken, [TextDelta(f"{number} "), Step("s", "look")])
        await engine.log.append(taken, [Finished("answered", "all")])
        whole = await tail(engine, "1")
        for index, line in enumerate(whole):
            rest = await tail(engine, "1", line.position)
            assert entries(rest) == entries(whole[index + 1 :])
        await engine.queue.settle(taken, Settlement("answered"))
        for index, line in enumerate(whole):
            rest = await tail(engine, "1", line.position)
            assert entries(rest) == entries(whole[index + 1 :])


async def what_was_kept_survives_a_restart(open_engine: OpenEngine) -> None:
    made: list[Entry] = [TextDelta("日本語"), Step("s", "look", "done"), TextDelta("🙂")]
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, made)
        await engine.log.append(taken, [Finished("failed", "日本語🙂", "so", "bug", "x1")])
    async with running(open_engine) as engine:
        kept = entries(await engine.log.read("1"))
    assert kept == [Heard(), *made, Finished("failed", "日本語🙂", "so", "bug", "x1")]


async def a_new_attempt_restarts_every_tail(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.3)) as engine:
        await accept(engine, message("1"))
        first = await claim_now(engine)
        await engine.log.append(first, [TextDelta("old "), TextDelta("text")])
        reading = engine.log.follow("1")
        seen = list(await anext(reading))
        second = await claim_now(engine)
        await engine.log.append(second, [Restarted()])
        await engine.log.append(second, [TextDelta("new")])
        await engine.log.append(second, [Finished("answered", "new")])
        seen += [line async for group in reading for line in group]
        fresh = await tail(engine, "1")
        late = await tail(engine, "1", Position(1, 99))
    end = [TextDelta("new"), Finished("answered", "new")]
    assert entries(seen)[-3:] == [Restarted(), *end]
    assert entries(fresh) == [Heard(), *end]
    assert entries(late) == [Restarted(), *end]
    assert fold(seen).text == "new"


async def pages_shown_are_read_by_every_later_attempt(open_engine: OpenEngine) -> None:
    async with running(open_engine, Bounds(lease_s=0.3)) as engine:
        await accept(engine, message("1"))
        await engine.log.append(await claim_now(engine), [Shown(1, "ref-1")])
        second = await claim_now(engine)
        await engine.log.append(second, [Restarted()])
        await finish(engine, second)
        await engine.log.append(second, [Shown(2, "ref-2")])
        shown = fold(await engine.log.read("1")).shown
    assert shown == (Shown(1, "ref-1"), Shown(2, "ref-2"))


async def a_finished_answer_is_seen_only_once_it_is_kept(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        reading = engine.log.follow("1")
        await anext(reading)
        finishing = asyncio.create_task(engine.log.append(taken, [Finished("answered", "x")]))
        async for group in reading:
            if any(isinstance(line.entry, Finished) for line in group):
                assert fold(await engine.log.read("1")).finished is not None
        await finishing


async def a_stop_reaches_who_answers_though_a_reader_has_left(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        await claim_now(engine)
        stopped = asyncio.create_task(engine.log.stopped("1"))
        reading = engine.log.follow("1")
        await anext(reading)
        assert isinstance(reading, AsyncGenerator)
        await reading.aclose()
        await engine.inbox.accept((), [Signal("stop", "talk", "ann")])
        async with asyncio.timeout(1):
            await stopped


async def a_reader_sees_the_end_of_a_turn_that_is_settled_at_once(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        reading = asyncio.create_task(tail(engine, "1"))
        await end(engine, taken)
        async with asyncio.timeout(1):
            assert fold(await reading).finished == Finished("answered", "answer 1")


async def nothing_but_receipts_follows_the_end(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await finish(engine, taken)
        await engine.log.append(taken, [Posting(1, 5.0)])
        await engine.log.append(taken, [Shown(1, "ref-1")])
        with pytest.raises(LeaseLost):
            await engine.log.append(taken, [Finished("failed", "twice")])
        answer = fold(await engine.log.read("1"))
    assert answer.finished == Finished("answered", "answer 1")
    assert answer.shown == (Shown(1, "ref-1"),)


async def many_tails_read_the_same(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        tails = [asyncio.create_task(tail(engine, "1")) for _ in range(10)]
        for number in range(50):
            await engine.log.append(taken, [TextDelta(f"{number} ")])
            await asyncio.sleep(0)
        await engine.log.append(taken, [Finished("answered", "end")])
        read = await asyncio.gather(*tails)
    assert {fold(log).text for log in read} == {"end"}
    assert len({tuple(entries(log)) for log in read}) == 1


PROMISES = (
    a_log_begins_with_heard,
    an_unknown_turn_has_no_log,
    a_tail_sees_entries_as_they_are_made,
    a_tail_from_any_position_reads_exactly_the_rest,
    what_was_kept_survives_a_restart,
    a_new_attempt_restarts_every_tail,
    pages_shown_are_read_by_every_later_attempt,
    a_finished_answer_is_seen_only_once_it_is_kept,
    a_stop_reaches_who_answers_though_a_reader_has_left,
    a_reader_sees_the_end_of_a_turn_that_is_settled_at_once,
    nothing_but_receipts_follows_the_end,
    many_tails_read_the_same,
)
