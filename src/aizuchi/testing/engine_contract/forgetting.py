"""Promises about a person who wishes to be forgotten, or to take away what they said."""

from aizuchi.answers import BEGINNING
from aizuchi.events import Spoken
from aizuchi.history import Holdings
from aizuchi.ports import OURS, Engine, Settlement
from aizuchi.recall import Window, shelf_of
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    claim,
    claim_now,
    exchange,
    finish,
    message,
    running,
)

ANN, BOB = "test:home:ann", "test:home:bob"
HALL = {"place": "hall", "audience": "shared"}
WINDOW = Window(4)


async def ask_to_be_forgotten(engine: Engine, turn_id: str = "wish", talk: str = "talk") -> None:
    await accept(engine, message(turn_id, talk, text="forget me"))
    await settle_the_wish(engine)


async def settle_the_wish(engine: Engine) -> None:
    taken = await claim_now(engine)
    await finish(engine, taken, "Done.")
    await engine.queue.settle(taken, Settlement("answered", forget_person=True))


async def said_in_the_hall(engine: Engine, *turns: str, sender: str) -> None:
    for turn in turns:
        said = message(turn, "hall talk", sender=sender, place="hall", audience="shared")
        await exchange(engine, said, f"answer {turn}")


async def all_of_a_person_goes_but_the_wish_itself(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "one")
        await exchange(engine, message("2", "other talk"), "two")
        await said_in_the_hall(engine, "3", sender="ann")
        assert await engine.memory.holds(ANN) == Holdings(messages=3, conversations=3)
        await ask_to_be_forgotten(engine)
        assert [own.said.question for own in await engine.memory.export(ANN)] == ["forget me"]
        assert [(chat.id, chat.title) for chat in await engine.chats.list(ANN)] == [
            ("talk", "forget me")
        ]
        for turn in ("1", "2", "3"):
            assert list(await engine.log.read(turn)) == []
        recalled = await engine.memory.recall(message("next"), "user", WINDOW)
    assert [each.question for each in recalled.exchanges] == ["forget me"]


async def nobody_else_loses_a_word(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await said_in_the_hall(engine, "1", sender="bob")
        await said_in_the_hall(engine, "2", sender="ann")
        await exchange(engine, message("3", "bobs", sender="bob"), "three")
        await ask_to_be_forgotten(engine)
        hall = message("next", "hall talk", sender="bob", place="hall", audience="shared")
        recalled = await engine.memory.recall(hall, "channel", WINDOW)
        assert [each.question for each in recalled.exchanges] == ["question 1"]
        assert await engine.memory.holds(BOB) == Holdings(messages=2, conversations=2)
        assert [chat.id for chat in await engine.chats.list(BOB)] == ["bobs"]


async def what_is_forgotten_is_still_known_when_it_comes_again(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        await ask_to_be_forgotten(engine)
        await accept(engine, message("1"))
        assert await claim(engine) is None


async def summaries_that_covered_a_person_are_due_anew(open_engine: OpenEngine) -> None:
    shared = shelf_of(message("x", "hall talk", place="hall", audience="shared"), "thread")
    own = shelf_of(message("x"), "thread")
    async with running(open_engine) as engine:
        await said_in_the_hall(engine, "1", sender="ann")
        await said_in_the_hall(engine, "2", "3", "4", "5", sender="bob")
        for number in range(4):
            await exchange(engine, message(f"own {number}"))
        for shelf in (shared, own):
            found = await engine.memory.overflow(shelf, WINDOW)
            assert found
            assert await engine.memory.summarise(found, "what ann said")
        await ask_to_be_forgotten(engine)
        hall = message("next", "hall talk", sender="bob", place="hall", audience="shared")
        recalled = await engine.memory.recall(hall, "thread", WINDOW)
        assert list(recalled.summaries) == []
        assert await engine.memory.due() == [shared]
        assert await engine.memory.due() == []
        anew = await engine.memory.overflow(shared, WINDOW)
    assert anew
    assert anew.summary == ""
    assert [each.question for each in anew.exchanges] == ["question 2", "question 3"]


async def a_summary_that_never_covered_them_stays(open_engine: OpenEngine) -> None:
    shelf = shelf_of(message("x", "hall talk", place="hall", audience="shared"), "thread")
    async with running(open_engine) as engine:
        await said_in_the_hall(engine, "1", "2", "3", "4", sender="bob")
        found = await engine.memory.overflow(shelf, WINDOW)
        assert found
        await engine.memory.summarise(found, "what bob said")
        await said_in_the_hall(engine, "5", sender="ann")
        await ask_to_be_forgotten(engine)
        hall = message("next", "hall talk", sender="bob", place="hall", audience="shared")
        recalled = await engine.memory.recall(hall, "thread", WINDOW)
        assert list(recalled.summaries) == ["what bob said"]
        assert await engine.memory.due() == []


async def a_turn_that_was_running_ends_and_leaves_nothing(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("running", "other talk"))
        taken = await claim_now(engine)
        await ask_to_be_forgotten(engine)
        await finish(engine, taken, "late")
        await engine.queue.settle(taken, Settlement("answered"))
        assert [own.said.question for own in await engine.memory.export(ANN)] == ["forget me"]
        assert [chat.id for chat in await engine.chats.list(ANN)] == ["talk"]
        assert list(await engine.log.read("running")) == []


async def what_comes_after_the_wish_is_kept(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        await accept(engine, message("wish", text="forget me"), message("later"))
        await settle_the_wish(engine)
        assert [chat.id for chat in await engine.chats.list(ANN)] == ["talk"]
        await exchange(engine, message("last"))
        told = [own.said.question for own in await engine.memory.export(ANN)]
    assert told == ["forget me", "question later"]


async def a_wish_survives_a_restart(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("running", "other talk"))
        await exchange_the_wish(engine)
    async with running(open_engine) as engine:
        taken = await claim_now(engine)
        await finish(engine, taken, "late")
        await engine.queue.settle(taken, Settlement("answered"))
        assert [own.said.question for own in await engine.memory.export(ANN)] == ["forget me"]


async def exchange_the_wish(engine: Engine) -> None:
    """The wish is answered while another message of the person waits in another conversation."""
    waiting = await claim_now(engine)
    await ask_to_be_forgotten(engine)
    await engine.queue.release(waiting)


async def what_was_used_stays_counted(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.usage.admit(taken)
        await finish(engine, taken)
        await engine.queue.settle(taken, Settlement("answered", tokens=5))
        await ask_to_be_forgotten(engine)
        used = await engine.usage.read("2000-01-01")
    assert [(day.person, day.answers, day.tokens) for day in used] == [(ANN, 1, 5)]
    assert OURS != ANN


async def a_person_takes_away_all_that_they_said(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "one")
        await said_in_the_hall(engine, "2", sender="ann")
        await said_in_the_hall(engine, "3", sender="bob")
        exported = await engine.memory.export(ANN)
        assert [line async for line in engine.log.follow("1", BEGINNING)]
    assert [(own.conversation, own.said.question, own.said.answer) for own in exported] == [
        ("talk", "question 1", "one"),
        ("hall talk", "question 2", "answer 2"),
    ]


async def what_the_caller_keeps_is_not_kept_here(open_engine: OpenEngine) -> None:
    brought = message("1")._replace(history=(Spoken("user", "question 1"),))
    async with running(open_engine) as engine:
        await accept(engine, brought)
        assert list(await engine.chats.list(ANN)) == []
        taken = await claim_now(engine)
        assert taken.turn.message.history == brought.history
        await finish(engine, taken, "one")
        await engine.queue.settle(taken, Settlement("answered", tokens=3))
        assert list(await engine.memory.export(ANN)) == []
        assert list(await engine.chats.list(ANN)) == []
        assert list(await engine.log.read("1")) == []
        assert [day.tokens for day in await engine.usage.read("2000-01-01")] == [3]
        await accept(engine, brought)
        assert await claim(engine) is None


PROMISES = (
    what_the_caller_keeps_is_not_kept_here,
    all_of_a_person_goes_but_the_wish_itself,
    nobody_else_loses_a_word,
    what_is_forgotten_is_still_known_when_it_comes_again,
    summaries_that_covered_a_person_are_due_anew,
    a_summary_that_never_covered_them_stays,
    a_turn_that_was_running_ends_and_leaves_nothing,
    what_comes_after_the_wish_is_kept,
    a_wish_survives_a_restart,
    what_was_used_stays_counted,
    a_person_takes_away_all_that_they_said,
)
