"""What a user gets in Discord by mentions and direct messages, and by commands over the Gateway."""

from pathlib import Path

import pytest
from tests.discord.house import House, labels
from tests.discord.test_expiry import LATE_S, NOTE, after
from tests.discord.test_flows import ANSWER, HUGE, LONG, POST, speaking
from tests.worker.office import using

from aizuchi.answers import ToolCall
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.discord import Can, Fault
from aizuchi.simulator.discord.things import Message

TYPING = "POST /channels/{channel}/typing"
EDIT = "PATCH /channels/{channel}/messages/{message}"
SLOW = '''
import asyncio
from aizuchi import Bot

bot = Bot()

@bot.tool
async def look() -> str:
    """Looks."""
    await asyncio.sleep(25)
    return "seen"
'''


def replied_to(message: Message) -> str:
    return message.reference


async def test_a_mention_is_answered_as_a_reply_with_a_typing_sign(house: House) -> None:
    model = house.says([5.0, *speaking(ANSWER)])
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.general)
        await house.rest(0.5)
        assert house.discord.state.is_typing(house.general.id)
        await house.rest()
    (answer,) = house.messages()
    assert (answer.content, replied_to(answer)) == (ANSWER, said.id)
    assert model.prompts[0][-1].text == "Is it so?"
    assert labels(answer) == ["Ask again"]


async def test_a_direct_message_is_answered_and_remembered(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        for text in ("Is it so?", "And then?"):
            await house.ann.dm(text)
            await house.rest()
    assert house.answers(house.ann.direct) == [ANSWER, ANSWER]
    assert [line.text for line in model.prompts[1] if line.role != "system"] == [
        "Is it so?",
        ANSWER,
        "And then?",
    ]


async def test_a_long_wait_keeps_typing(house: House) -> None:
    house.says([40.0, *speaking(ANSWER)])
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        for _ in range(8):
            await house.rest(4.5)
            assert house.discord.state.is_typing(house.general.id)
        await house.rest()
    assert len(house.calls(TYPING)) <= 7


async def test_a_typing_sign_that_is_under_way_comes_before_the_first_page(house: House) -> None:
    house.discord.faults.order(Fault(delay_s=3.0), TYPING)
    house.says(speaking("It is so. " * 100, every_s=0.2))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest()
    (typing,), (page,) = house.calls(TYPING), house.calls(POST)
    assert 3.0 <= page.at - typing.at < 4.0


async def test_nobody_is_seen_typing_below_what_is_posted(house: House, tmp_path: Path) -> None:
    look = ToolCall("a", "look", "{}")
    house.says(using(look, text="Let me see. "), speaking("It is so."))
    (tmp_path / "bot.py").write_text(SLOW)
    house.settings = house.settings._replace(folder=tmp_path)
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest(60)
    (page,) = house.calls(POST)
    assert all(typing.at <= page.at for typing in house.calls(TYPING))
    assert house.answers() == ["Let me see. \n\nIt is so."]


async def test_an_empty_mention_gets_the_usage_hint(house: House) -> None:
    house.set(greeting="Ask me with /ask.")
    model = house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("", house.general)
        await house.rest()
    assert house.answers() == ["Ask me with /ask."]
    assert model.prompts == []


async def test_nobody_else_is_answered_and_we_not_ourselves(house: House) -> None:
    model = house.says(speaking(f"<@{house.discord.app_id}> is me"))
    async with house.open():
        await house.ann.says("Just talking", house.general)
        await house.ann.mentions("Who is it?", house.general)
        await house.rest(60)
    assert len(model.prompts) == 1
    assert len(house.answers()) == 1


async def test_the_same_message_three_times_is_one_answer(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general, times=3)
        await house.rest()
    assert house.answers() == [ANSWER]
    assert len(model.prompts) == 1


async def test_a_reply_to_our_answer_goes_on(house: House) -> None:
    model = house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest()
        await house.ann.says(
            f"<@{house.discord.app_id}> And then?", house.general, reply_to=house.messages()[0]
        )
        await house.rest()
    assert model.prompts[1][-1].text == "And then?"


async def test_a_thread_is_a_channel(house: House) -> None:
    house.says(speaking(ANSWER))
    thread = house.discord.thread("rain", house.general)
    async with house.open():
        await house.ann.mentions("Is it so?", thread)
        await house.rest()
    assert house.answers(thread) == [ANSWER]
    assert house.answers() == []


async def test_a_long_reply_stands_on_pages_that_all_point_at_the_question(house: House) -> None:
    house.says(speaking(LONG, every_s=0.02, size=60))
    async with house.open():
        said = await house.ann.mentions("Tell me", house.general)
        await house.rest(60)
    assert "\n\n".join(house.answers()) == LONG
    assert {replied_to(message) for message in house.messages()} == {said.id}


async def test_what_needs_a_sixth_page_is_attached_to_the_first(house: House) -> None:
    house.says(speaking(HUGE, every_s=0.01, size=200))
    async with house.open():
        await house.ann.mentions("Tell me", house.general)
        await house.rest(90)
    answers = house.messages()
    assert len(answers) == 5
    assert [file.data.decode() for file in answers[0].attachments] == [HUGE]


async def test_a_reply_can_be_stopped_and_made_again(house: House) -> None:
    house.says(speaking("So it is said. " * 400, every_s=0.2), speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Tell me", house.general)
        await house.rest(3)
        await house.ann.clicks(house.messages()[0], "Stop")
        await house.rest(5)
        assert house.answers()[0].endswith("\n\nStopped.")
        await house.ann.clicks(house.messages()[0], "Ask again")
        await house.rest()
    assert house.answers()[1] == ANSWER


async def test_a_mention_that_is_not_let_in_is_told_alone(house: House) -> None:
    house.allow(house.bob.id)
    house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest()
    assert house.answers() == []
    (told,) = house.answers(house.ann.direct)
    assert "can let you in" in told


async def test_where_we_may_not_write_who_asked_is_told_so(house: House) -> None:
    house.discord.withdraw(house.general, Can.SEND_MESSAGES)
    house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest()
    (told,) = house.answers(house.ann.direct)
    assert f"<#{house.general.id}>" in told


async def test_without_history_the_answer_is_no_reply_but_comes(house: House) -> None:
    house.discord.withdraw(house.general, Can.READ_MESSAGE_HISTORY)
    house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest()
    assert house.answers() == [ANSWER]


async def test_a_question_that_is_deleted_meanwhile_is_answered(house: House) -> None:
    house.says([5.0, *speaking(ANSWER)])
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.general)
        await house.ann.deletes(said)
        await house.rest()
    assert house.answers() == [ANSWER]


async def test_an_answer_that_is_deleted_meanwhile_is_posted_anew(house: House) -> None:
    house.says(speaking("So it is said. " * 20, every_s=0.5))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.rest(5)
        house.discord.delete(house.messages()[0])
        await house.rest()
    assert house.answers() == [("So it is said. " * 20).strip()]


@pytest.mark.parametrize("lost", ["call", "reply"])
@pytest.mark.parametrize("route", [POST, EDIT])
async def test_a_call_whose_reply_is_lost_leaves_one_answer(
    house: House, lost: str, route: str
) -> None:
    house.discord.faults.order(Fault(lost=lost), route, times=2)  # type: ignore[arg-type]  # one of them
    house.says(speaking(LONG, every_s=0.02, size=60))
    async with house.open():
        await house.ann.mentions("Tell me", house.general)
        await house.rest(90)
    assert "\n\n".join(house.answers()) == LONG


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_too_many_requests_only_take_time(house: House, scope: str) -> None:
    limited = Fault(status=429, retry_after=4.0, scope=scope)  # type: ignore[arg-type]  # one of them
    house.discord.faults.order(limited, EDIT, after=1)
    house.says(speaking("So it is said. " * 20, every_s=0.2))
    async with house.open():
        await house.ann.mentions("Tell me", house.general)
        await house.rest(40)
    assert house.answers() == [("So it is said. " * 20).strip()]


async def test_many_at_once_in_one_channel_are_all_answered(house: House) -> None:
    house.says(speaking("So it is said. " * 20, every_s=0.3))
    people = [house.discord.person(f"p{number}") for number in range(12)]
    async with house.open():
        for person in people:
            await person.mentions("Tell me", house.general)
        await house.rest(200)
    assert house.answers() == [("So it is said. " * 20).strip()] * 12
    assert [made.status for made in house.discord.state.calls].count(429) <= 12


# ── commands over the Gateway ─────────────────────────────────────────────────


@pytest.fixture
def laptop(house: House) -> House:
    """With nothing but the bot's token."""
    house.by_requests = False
    house.set(public_key="", app_id="")
    return house


async def test_a_command_is_answered_over_the_gateway(laptop: House) -> None:
    laptop.says([2.0, *speaking(ANSWER)])
    async with laptop.open():
        said = await laptop.asks()
        assert laptop.discord.shown(said).is_loading
        await laptop.rest()
    assert laptop.answers() == [ANSWER]


async def test_a_click_is_taken_over_the_gateway(laptop: House) -> None:
    laptop.says(speaking("So it is said. " * 400, every_s=0.2), speaking(ANSWER))
    async with laptop.open():
        said = await laptop.asks()
        await laptop.rest(3)
        await laptop.ann.clicks(laptop.discord.shown(said), "Stop")
        await laptop.rest(5)
        await laptop.ann.clicks(laptop.discord.shown(said), "Ask again")
        await laptop.rest()
    assert laptop.answers()[0].endswith("\n\nStopped.")
    assert laptop.answers()[1] == ANSWER


@pytest.mark.parametrize("lost", ["call", "reply"])
async def test_a_response_that_is_lost_is_said_again(laptop: House, lost: str) -> None:
    callback = "POST /interactions/{interaction}/{token}/callback"
    laptop.discord.faults.order(Fault(lost=lost), callback)  # type: ignore[arg-type]  # one of them
    laptop.says(speaking(ANSWER))
    async with laptop.open():
        await laptop.asks()
        await laptop.rest()
    assert laptop.answers() == [ANSWER]


async def test_a_response_that_comes_too_late_leaves_the_answer_to_the_bot(laptop: House) -> None:
    callback = "POST /interactions/{interaction}/{token}/callback"
    laptop.discord.faults.order(Fault(code=10062), callback)
    laptop.says(speaking(ANSWER))
    async with laptop.open():
        await laptop.asks()
        await laptop.rest()
    assert laptop.answers() == [ANSWER]


@pytest.mark.parametrize("seconds", LATE_S)
async def test_a_late_answer_arrives_once(laptop: House, seconds: float) -> None:
    laptop.limit(answer_within_s=3_700)
    laptop.says(after(seconds))
    async with laptop.open():
        await laptop.asks()
        await laptop.rest(seconds + 30)
    note, answer = laptop.answers()
    assert note.endswith(NOTE)
    assert answer == ANSWER


async def test_what_cannot_be_stored_is_refused_visibly(laptop: House) -> None:
    async with laptop.open():
        assert laptop.app
        laptop.app._intake.is_closed = True
        said = await laptop.asks()
        await laptop.ann.mentions("Is it so?", laptop.general)
        await laptop.rest(5)
    assert "please ask again" in laptop.discord.shown(said).content
    assert "please ask again" in laptop.answers()[0]


async def test_without_a_bot_there_is_no_connection(house: House) -> None:
    house.set(bot_token=Secret(""))
    house.says(speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.general)
        await house.asks()
        await house.rest()
    assert house.answers() == [ANSWER]
