"""The sign that it listens: in the first way that a workspace has, quietly where it has none."""

import asyncio

import pytest
from tests.slack.house import ANSWER, SIGN, House, speaking

from aizuchi.errors import ModelKeyRefused
from aizuchi.ports import Ending, Text
from aizuchi.simulator.slack import Fault

STATUS, REACT = "assistant.threads.setStatus", "reactions.add"


def lack(house: House, *methods: str, scope: str = "") -> None:
    """The workspace has none of these methods, and its app not this scope."""
    for method in methods:
        house.slack.faults.order(Fault(error="unknown_method"), method, times=1_000)
    token = house.slack.state.token_of(house.slack.team.id)
    token.scopes -= {scope}


async def test_it_is_heard_before_the_model_is_asked(house: House) -> None:
    model = house.says([5.0, Text(ANSWER), Ending("stop")])
    async with house.open():
        await house.ann.mentions("Is it so?", house.slack.general)
        assert model.prompts == []
        await asyncio.sleep(0.05 + house.slack.round_trip_s / 2)
        assert [made.method for made in house.calls(SIGN)] == [SIGN]
        await house.rest()
    assert len(house.calls(SIGN)) == 1


@pytest.mark.parametrize(
    ("fault", "within_s"),
    [
        (Fault(error="internal_error"), 0.5),
        (Fault(lost="call"), 0.5),
        (Fault(lost="reply"), 0.5),
        (Fault(delay_s=8.0), 5.5),  # when a call is given up
        (Fault(status=429, retry_after=3), 22.0),  # when a fifth of the budget is there again
    ],
)
async def test_one_that_failed_is_followed_by_another(
    house: House, fault: Fault, within_s: float
) -> None:
    house.says([30.0, Text(ANSWER), Ending("stop")])
    house.slack.faults.order(fault, SIGN)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(within_s)
        assert len(house.calls(SIGN)) == 2
        assert house.slack.state.session_status(said.channel, said.thread) == "processing"
        await house.rest(60)
    assert house.answers(said) == [ANSWER]
    house.slack.assert_clean()


async def test_without_an_agent_a_status_line_is_the_sign(house: House) -> None:
    house.says(speaking(ANSWER))
    house.slack.state.has_agent_view = False
    async with house.open():
        await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert len(house.calls(SIGN)) == 1, "what a workspace lacks is remembered"
    assert house.calls("assistant.threads.setStatus")
    house.slack.assert_clean()


async def test_a_reaction_can_be_the_sign(house: House) -> None:
    house.says(speaking(ANSWER), [ModelKeyRefused("401")])
    house.set(sign="reaction")
    async with house.open():
        good = await house.ann.mentions("Is it so?", house.slack.general)
        await asyncio.sleep(0.2)
        assert "eyes" in house.reactions(good)
        await house.rest()
        bad = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.reactions(good) == ["white_check_mark"]
    assert house.reactions(bad) == ["warning"]
    house.slack.assert_clean()


async def test_without_agent_and_status_line_a_reaction_is_the_sign(house: House) -> None:
    house.says(speaking(ANSWER), [ModelKeyRefused("401")])
    lack(house, SIGN, STATUS)
    async with house.open():
        good = await house.ann.mentions("Is it so?", house.slack.general)
        await asyncio.sleep(0.4)
        assert "eyes" in house.reactions(good)
        await house.rest()
        bad = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.reactions(good) == ["white_check_mark"]
    assert house.reactions(bad) == ["warning"]
    assert (len(house.calls(SIGN)), len(house.calls(STATUS))) == (1, 1)
    house.slack.assert_clean()


async def test_each_of_two_messages_in_a_thread_has_a_reaction_of_its_own(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(sign="reaction")
    async with house.open():
        one = await house.ann.mentions("One?", house.slack.general)
        two = await house.ann.mentions("Two?", house.slack.general, one.thread)
        await house.rest()
    assert house.reactions(one) == house.reactions(two) == ["white_check_mark"]
    house.slack.assert_clean()


async def test_where_nothing_is_allowed_there_is_quietly_no_sign(house: House) -> None:
    house.says(speaking(ANSWER))
    lack(house, SIGN, STATUS, scope="reactions:write")
    async with house.open():
        await house.rest(1)
        said = [await house.ann.mentions("Is it so?", house.slack.general)]
        await house.rest()
        said += [await house.ann.mentions("Is it so?", house.slack.general) for _ in range(3)]
        await house.rest()
    assert [house.answers(each) for each in said] == [[ANSWER]] * 4
    assert [len(house.calls(method)) for method in (SIGN, STATUS, REACT)] == [1, 1, 0]
    house.slack.assert_clean()


async def test_a_reaction_that_is_asked_for_and_not_allowed_is_not_tried(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(sign="reaction")
    lack(house, scope="reactions:write")
    async with house.open():
        await house.rest(1)
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert house.calls(REACT) == []
    assert house.calls(SIGN) == []


async def test_a_sign_without_words_is_not_given_again_while_it_stands(house: House) -> None:
    house.says([100.0, Text(ANSWER), Ending("stop")])
    house.limit(answer_within_s=200)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(150)
    assert house.answers(said) == [ANSWER]
    assert [made.arguments["status"] for made in house.calls(SIGN)] == ["processing"]
    house.slack.assert_clean()
