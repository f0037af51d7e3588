"""Promises about summaries: whom they are read to, what they cover, and when they go."""

from aizuchi.events import Message
from aizuchi.history import OURS, Overflow, Recollection
from aizuchi.ports import Engine
from aizuchi.recall import Scope, Shelf, Window, shelf_of
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    answer,
    claim_now,
    exchange,
    message,
    running,
)

WINDOW = Window(4)
SCOPES: tuple[Scope, ...] = ("thread", "channel", "user")


async def talk(engine: Engine, *turns: str, **where: str) -> None:
    for turn in turns:
        await exchange(engine, _said(turn, **where), f"answer {turn}")


async def overflow(engine: Engine, shelf: Shelf, window: Window = WINDOW) -> Overflow:
    found = await engine.memory.overflow(shelf, window)
    assert found is not None, "the window is full, but nothing is to be summarised"
    return found


async def summarised(engine: Engine, text: str, scope: Scope = "thread", **where: str) -> Overflow:
    """A summary of what is to be summarised where somebody spoke."""
    found = await overflow(engine, shelf_of(_said("x", **where), scope))
    assert await engine.memory.summarise(found, text)
    return found


async def recalled(engine: Engine, scope: Scope = "thread", **where: str) -> Recollection:
    return await engine.memory.recall(_said("next", **where), scope, WINDOW)


def answers(recollection: Recollection) -> list[str]:
    return [each.answer.removeprefix("answer ") for each in recollection.exchanges]


def _said(turn: str, conversation: str = "talk", **where: str) -> Message:
    return message(turn, conversation, **where)  # type: ignore[arg-type]  # an audience is a text


async def nothing_is_summarised_until_the_window_is_full(open_engine: OpenEngine) -> None:
    shelf = shelf_of(message("1"), "thread")
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3")
        assert await engine.memory.overflow(shelf, WINDOW) is None
        assert await engine.memory.overflow(shelf, Window(100, tokens=10)) is not None


async def what_a_summary_covers_is_no_longer_recalled_word_for_word(
    open_engine: OpenEngine,
) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        found = await summarised(engine, "they spoke")
        assert [each.question for each in found.exchanges] == ["question 1", "question 2"]
        then = await recalled(engine)
    assert (answers(then), list(then.summaries)) == (["3", "4"], ["they spoke"])


async def a_summary_survives_a_restart_and_is_gone_on_with(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        await summarised(engine, "first")
    async with running(open_engine) as engine:
        await talk(engine, "5", "6")
        found = await summarised(engine, "second")
        then = await recalled(engine)
    assert found.summary == "first"
    assert [each.question for each in found.exchanges] == ["question 3", "question 4"]
    assert (answers(then), list(then.summaries)) == (["5", "6"], ["second"])


async def a_summary_is_kept_once(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        found = await overflow(engine, shelf_of(message("1"), "thread"))
        kept = [await engine.memory.summarise(found, text) for text in ("one", "two")]
        then = await recalled(engine)
    assert kept == [True, False]
    assert list(then.summaries) == ["one"]


async def a_summary_of_what_is_gone_meanwhile_is_not_kept(open_engine: OpenEngine) -> None:
    shelf = shelf_of(message("1"), "thread")
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        found = await overflow(engine, shelf)
        await accept(engine, message("5", replaces="2"))
        await answer(engine)
        assert not await engine.memory.summarise(found, "with the one replaced")
        await talk(engine, "6", "7")
        found = await overflow(engine, shelf)
        await accept(engine, message("8", text="reset"))
        await answer(engine, forget="thread")
        assert not await engine.memory.summarise(found, "with what is forgotten")
        assert list((await recalled(engine)).summaries) == []


async def what_is_asked_again_takes_its_summary_with_it(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        await summarised(engine, "of 1 and 2")
        asking = message("5", replaces="2")
        meanwhile = await engine.memory.recall(asking, "thread", WINDOW)
        await accept(engine, message("6", replaces="4"))
        await answer(engine, text="answer 6")
        later = await recalled(engine)
        await accept(engine, asking)
        await answer(engine, text="answer 5")
        then = await recalled(engine)
    assert (answers(meanwhile), list(meanwhile.summaries)) == (["1"], [])
    assert (answers(later), list(later.summaries)) == (["3", "6"], ["of 1 and 2"])
    assert (answers(then), list(then.summaries)) == (["1", "5"], [])


async def reset_forgets_the_summary(open_engine: OpenEngine) -> None:
    for scope in SCOPES:
        where = {"conversation": f"talk {scope}"}
        async with running(open_engine) as engine:
            await talk(engine, *(f"{number} {scope}" for number in range(4)), **where)
            await summarised(engine, "before", scope, **where)
            await accept(engine, message(f"reset {scope}", f"talk {scope}"))
            await answer(engine, forget=scope)
            then = await recalled(engine, scope, **where)
        assert (answers(then), list(then.summaries)) == ([], [])


async def a_deleted_thread_takes_its_summaries_with_it(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        for scope in SCOPES:
            await summarised(engine, "of a deleted thread", scope)
        await engine.chats.delete("test:home:ann", "talk")
        for scope in SCOPES:
            assert list((await recalled(engine, scope)).summaries) == []


async def a_summary_is_read_where_it_was_made_and_by_whom_it_may(open_engine: OpenEngine) -> None:
    """One for each place and audience; in private, of a person's own words, from anywhere."""
    spoken = [
        {"conversation": "own", "sender": "ann"},
        {"conversation": "other own", "sender": "ann"},
        {"conversation": "hall", "place": "hall", "audience": "shared", "sender": "ann"},
        {"conversation": "yard", "place": "yard", "audience": "shared", "sender": "ann"},
        {"conversation": "bob", "sender": "bob"},
        {"conversation": "hall", "place": "hall", "audience": "shared", "sender": "bob"},
    ]
    anns = ["own", "other own", "hall", "yard"]
    readable: dict[Scope, list[list[str]]] = {
        "thread": [["own"], ["other own"], ["hall"], ["yard"], ["bob"], ["hall"]],
        "channel": [["own"], ["other own"], ["hall"], ["yard"], ["bob"], ["hall"]],
        "user": [anns, anns, ["hall"], ["yard"], ["bob"], []],
    }
    async with running(open_engine) as engine:
        for number, where in enumerate(spoken[:5]):
            await talk(engine, *(f"{number}.{turn}" for turn in range(4)), **where)
            for scope in SCOPES:
                await summarised(engine, where["conversation"], scope, **where)
        for scope in SCOPES:
            found = [list((await recalled(engine, scope, **where)).summaries) for where in spoken]
            assert [sorted(each) for each in found] == [sorted(each) for each in readable[scope]]


async def what_is_still_open_is_not_passed_over(open_engine: OpenEngine) -> None:
    """A turn that settles late stands before others, and must not be taken for summarised."""
    hall = {"place": "hall", "audience": "shared"}
    shelf = shelf_of(_said("x", "talk", **hall), "channel")
    async with running(open_engine) as engine:
        await accept(engine, _said("slow", "slow talk", **hall))
        slow = await claim_now(engine)
        await talk(engine, "1", "2", "3", "4", "5", **hall)
        assert await engine.memory.overflow(shelf, WINDOW) is None
        await engine.queue.release(slow)
        await answer(engine, text="answer slow")
        found = await overflow(engine, shelf)
    assert [each.question for each in found.exchanges][:2] == ["question slow", "question 1"]


async def the_tokens_of_a_summary_are_the_assistants_own(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await talk(engine, "1", "2", "3", "4")
        found = await overflow(engine, shelf_of(message("1"), "thread"))
        for text in ("one", "two"):
            await engine.memory.summarise(found, text, tokens=7)
        used = await engine.usage.read("2000-01-01")
    assert [(day.person, day.answers, day.tokens) for day in used] == [(OURS, 0, 14)]


PROMISES = (
    nothing_is_summarised_until_the_window_is_full,
    what_a_summary_covers_is_no_longer_recalled_word_for_word,
    a_summary_survives_a_restart_and_is_gone_on_with,
    a_summary_is_kept_once,
    a_summary_of_what_is_gone_meanwhile_is_not_kept,
    what_is_asked_again_takes_its_summary_with_it,
    reset_forgets_the_summary,
    a_deleted_thread_takes_its_summaries_with_it,
    a_summary_is_read_where_it_was_made_and_by_whom_it_may,
    what_is_still_open_is_not_passed_over,
    the_tokens_of_a_summary_are_the_assistants_own,
)
