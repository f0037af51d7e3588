"""Promises about a person's threads: theirs alone, listed, read, renamed, deleted for good."""

import asyncio

import pytest

from aizuchi.answers import (
    Entry,
    Finished,
    Source,
    Step,
    TextDelta,
    ToolCall,
    ToolReturned,
    ToolsCalled,
    Trail,
)
from aizuchi.errors import LeaseLost
from aizuchi.ports import Settlement
from aizuchi.recall import Window
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    claim,
    claim_now,
    exchange,
    message,
    running,
)

ANN, BOB = "test:home:ann", "test:home:bob"


async def threads_are_listed_newest_first(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        for talk in ("a", "b"):
            await exchange(engine, message(talk, talk, text=f"About {talk}\nmore"))
            await asyncio.sleep(0.01)
        await accept(engine, message("again", "a"))
        listed = await engine.chats.list(ANN)
    assert [(chat.id, chat.title, chat.running) for chat in listed] == [
        ("a", "About a", True),
        ("b", "About b", False),
    ]


async def a_thread_is_read_as_it_stands(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1", text="hello"), "hi")
        await accept(engine, message("2", text="more"))
        said = await engine.chats.read(ANN, "talk")
    assert said is not None
    assert [(one.ref, one.question, one.answer, one.running) for one in said] == [
        ("ref-1", "hello", "hi", False),
        ("ref-2", "more", "", True),
    ]


async def a_failed_answer_is_read_with_its_number(open_engine: OpenEngine) -> None:
    """Before it settles and after: with what the person was told, and what finds it in the log."""
    end = Finished("failed", "half", "It broke.", "bug", "i7")
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [end])
        finished = await engine.chats.read(ANN, "talk")
        await engine.queue.settle(taken, Settlement("failed"))
        settled = await engine.chats.read(ANN, "talk")
    for said in (finished, settled):
        assert said is not None
        told = [(one.outcome, one.answer, one.said, one.code, one.incident) for one in said]
        assert told == [end[:5]]


async def a_thread_keeps_what_was_done_on_the_way(open_engine: OpenEngine) -> None:
    """Before it settles and after: the steps but not their pieces, and each source once."""
    source = Source("https://example.com/", "Example")
    done, broken = Step("1.0", "Searching", "done"), Step("1.1", "Reading")
    made: list[Entry] = [
        Step("thinking", "Thinking…"),
        ToolsCalled(1, "", (ToolCall("a", "search", "{}"), ToolCall("b", "read", "{}"))),
        done._replace(state="running"),
        broken,
        ToolReturned(1, 0, "found", sources=(source, source)),
        done,
        Finished("cancelled", "half"),
    ]
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, made)
        finished = await engine.chats.read(ANN, "talk")
        await engine.queue.settle(taken, Settlement("cancelled"))
        settled = await engine.chats.read(ANN, "talk")
    for said in (finished, settled):
        trails = [one.trail for one in said or ()]
        assert trails == [Trail((done, broken._replace(state="failed")), (source,))]


async def an_answer_being_asked_again_is_gone_from_the_thread(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "old")
        await accept(engine, message("2", replaces="1"))
        said = await engine.chats.read(ANN, "talk")
    assert [one.turn_id for one in said or ()] == ["2"]


async def another_persons_thread_does_not_exist(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        assert await engine.chats.read(BOB, "talk") is None
        assert not await engine.chats.rename(BOB, "talk", "mine")
        assert not await engine.chats.delete(BOB, "talk")
        assert list(await engine.chats.list(BOB)) == []
        assert [chat.title for chat in await engine.chats.list(ANN)] == ["question 1"]


async def whose_a_thread_is_shows_by_how_its_key_begins(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1", "web:a:ann"), message("2", "web:ab:bob", sender="bob"))
        assert list(await engine.chats.whose("web:a:")) == [ANN]
        assert list(await engine.chats.whose("web:ab:")) == [BOB]
        assert list(await engine.chats.whose("web:b:")) == []


async def a_thread_keeps_its_new_name(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        assert await engine.chats.rename(ANN, "talk", "名前")
        await exchange(engine, message("2"))
        assert [chat.title for chat in await engine.chats.list(ANN)] == ["名前"]


async def a_deleted_thread_is_gone(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "secret")
        assert await engine.chats.delete(ANN, "talk")
        assert await engine.chats.read(ANN, "talk") is None
        assert list(await engine.chats.list(ANN)) == []
        assert list(await engine.log.read("1")) == []
        assert (await engine.memory.recall(message("2"), "user", Window(10))).exchanges == []
        assert not await engine.chats.delete(ANN, "talk")


async def a_redelivery_after_deletion_is_not_answered(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        await engine.chats.delete(ANN, "talk")
        await accept(engine, message("1"))
        assert await claim(engine) is None


async def deleting_ends_what_runs(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"), message("2"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [TextDelta("on the way")])
        reading = engine.log.follow("1")
        await anext(reading)
        stopped = asyncio.create_task(engine.log.stopped("1"))
        await asyncio.sleep(0)
        await engine.chats.delete(ANN, "talk")
        async with asyncio.timeout(1):
            assert [group async for group in reading] == []
            await stopped
        with pytest.raises(LeaseLost):
            await engine.queue.renew(taken)
        await accept(engine, message("3"))
        assert (await claim_now(engine)).turn.message.turn_id == "3"


PROMISES = (
    threads_are_listed_newest_first,
    a_thread_is_read_as_it_stands,
    a_failed_answer_is_read_with_its_number,
    a_thread_keeps_what_was_done_on_the_way,
    an_answer_being_asked_again_is_gone_from_the_thread,
    another_persons_thread_does_not_exist,
    whose_a_thread_is_shows_by_how_its_key_begins,
    a_thread_keeps_its_new_name,
    a_deleted_thread_is_gone,
    a_redelivery_after_deletion_is_not_answered,
    deleting_ends_what_runs,
)
