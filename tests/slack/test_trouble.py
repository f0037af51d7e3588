"""Where it cannot answer, or may not: told where that can be, logged with its mend, and no more."""

import asyncio
import json

import pytest
from tests.slack.house import ANSWER, SIGN, START, House, speaking

from aizuchi.ports import Ending, Text
from aizuchi.settings.sections import AccessSettings
from aizuchi.simulator.slack import Fault, Person
from aizuchi.simulator.slack.things import Channel
from aizuchi.surfaces.slack.mends import MENDS

REFUSED = "I may not answer you here"


def outsider(house: House) -> Person:
    """Somebody of another organisation, in a channel that is shared with it."""
    guest = house.slack.person("guest", outside="TELSEWHERE")
    house.slack.join(guest, house.slack.general)
    return guest


def closed_to_us(house: House) -> Channel:
    """A channel of ann's and bob's in which we are not."""
    channel = house.slack.channel("closed", "channel", house.ann, invited=False)
    house.slack.join(house.bob, channel)
    return channel


# ── a channel, a token, a scope ───────────────────────────────────────────────


async def test_a_channel_that_it_is_not_in_is_told_of_in_private(house: House) -> None:
    house.says(speaking(ANSWER))
    closed = closed_to_us(house)
    async with house.open():
        said = await house.ann.mentions("Is it so?", closed)
        await house.rest()
    assert house.answers(said) == []
    assert "I cannot write in" in house.slack.transcript(house.ann, house.ann.direct)
    assert "I cannot write in" not in house.slack.transcript(house.bob)


async def test_a_channel_that_was_archived_is_told_of_in_private(house: House) -> None:
    house.says([5.0, Text(ANSWER), Ending("stop")])
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await asyncio.sleep(1)
        house.slack.general.archived = True
        await house.rest()
    assert house.answers(said) == []
    assert "is archived" in house.slack.transcript(house.ann, house.ann.direct)


async def test_a_revoked_token_holds_up_nobody(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        house.slack.revoke()
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        house.slack.state.token_of(house.slack.team.id).revoked = ""
        again = await house.ann.mentions("Is it so?", house.slack.general, said.thread)
        await house.rest()
    assert house.answers(again) == [ANSWER]


async def test_an_address_that_is_used_up_is_no_loss(house: House) -> None:
    house.says(speaking("word " * 12_000, 0.01, 5_000))
    async with house.open():
        await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest(100)
    seen = house.slack.transcript(house.ann)
    assert seen.count("word") == 12_000
    assert "word" not in house.slack.transcript(house.bob)
    house.slack.assert_clean()


async def test_an_address_that_has_expired_is_no_loss(house: House) -> None:
    house.says([1_900.0, Text(ANSWER), Ending("stop")])
    house.limit(answer_within_s=3_000)
    async with house.open():
        await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest(2_000)
    assert ANSWER in house.slack.transcript(house.ann)
    assert ANSWER not in house.slack.transcript(house.bob)
    house.slack.assert_clean()


@pytest.mark.parametrize(
    "code", ["not_in_channel", "token_revoked", "is_archived", "missing_scope", "no_permission"]
)
async def test_what_slack_refuses_is_in_the_log_with_its_mend(
    house: House, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    house.says(speaking(ANSWER))
    for method in (START, "chat.postMessage"):
        house.slack.faults.order(Fault(error=code), method, times=1_000)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
        house.slack.faults.clear()
        again = await house.ann.mentions("Is it so?", house.slack.general, said.thread)
        await house.rest(60)
    assert f"undeliverable: {code} {MENDS[code]}" in caplog.text
    assert "Is it so?" not in caplog.text
    assert house.answers(again) == [ANSWER], "the next one is answered"
    house.slack.assert_clean()


# ── commands where we are not, or too late ────────────────────────────────────


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_a_command_is_answered_once_where_we_are_no_member(
    house: House, ephemeral: bool
) -> None:
    house.says(speaking(ANSWER))
    house.set(ephemeral=ephemeral)
    closed = closed_to_us(house)
    async with house.open():
        await house.ann.command("/ask", "Is it so?", closed)
        await house.rest()
    assert house.slack.transcript(house.ann).count(ANSWER) == 1
    assert house.slack.transcript(house.bob).count(ANSWER) == (0 if ephemeral else 1)
    house.slack.assert_clean()


@pytest.mark.parametrize("member", [True, False])
async def test_an_answer_for_all_that_comes_too_late_is_told_to_all_or_to_who_asked(
    house: House, member: bool
) -> None:
    house.says([1_900.0, Text(ANSWER), Ending("stop")])
    house.set(ephemeral=False)
    house.limit(answer_within_s=3_000)
    channel = house.slack.general if member else closed_to_us(house)
    async with house.open():
        await house.ann.command("/ask", "Is it so?", channel)
        await house.rest(2_000)
    assert house.slack.transcript(house.ann).count(ANSWER) == 1
    assert house.slack.transcript(house.bob).count(ANSWER) == (1 if member else 0)
    house.slack.assert_clean()


async def test_what_a_command_says_at_once_is_followed_by_its_answer(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(ack_text="One moment.")
    async with house.open():
        said = await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest()
    seen = house.slack.transcript(house.ann)
    assert json.loads(said.acks[0].body)["response_type"] == "ephemeral"
    assert seen.index("One moment.") < seen.index(ANSWER)
    assert "One moment." not in house.slack.transcript(house.bob)
    house.slack.assert_clean()


async def test_a_command_whose_answers_reply_is_lost_is_answered_twice_at_most(
    house: House,
) -> None:
    house.says(speaking(ANSWER))
    house.slack.faults.order(Fault(lost="reply"), "response_url", times=1_000)
    async with house.open():
        await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest(1_000)
    assert 1 <= house.slack.transcript(house.ann).count(ANSWER) <= 2
    assert ANSWER not in house.slack.transcript(house.bob)


# ── people of another organisation ────────────────────────────────────────────


async def test_somebody_of_another_organisation_is_told_alone(house: House) -> None:
    house.says(speaking(ANSWER))
    guest = outsider(house)
    async with house.open():
        said = await guest.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.answers(said) == []
    assert REFUSED in house.slack.transcript(guest)
    assert REFUSED not in house.slack.transcript(house.ann)
    assert house.calls(SIGN) == [], "what all would see"
    house.slack.assert_clean()


async def test_every_time_somebody_of_another_organisation_asks_they_are_told(house: House) -> None:
    house.says(speaking(ANSWER))
    guest = outsider(house)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        for _ in range(3):
            await guest.mentions("Is it?", house.slack.general, said.thread)
            await house.rest()
    assert house.slack.transcript(guest).count(REFUSED) == 3
    assert house.answers(said) == [ANSWER]


async def test_what_they_say_to_others_in_a_followed_thread_is_let_be(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.set(follow_threads=True)
    house.slack.state.subscribed.add("message.channels")
    guest = outsider(house)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        calls = len(house.slack.state.calls)
        for number in range(5):
            chat = await guest.says(f"CANARY {number}", house.slack.general, said.thread)
            await house.rest()
            assert chat.statuses == [200]
    assert house.answers(said) == [ANSWER]
    assert len(house.slack.state.calls) == calls, "nobody is told, and nothing is shown"
    assert REFUSED not in house.slack.transcript(guest)
    assert len(model.prompts) == 1


async def test_what_was_refused_in_a_thread_does_not_have_it_followed(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(follow_threads=True)
    house.slack.state.subscribed.add("message.channels")
    guest = outsider(house)
    async with house.open():
        root = await house.ann.says("Lunch?", house.slack.general)
        await guest.mentions("Join us!", house.slack.general, root.thread)
        await house.rest()
        await house.ann.says("At noon.", house.slack.general, root.thread)
        await house.rest()
    assert house.answers(root) == []


async def test_somebody_of_another_organisation_is_told_in_direct_messages_too(
    house: House,
) -> None:
    model = house.says(speaking(ANSWER))
    guest = outsider(house)
    async with house.open():
        await guest.dm("Is it so?")
        await house.rest()
    assert house.slack.transcript(guest).count(REFUSED) == 1
    assert model.prompts == []
    house.slack.assert_clean()


async def test_they_cannot_have_a_thread_forgotten(house: House) -> None:
    model = house.says(speaking(ANSWER))
    guest = outsider(house)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        await guest.mentions("reset", house.slack.general, said.thread)
        await house.rest()
        await house.ann.mentions("And then?", house.slack.general, said.thread)
        await house.rest()
    assert ANSWER in [line.text for line in model.prompts[1]]


@pytest.mark.parametrize("allowed", ["slack:TELSEWHERE", "TELSEWHERE"])
async def test_whom_the_settings_name_is_answered(house: House, allowed: str) -> None:
    house.says(speaking(ANSWER))
    house.settings = house.settings._replace(access=AccessSettings(allow=(allowed,)))
    guest = outsider(house)
    async with house.open():
        said = await guest.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert house.answers(said) == [ANSWER]
    assert house.calls(SIGN)
    house.slack.assert_clean()
