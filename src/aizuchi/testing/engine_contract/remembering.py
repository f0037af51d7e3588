"""Promises about memory and limits: the window, the audience, reset, and what a person may use."""

from itertools import product

from aizuchi.events import Audience, Message
from aizuchi.history import Exchange
from aizuchi.ports import Allowance, Engine
from aizuchi.recall import Scope, Window, may_recall, memory_key, person_of
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    answer,
    claim_now,
    end,
    exchange,
    message,
    running,
)

SCOPES: tuple[Scope, ...] = ("thread", "channel", "user")
AUDIENCES: tuple[Audience, ...] = ("private", "shared")


async def recalled(engine: Engine, asking: Message, scope: Scope = "thread") -> list[Exchange]:
    return list((await engine.memory.recall(asking, scope, Window(10))).exchanges)


def without_words(turn_id: str, *, replaces: str) -> Message:
    return message(turn_id, replaces=replaces)._replace(text="")


async def the_last_exchanges_are_recalled_in_order(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        for number in range(5):
            await exchange(engine, message(str(number)), f"answer {number}")
        window = await engine.memory.recall(message("next"), "thread", Window(2))
    assert list(window.exchanges) == [
        Exchange("question 3", "answer 3"),
        Exchange("question 4", "answer 4"),
    ]


async def memory_survives_a_restart(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "yes")
    async with running(open_engine) as engine:
        assert await recalled(engine, message("2")) == [Exchange("question 1", "yes")]


async def nothing_is_recalled_without_a_scope(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        assert await recalled(engine, message("2"), "none") == []


async def an_unsettled_answer_is_not_recalled(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        await claim_now(engine)
        assert await recalled(engine, message("2")) == []


async def what_is_forgotten_is_not_recalled(open_engine: OpenEngine) -> None:
    for scope in SCOPES:
        talk = f"talk {scope}"
        async with running(open_engine) as engine:
            await exchange(engine, message(f"1 {scope}", talk))
            await accept(engine, message(f"2 {scope}", talk, text="reset"))
            await answer(engine, forget=scope)
            await exchange(engine, message(f"3 {scope}", talk), "after")
            after = await recalled(engine, message(f"4 {scope}", talk), scope)
        assert [exchange.answer for exchange in after] == ["after"]


async def an_answer_asked_again_is_replaced(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "kept")
        await exchange(engine, message("2"), "replaced")
        await exchange(engine, message("3"), "left behind")
        await exchange(engine, message("4", replaces="2"), "instead")
        answers = [exchange.answer for exchange in await recalled(engine, message("5"))]
    assert answers == ["kept", "instead"]


async def an_answer_that_gives_way_is_not_quoted_to_the_one_in_its_place(
    open_engine: OpenEngine,
) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"), "kept")
        await exchange(engine, message("2"), "gives way")
        await exchange(engine, message("3"), "with what followed")
        for scope in SCOPES:
            again = await recalled(engine, message("4", replaces="2"), scope)
            assert [exchange.answer for exchange in again] == ["kept"]


async def a_message_without_words_asks_again_what_it_replaces(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1", text="Is it so?"), "replaced")
        await exchange(engine, without_words("2", replaces="1"), "instead")
        await exchange(engine, without_words("3", replaces="2"), "once more")
        recalled_now = await recalled(engine, message("4"))
    assert recalled_now == [Exchange("Is it so?", "once more")]


async def what_is_asked_again_is_asked_by_the_same_command(open_engine: OpenEngine) -> None:
    """Whether it is answered already or not: another command may mean another persona."""
    async with running(open_engine) as engine:
        await accept(engine, message("1")._replace(via="/zunda"))
        await accept(engine, without_words("2", replaces="1"))
        await answer(engine)
        await answer(engine)
    async with running(open_engine) as engine:
        await accept(engine, without_words("3", replaces="2"))
        again = (await claim_now(engine)).turn.message
    assert (again.text, again.via) == ("question 1", "/zunda")


async def what_nobody_knows_any_more_is_not_asked_again(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1", "elsewhere", text="Is it so?"), "kept")
        await accept(engine, without_words("2", replaces="1"))
        claim = await claim_now(engine)
    assert (claim.turn.message.text, claim.turn.message.command) == ("", "greeting")


async def recall_widens_no_audience(open_engine: OpenEngine) -> None:
    """Every pair of speaker, place and audience, in every scope, against the rule itself."""
    people, places = ("ann", "bob"), ("p", "q")
    said = [
        message(
            f"{sender}-{place}-{audience}",
            f"{place}-{audience}-{sender if audience == 'private' else 'all'}",
            sender=sender,
            place=f"{place}-{audience}-{sender if audience == 'private' else 'all'}",
            audience=audience,
        )
        for sender, place, audience in product(people, places, AUDIENCES)
    ]
    async with running(open_engine) as engine:
        for one in said:
            await exchange(engine, one)
        for asking, scope in product(said, SCOPES):
            expected = {
                one.text
                for one in said
                if memory_key(one, scope) == memory_key(asking, scope)
                and may_recall(one.place, person_of(one), asking)
            }
            found = {exchange.question for exchange in await recalled(engine, asking, scope)}
            assert found == expected, (asking, scope)


async def a_person_is_admitted_as_often_as_the_minute_allows(open_engine: OpenEngine) -> None:
    async with running(open_engine, allowance=Allowance(2, 0, 0)) as engine:
        codes = [await admitted(engine, str(number)) for number in range(3)]
        other = await admitted(engine, "other", sender="bob")
    assert codes == [None, None, "too_fast"]
    assert other is None


async def a_day_is_counted_over_a_restart(open_engine: OpenEngine) -> None:
    allowance = Allowance(0, 2, 0)
    async with running(open_engine, allowance=allowance) as engine:
        before = [await admitted(engine, str(number)) for number in range(2)]
    async with running(open_engine, allowance=allowance) as engine:
        after = await admitted(engine, "2")
    assert [*before, after] == [None, None, "day_used"]


async def a_turn_is_counted_once(open_engine: OpenEngine) -> None:
    async with running(open_engine, allowance=Allowance(0, 1, 0)) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        twice = [await engine.usage.admit(taken) for _ in range(2)]
    assert twice == [None, None]


async def tokens_are_counted_for_the_whole_assistant(open_engine: OpenEngine) -> None:
    async with running(open_engine, allowance=Allowance(0, 0, 100)) as engine:
        assert await admitted(engine, "1", tokens=100) is None
        assert await admitted(engine, "2", sender="bob") == "tokens_used"
        usage = await engine.usage.read("2000-01-01")
    assert [(day.person, day.answers, day.tokens) for day in usage] == [("test:home:ann", 1, 100)]


async def admitted(
    engine: Engine, turn_id: str, *, sender: str = "ann", tokens: int = 0
) -> str | None:
    """The reason for which a new message would be refused, after its turn has ended."""
    await accept(engine, message(turn_id, f"talk {sender}", sender=sender))
    taken = await claim_now(engine)
    refusal = await engine.usage.admit(taken)
    await end(engine, taken, tokens=tokens)
    return refusal.code if refusal else None


PROMISES = (
    the_last_exchanges_are_recalled_in_order,
    memory_survives_a_restart,
    nothing_is_recalled_without_a_scope,
    an_unsettled_answer_is_not_recalled,
    what_is_forgotten_is_not_recalled,
    an_answer_asked_again_is_replaced,
    an_answer_that_gives_way_is_not_quoted_to_the_one_in_its_place,
    a_message_without_words_asks_again_what_it_replaces,
    what_is_asked_again_is_asked_by_the_same_command,
    what_nobody_knows_any_more_is_not_asked_again,
    recall_widens_no_audience,
    a_person_is_admitted_as_often_as_the_minute_allows,
    a_day_is_counted_over_a_restart,
    a_turn_is_counted_once,
    tokens_are_counted_for_the_whole_assistant,
)
