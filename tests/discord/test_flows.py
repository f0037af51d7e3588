"""What a user gets in Discord by commands: from what is asked to what stands there in the end."""

import asyncio

import pytest
from tests.discord.house import House, labels
from tests.worker.office import Part

from aizuchi.errors import ModelKeyRefused
from aizuchi.ports import Ending, Text
from aizuchi.settings.commands import Command, Commands, Option
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.discord import Fault

ANSWER = "It is so."
ORIGINAL = "PATCH /webhooks/{app}/{token}/messages/@original"
FOLLOWUP = "POST /webhooks/{app}/{token}"
POST = "POST /channels/{channel}/messages"
LONG = (
    "\n\n".join(f"Paragraph {number} says something well. " * 9 for number in range(12))
    .replace(" \n", "\n")
    .strip()
)
HUGE = "\n\n".join(f"Chapter {number}. " + "All of it. " * 60 for number in range(30))


def speaking(text: str, every_s: float = 0.05, size: int = 20) -> list[Part]:
    """A script that says a text as it is."""
    pieces: list[Part] = []
    for start in range(0, len(text), size):
        pieces += [every_s, Text(text[start : start + size])]
    return [*pieces, Ending("stop", 10, 10)]


# ── where it answers ──────────────────────────────────────────────────────────


async def test_a_command_thinks_at_once_and_fills_with_the_answer(house: House) -> None:
    model = house.says([1.0, *speaking(ANSWER)])
    async with house.open():
        said = await house.asks("Is it so?")
        assert said.acks[0].json() == {"type": 5}
        assert house.discord.shown(said).is_loading
        await house.rest()
    assert house.answers() == [ANSWER]
    assert model.prompts[0][-1].text == "Is it so?"


async def test_what_was_said_to_one_person_in_a_channel_is_remembered_there(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        for text in ("Is it so?", "And then?"):
            await house.asks(text)
            await house.rest()
    remembered = [line.text for line in model.prompts[1] if line.role != "system"]
    assert remembered == ["Is it so?", ANSWER, "And then?"]


async def test_an_answer_is_shown_while_it_is_made(house: House) -> None:
    house.says(speaking("So it is said. " * 40, every_s=0.2))
    async with house.open():
        said = await house.asks()
        await house.rest(3)
        assert house.discord.shown(said).content.startswith("So it is said.")
        assert len(house.discord.shown(said).content) < 400
        await house.rest()
    assert 3 <= len(house.calls(ORIGINAL)) <= 12


async def test_an_ephemeral_answer_is_seen_by_nobody_else(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(ephemeral=True)
    async with house.open():
        await house.asks()
        await house.rest()
    assert ANSWER in house.discord.transcript(house.ann)
    assert ANSWER not in house.discord.transcript(house.bob)


async def test_in_direct_messages_a_command_is_answered_there(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.command("ask", {"text": "Is it so?"})
        await house.rest()
    assert house.answers(house.ann.direct) == [ANSWER]


async def test_a_command_of_any_name_with_options_asks_in_its_own_words(house: House) -> None:
    option = {"name": "何を", "description": "What", "type": 3, "required": True}
    house.discord.register({"name": "訳す", "description": "訳", "options": [option]})
    command = Command("訳す", "訳", (Option("何を", "What"),), question="Into English: {何を}")
    model = house.says(speaking(ANSWER))
    house.set(commands=Commands([command]))
    async with house.open():
        await house.ann.command("訳す", {"何を": "雨"}, house.general)
        await house.rest()
    assert model.prompts[0][-1].text == "Into English: 雨"
    assert house.answers() == [ANSWER]


async def test_a_message_is_asked_about_from_its_menu(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        said = await house.bob.says("The rain in Spain", house.general)
        await house.ann.message_command("Ask about this", house.discord.state.messages[said.id])
        await house.rest()
    assert "The rain in Spain" in model.prompts[0][-1].text
    assert house.answers() == [ANSWER]


async def test_without_a_question_the_greeting_is_the_answer(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.set(greeting="なのだ？")
    async with house.open():
        await house.ann.command("ask", {}, house.general)
        await house.rest()
    assert house.answers() == ["なのだ？"]
    assert model.prompts == []


async def test_a_command_that_is_not_declared_is_told_which_there_are(house: House) -> None:
    house.set(commands=Commands([Command("zunda", "聞く")]))
    async with house.open():
        said = await house.asks()
        await house.rest(3)
    assert "/zunda" in house.discord.shown(said).content
    assert house.discord.shown(said).ephemeral_to == house.ann.id


# ── long answers ──────────────────────────────────────────────────────────────


async def test_a_long_answer_stands_on_several_pages_in_order(house: House) -> None:
    house.says(speaking(LONG, every_s=0.02, size=60))
    async with house.open():
        await house.asks()
        await house.rest(60)
    assert len(house.answers()) > 1
    assert "\n\n".join(house.answers()) == LONG
    assert all(len(page) <= 2_000 for page in house.answers())


async def test_what_needs_a_sixth_page_is_attached_whole(house: House) -> None:
    house.says(speaking(HUGE, every_s=0.01, size=200))
    async with house.open():
        await house.asks()
        await house.rest(90)
    answers = house.messages()
    assert len(answers) == 5
    (file,) = answers[0].attachments
    assert (file.filename, file.data.decode()) == ("answer.md", HUGE)
    assert answers[4].content.endswith("The whole answer is in the attached file.")
    assert all(HUGE.startswith(answers[0].content) for _ in [0])


@pytest.mark.parametrize("why", ["ephemeral", "account", "no history", "no token"])
async def test_where_nothing_can_be_looked_up_there_is_one_page_and_a_file(
    house: House, why: str
) -> None:
    from aizuchi.simulator.discord import Can

    match why:
        case "ephemeral":
            house.set(ephemeral=True)
        case "account":
            house.discord.leave(house.discord.guild)
            house.discord.installs(house.ann)
        case "no history":
            house.discord.withdraw(house.general, Can.READ_MESSAGE_HISTORY)
        case _:
            house.set(bot_token=Secret(""))
    house.says(speaking(HUGE, every_s=0.01, size=200))
    async with house.open():
        said = await house.asks()
        await house.rest(90)
    shown = house.discord.shown(said)
    assert [file.data.decode() for file in shown.attachments] == [HUGE]
    assert shown.content.endswith("The whole answer is in the attached file.")
    assert house.calls(FOLLOWUP) == house.calls(POST) == []


async def test_an_answer_that_fits_one_message_is_one_message(house: House) -> None:
    text = "雨" * 1_999 + "。"
    house.says(speaking(text, size=100))
    async with house.open():
        await house.asks()
        await house.rest(60)
    assert house.answers() == [text]


# ── buttons ───────────────────────────────────────────────────────────────────


async def test_a_growing_answer_can_be_stopped_by_who_asked(house: House) -> None:
    house.says(speaking("So it is said. " * 400, every_s=0.2))
    async with house.open():
        said = await house.asks()
        await house.rest(3)
        assert labels(house.discord.shown(said)) == ["Stop"]
        other = await house.bob.clicks(house.discord.shown(said), "Stop")
        assert other.interaction
        await house.rest(2)
        assert not house.discord.shown(said).content.endswith("Stopped.")
        await house.ann.clicks(house.discord.shown(said), "Stop")
        await house.rest(5)
    shown = house.discord.shown(said)
    assert shown.content.endswith("\n\nStopped.")
    assert labels(shown) == ["Ask again"]
    told = house.discord.shown(other)
    assert "Only whoever asked" in told.content
    assert told.ephemeral_to == house.bob.id


async def test_an_answer_is_made_again_in_place_of_the_first(house: House) -> None:
    model = house.says(speaking("It is so."), speaking("It is not."), speaking("Who knows?"))
    async with house.open():
        first = await house.asks("Is it so?")
        await house.rest()
        second = await house.ann.clicks(house.discord.shown(first), "Ask again")
        await house.rest()
        await house.ann.clicks(house.discord.shown(second), "Ask again")
        await house.rest()
    assert house.answers() == ["It is so.", "It is not.", "Who knows?"]
    for prompt in model.prompts:
        assert [line.text for line in prompt if line.role != "system"] == ["Is it so?"]


async def test_who_asks_again_where_that_is_done_is_told_so_alone(house: House) -> None:
    model = house.says(speaking(ANSWER), speaking("It is not."))
    async with house.open():
        first = house.discord.shown(await house.asks())
        await house.rest()
        await house.ann.clicks(first, "Ask again")
        for _ in range(2):
            told = house.discord.shown(await house.ann.clicks(first, "Ask again"))
            assert "answered again already" in told.content
            assert told.ephemeral_to == house.ann.id
        await house.rest()
    assert house.answers() == [ANSWER, "It is not."]
    assert len(model.prompts) == 2


async def test_two_clicks_at_once_make_one_answer_again(house: House) -> None:
    model = house.says(speaking(ANSWER), speaking("It is not."))
    async with house.open():
        said = await house.asks()
        await house.rest()
        await house.ann.clicks(house.discord.shown(said), "Ask again", times=3)
        await house.rest()
    assert house.answers() == [ANSWER, "It is not."]
    assert len(model.prompts) == 2


async def test_only_the_last_page_has_a_button_and_none_where_none_is_wanted(house: House) -> None:
    house.says(speaking(LONG, every_s=0.02, size=60))
    async with house.open():
        await house.asks()
        await house.rest(60)
    buttons = [labels(message) for message in house.messages()]
    assert buttons == [[]] * (len(buttons) - 1) + [["Ask again"]]


async def test_without_buttons_nothing_can_be_clicked(house: House) -> None:
    house.set(buttons=False)
    house.says(speaking(ANSWER))
    async with house.open():
        said = await house.asks()
        await house.rest()
    assert house.discord.shown(said).components == []


# ── who is answered, and what goes wrong ──────────────────────────────────────


async def test_a_person_who_is_not_let_in_is_told_alone_who_can(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.allow(f"discord:{house.bob.id}")
    async with house.open():
        said = await house.asks()
        await house.rest()
    assert "can let you in" in house.discord.shown(said).content
    assert house.discord.shown(said).ephemeral_to == house.ann.id
    assert model.prompts == []


async def test_a_model_that_fails_is_told_in_place_of_thinking(house: House) -> None:
    house.says([ModelKeyRefused("no")])
    async with house.open():
        await house.asks("雨?")
        await house.rest()
    (answer,) = house.answers()
    assert "モデルの認証に失敗しました" in answer


async def test_what_cannot_be_stored_is_refused_visibly(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        assert house.app
        house.app._intake.is_closed = True
        said = await house.asks()
        await house.rest(5)
    assert said.acks[0].json()["data"]["flags"] == 68  # type: ignore[index]  # a response
    assert "please ask again" in house.discord.shown(said).content
    assert house.answers() == []


async def test_the_same_interaction_three_times_at_once_is_one_answer(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        said = await house.asks(times=3)
        await house.rest()
    assert said.statuses == [200, 200, 200]
    assert len({ack.body for ack in said.acks}) == 1
    assert house.answers() == [ANSWER]
    assert len(model.prompts) == 1


async def test_people_are_answered_beside_each_other_and_each_in_order(house: House) -> None:
    house.says([2.0, *speaking(ANSWER)])
    async with house.open():
        for _ in range(2):
            await asyncio.gather(
                house.asks("mine"), house.bob.command("ask", {"text": "his"}, house.general)
            )
        await house.rest(3.5)
        assert house.answers().count(ANSWER) == 2
        await house.rest()
    assert house.answers() == [ANSWER] * 4


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_too_many_requests_only_take_time(house: House, scope: str) -> None:
    limited = Fault(status=429, retry_after=4.0, scope=scope)  # type: ignore[arg-type]  # one of them
    house.discord.faults.order(limited, ORIGINAL, after=1)
    house.says(speaking("So it is said. " * 20, every_s=0.2))
    async with house.open():
        await house.asks()
        await house.rest(40)
    assert house.answers() == [("So it is said. " * 20).strip()]


@pytest.mark.parametrize("fault", [Fault(status=502), Fault(status=503, is_done=True)])
async def test_trouble_at_discord_is_waited_out(house: House, fault: Fault) -> None:
    house.discord.faults.order(fault, ORIGINAL, times=3)
    house.says(speaking(ANSWER))
    async with house.open():
        await house.asks()
        await house.rest(40)
    assert house.answers() == [ANSWER]


@pytest.mark.parametrize("lost", ["call", "reply"])
@pytest.mark.parametrize("route", [ORIGINAL, FOLLOWUP])
async def test_a_call_whose_reply_is_lost_leaves_one_answer(
    house: House, lost: str, route: str
) -> None:
    house.discord.faults.order(Fault(lost=lost), route, times=2)  # type: ignore[arg-type]  # one of them
    house.says(speaking(LONG, every_s=0.02, size=60))
    async with house.open():
        await house.asks()
        await house.rest(90)
    assert "\n\n".join(house.answers()) == LONG


async def test_our_response_that_is_on_its_way_is_waited_for(house: House) -> None:
    house.discord.ack_lag_s = 2.0
    house.says(speaking(ANSWER, every_s=0.0))
    async with house.open():
        await house.asks()
        await house.rest()
    assert house.answers() == [ANSWER]
    assert [made.status for made in house.calls(ORIGINAL)][-1] == 200
    assert house.discord.invalid_requests() == 0


async def test_the_first_call_leaves_our_response_a_quarter_of_a_second(house: House) -> None:
    house.says(speaking(ANSWER, every_s=0.0))
    async with house.open():
        said = await house.asks()
        await house.rest()
    assert said.interaction
    first = house.calls(ORIGINAL)[0]
    assert first.at - said.interaction.made_at >= 0.25
    assert first.status == 200
