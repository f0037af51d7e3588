"""The token of an interaction lives for a quarter of an hour or less; its answer outlives it."""

import pytest
from tests.discord.house import House, labels
from tests.discord.test_flows import ANSWER, HUGE, LONG, speaking
from tests.worker.office import Part

from aizuchi.ports import Ending, Text
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.discord import Can, Fault

NOTE = "My answer goes on in a new message."
ORIGINAL = "PATCH /webhooks/{app}/{token}/messages/@original"
LATE_S = [899.0, 901.0, 3_600.0]


def after(seconds: float, text: str = ANSWER) -> list[Part]:
    """A model that says nothing for so long."""
    return [seconds - 0.4, Text(text), Ending("stop", 1, 1)]


def growing(seconds: float, every_s: float = 20.0) -> list[Part]:
    """A model that says a few words now and then for so long."""
    parts: list[Part] = []
    for number in range(int(seconds / every_s)):
        parts += [every_s, Text(f"word{number} ")]
    return [*parts, Text("end."), Ending("stop", 1, 1)]


def said_in(script: list[Part]) -> str:
    return "".join(part.text for part in script if isinstance(part, Text))


@pytest.mark.parametrize("seconds", LATE_S)
async def test_an_answer_that_took_long_arrives_once(house: House, seconds: float) -> None:
    house.limit(answer_within_s=3_700)
    house.says(after(seconds))
    async with house.open():
        said = await house.asks()
        await house.rest(839)
        assert house.discord.shown(said).is_loading
        await house.rest(2)
        assert house.discord.shown(said).content.endswith(NOTE)
        await house.rest(seconds - 841 + 30)
    note, answer = house.messages()
    assert note.content.endswith(NOTE)
    assert (answer.content, labels(answer)) == (ANSWER, ["Ask again"])


@pytest.mark.parametrize("seconds", LATE_S)
async def test_an_answer_that_grows_goes_on_in_a_new_message(house: House, seconds: float) -> None:
    house.limit(answer_within_s=3_700)
    script = growing(seconds)
    house.says(script)
    async with house.open():
        said = await house.asks()
        await house.rest(839)
        assert house.discord.shown(said).content.startswith("word0 word1")
        await house.rest(6)
        note, answer = house.messages()
        assert note.content.endswith(NOTE)
        assert answer.content.startswith("word0 word1")
        assert labels(answer) == ["Stop"]
        await house.rest(seconds)
    assert house.answers() == [note.content, said_in(script)]
    assert house.discord.invalid_requests() == 0


async def test_pages_that_are_closed_stay_where_they_are(house: House) -> None:
    house.limit(answer_within_s=3_700)
    script = speaking(LONG, every_s=20.0, size=50)
    house.says(script)
    async with house.open():
        await house.asks()
        await house.rest(2_200)
    pages = [text for text in house.answers() if not text.endswith(NOTE)]
    assert "\n\n".join(pages) == LONG
    assert len(house.answers()) == len(pages) + 1


async def test_a_late_answer_too_long_for_its_pages_is_attached(house: House) -> None:
    house.limit(answer_within_s=3_700)
    house.says(after(1_000, HUGE))
    async with house.open():
        await house.asks()
        await house.rest(1_100)
    note, first, *_ = house.messages()
    assert note.content.endswith(NOTE)
    assert [file.data.decode() for file in first.attachments] == [HUGE]


@pytest.mark.parametrize("seconds", LATE_S)
async def test_a_late_answer_for_one_goes_to_their_direct_messages(
    house: House, seconds: float
) -> None:
    house.limit(answer_within_s=3_700)
    house.set(ephemeral=True)
    house.says(after(seconds))
    async with house.open():
        await house.asks()
        await house.rest(seconds + 30)
    (answer,) = house.messages(house.ann.direct)
    assert (answer.content, labels(answer)) == (ANSWER, [])
    assert ANSWER not in house.discord.transcript(house.bob)
    assert house.answers() == []


async def test_one_who_takes_no_direct_messages_is_not_told_in_the_open(house: House) -> None:
    house.limit(answer_within_s=3_700)
    house.set(ephemeral=True)
    house.ann.direct.is_closed = True
    house.says(after(1_000), speaking(ANSWER))
    async with house.open():
        await house.asks()
        await house.rest(1_050)
        assert house.answers() == house.answers(house.ann.direct) == []
        house.ann.direct.is_closed = False
        said = await house.asks("And now?")
        await house.rest()
    assert house.discord.shown(said).content == ANSWER


async def test_without_a_token_of_the_bot_it_ends_in_time_with_a_word(house: House) -> None:
    house.limit(answer_within_s=3_700)
    house.set(bot_token=Secret(""))
    house.says(after(1_000), speaking(ANSWER))
    async with house.open():
        said = await house.asks()
        await house.rest(1_100)
        assert "longer than Discord lets me" in house.discord.shown(said).content
        again = await house.asks("And now?")
        await house.rest()
    assert house.discord.shown(again).content == ANSWER


@pytest.mark.parametrize("early_death", [(404, 10015), (401, 50027)])
async def test_a_token_that_dies_early_is_replaced_by_the_bot(
    house: House, early_death: tuple[int, int]
) -> None:
    house.points(early_death=early_death)
    house.says(after(30.0))
    async with house.open():
        said = await house.asks()
        house.discord.kill(said.interaction)
        await house.rest(60)
    assert house.answers() == [ANSWER]
    assert house.discord.shown(said).deleted


@pytest.mark.parametrize("early_death", [(404, 10015), (401, 50027)])
async def test_what_stands_is_finished_by_the_bot(
    house: House, early_death: tuple[int, int]
) -> None:
    house.points(early_death=early_death)
    script = growing(60.0, every_s=2.0)
    house.says(script)
    async with house.open():
        said = await house.asks()
        await house.rest(20)
        house.discord.kill(said.interaction)
        await house.rest(60)
    assert house.answers() == [said_in(script)]
    assert labels(house.messages()[0]) == ["Ask again"]


async def test_an_early_death_of_a_private_answer_is_no_reason_to_tell_all(house: House) -> None:
    house.set(ephemeral=True)
    house.says(after(30.0))
    async with house.open():
        said = await house.asks()
        house.discord.kill(said.interaction)
        await house.rest(60)
    assert house.answers(house.ann.direct) == [ANSWER]
    assert house.answers() == []


async def test_where_the_bot_may_not_write_the_late_answer_goes_to_the_person(
    house: House,
) -> None:
    house.limit(answer_within_s=3_700)
    house.discord.withdraw(house.general, Can.SEND_MESSAGES)
    house.says(after(1_000))
    async with house.open():
        await house.asks()
        await house.rest(1_100)
    assert house.answers(house.ann.direct) == [ANSWER]


async def test_a_message_that_was_taken_away_is_posted_anew_once(house: House) -> None:
    script = growing(60.0, every_s=2.0)
    house.says(script)
    async with house.open():
        said = await house.asks()
        await house.rest(20)
        house.discord.delete(house.discord.shown(said))
        await house.rest(60)
    assert house.answers() == [said_in(script)]


async def test_a_thinking_that_was_taken_away_is_answered_all_the_same(house: House) -> None:
    house.says(after(30.0))
    async with house.open():
        said = await house.asks()
        house.discord.delete(house.discord.shown(said))
        await house.rest(60)
    assert house.answers() == [ANSWER]


async def test_a_late_post_whose_reply_is_lost_is_not_posted_twice(house: House) -> None:
    house.limit(answer_within_s=3_700)
    post = "POST /channels/{channel}/messages"
    house.discord.faults.order(Fault(lost="reply"), post, times=3)
    house.says(after(1_000))
    async with house.open():
        await house.asks()
        await house.rest(1_100)
    note, answer = house.answers()
    assert note.endswith(NOTE)
    assert answer == ANSWER


async def test_the_last_call_by_the_token_whose_reply_is_lost_leaves_one_answer(
    house: House,
) -> None:
    """It was filled, the token died, and nobody knows: the bot looks, and edits what it finds."""
    house.points(expired_token=(404, 10015))
    house.discord.faults.order(Fault(lost="reply"), ORIGINAL, times=2)
    house.says(after(30.0))
    async with house.open():
        said = await house.asks()
        await house.rest(30.2)
        house.discord.kill(said.interaction)
        await house.rest(60)
    assert house.answers() == [ANSWER]
