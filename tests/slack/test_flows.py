"""What a user gets in Slack: every flow, from what is written to what stands there in the end."""

import asyncio

import pytest
from tests.slack.house import ANSWER, SIGN, START, House, speaking

from aizuchi.errors import ModelKeyRefused
from aizuchi.settings.secrets import Secret, Secrets
from aizuchi.simulator.slack import Fault
from aizuchi.testing import virtual_time

# ── where it answers ──────────────────────────────────────────────────────────


async def test_a_mention_is_answered_in_its_thread(house: House) -> None:
    model = house.says(speaking(ANSWER), speaking("And so on."))
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        again = await house.ann.mentions("And then?", house.slack.general, said.thread)
        await house.rest()
    assert house.answers(said) == [ANSWER, "And so on."]
    assert again.thread == said.thread
    assert [line.text for line in model.prompts[1] if line.role != "system"] == [
        "Is it so?",
        ANSWER,
        "And then?",
    ]
    house.slack.assert_clean()


async def test_a_direct_message_is_answered_in_a_thread_of_its_own(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        said = await house.ann.dm("Is it so?")
        await house.rest()
    assert house.answers(said) == [ANSWER]
    house.slack.assert_clean()


async def test_a_command_is_answered_for_who_gave_it_alone(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        said = await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest()
    assert said.acks[0].body == b""
    assert ANSWER in house.slack.transcript(house.ann)
    assert ANSWER not in house.slack.transcript(house.bob)
    house.slack.assert_clean()


async def test_a_command_can_be_answered_for_all_with_its_question(house: House) -> None:
    house.says(speaking(ANSWER))
    house.set(ephemeral=False, quote=True, ack_text="One moment.")
    async with house.open():
        await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest()
    seen = house.slack.transcript(house.bob)
    assert "One moment." in seen
    assert seen.index("Is it so?") < seen.index(ANSWER)
    house.slack.assert_clean()


async def test_in_a_channel_only_a_mention_is_answered(house: House) -> None:
    house.says(speaking(ANSWER))
    house.slack.state.subscribed.add("message.channels")
    async with house.open():
        said = await house.ann.says("Is it so?", house.slack.general)
        asked = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        await house.ann.says("Thanks!", house.slack.general, asked.thread)
        await house.rest()
    assert house.answers(said) == []
    assert house.answers(asked) == [ANSWER]


async def test_a_thread_that_it_answered_in_can_be_followed(house: House) -> None:
    house.says(speaking(ANSWER), speaking("You are welcome."))
    house.set(follow_threads=True)
    house.slack.state.subscribed.add("message.channels")
    async with house.open():
        other = await house.ann.says("Anybody here?", house.slack.general)
        await house.ann.says("Hello?", house.slack.general, other.thread)
        asked = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        await house.ann.says("Thanks!", house.slack.general, asked.thread)
        await house.rest()
    assert house.answers(other) == []
    assert house.answers(asked) == [ANSWER, "You are welcome."]


async def test_several_workspaces_have_their_own_tokens(house: House) -> None:
    house.says(speaking(ANSWER))
    second = house.slack.state.install("Second")
    cara = house.slack.person("cara", team=second)
    house.set(bot_tokens=Secrets({second.id: Secret(house.slack.token(second))}))
    async with house.open():
        here = await house.ann.dm("Is it so?")
        there = await cara.dm("Is it so?")
        await house.rest()
    assert house.answers(here) == house.answers(there) == [ANSWER]
    house.slack.assert_clean()


# ── how it is shown ───────────────────────────────────────────────────────────


async def test_a_long_answer_stands_whole_on_several_messages(house: House) -> None:
    code = "\n".join(f"line {number} = {number}" for number in range(1_200))
    text = f"Before.\n\n```python\n{code}\n```\n\n{'word ' * 2_000}"
    house.says(speaking(text, 0.01, 400))
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(120)
    shown = house.answers(said)
    assert len(shown) > 2
    assert all(len(page) <= 12_000 and page.count("```") % 2 == 0 for page in shown)
    assert all(f"line {number} = {number}" in "".join(shown) for number in range(1_200))
    assert "".join(shown).count("word") == 2_000
    house.slack.assert_clean()


async def test_without_streams_it_is_posted_and_edited(house: House) -> None:
    house.says(speaking("word " * 200, 0.2))
    house.slack.state.has_streams = False
    async with house.open():
        await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    assert house.answers(said) == [("word " * 200).strip()]
    assert len(house.calls(START)) == 1, "what a workspace lacks is remembered"
    assert house.calls("chat.update")
    house.slack.assert_clean()


async def test_where_nothing_can_be_read_back_it_is_posted_once(house: House) -> None:
    house.says(speaking("word " * 200, 0.2))
    token = house.slack.state.token_of(house.slack.team.id)
    token.scopes = frozenset(scope for scope in token.scopes if "history" not in scope)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    assert house.answers(said) == [("word " * 200).strip()]
    assert not house.calls(START)
    assert not house.calls("chat.update")
    house.slack.assert_clean()


async def test_after_four_minutes_a_stream_goes_on_by_edits(house: House) -> None:
    text = "word " * 400
    house.says(speaking(text, 1.0, 5))
    house.limit(answer_within_s=1_000)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(500)
    assert house.answers(said) == [text.strip()]
    assert len(house.calls(START)) == 1
    assert house.calls("chat.update")
    house.slack.assert_clean()


async def test_a_stream_that_expired_is_mended(house: House) -> None:
    text = "word " * 100
    house.says(speaking(text, 2.0, 5))
    house.limit(answer_within_s=1_000)
    house.points(stream_lives_s=100.0)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(300)
    assert house.answers(said) == [text.strip()]
    house.slack.assert_clean()


async def test_the_stop_button_stops_the_model(house: House) -> None:
    model = house.says(speaking("word " * 400, 0.5, 5))
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await asyncio.sleep(10)
        await house.ann.stops(house.slack.general, said.thread)
        await house.rest()
        shown = house.answers(said)
        await house.rest()
    assert house.answers(said) == shown
    assert len(shown) == 1
    assert shown[0].endswith("Stopped.")
    assert len(model.prompts) == 1
    house.slack.assert_clean()


@pytest.mark.parametrize("has_streams", [True, False])
async def test_twelve_answers_at_once_keep_within_the_budgets(
    house: House, has_streams: bool
) -> None:
    house.slack.state.has_streams = has_streams
    house.says(*[speaking("word " * 100, 0.1)] * 12)
    async with house.open():
        everybody = [
            await house.ann.mentions(f"Number {number}?", house.slack.general)
            for number in range(12)
        ]
        await house.rest(200)
    assert [house.answers(said) for said in everybody] == [[("word " * 100).strip()]] * 12
    limited = [made for made in house.slack.state.calls if made.error == "ratelimited"]
    assert limited == []
    house.slack.assert_clean()


async def test_a_limit_of_slack_loses_nothing(house: House) -> None:
    house.says(speaking("word " * 200, 0.1))
    house.slack.faults.order(Fault(status=429, retry_after=7), "chat.appendStream", after=2)
    house.slack.faults.order(Fault(status=429, retry_after=3), "chat.stopStream")
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    assert house.answers(said) == [("word " * 200).strip()]
    house.slack.assert_clean()


async def test_forty_seconds_of_an_answer_cost_twenty_calls(house: House) -> None:
    house.says([1.0, *speaking("abc " * 2_000, 0.02, 4)])
    async with house.open():
        began = virtual_time.clock()
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    streaming = [made for made in house.slack.state.calls if made.method.startswith("chat.")]
    first_token, last_token = began + 1.02, began + 1.0 + 2_000 * 0.02
    assert len(streaming) <= 20
    assert len(house.calls(SIGN)) <= 3
    assert streaming[0].at - first_token <= house.slack.round_trip_s + 0.2
    assert streaming[-1].at - last_token <= 2.2 * house.slack.round_trip_s
    assert house.answers(said) == [("abc " * 2_000).strip()]
    house.slack.assert_clean()


async def test_nobody_is_called_by_what_a_model_says(house: House) -> None:
    house.says(speaking("Hey <!channel> and <@U123> and @here", 0.05, 3))
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
    assert "channel" in house.answers(said)[0]
    house.slack.assert_clean()


# ── what is said without the model ────────────────────────────────────────────


async def test_reset_starts_afresh(house: House) -> None:
    model = house.says(speaking(ANSWER), speaking("Afresh."))
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        await house.ann.mentions("reset", house.slack.general, said.thread)
        await house.rest()
        await house.ann.mentions("And now?", house.slack.general, said.thread)
        await house.rest()
    assert len(house.answers(said)) == 3
    assert [line.text for line in model.prompts[1] if line.role != "system"] == ["And now?"]


async def test_an_empty_mention_gets_the_greeting(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.set(greeting="Yes, please?")
    async with house.open():
        said = await house.ann.mentions("", house.slack.general)
        await house.rest()
    assert house.answers(said) == ["Yes, please?"]
    assert model.prompts == []
    house.slack.assert_clean()


async def test_a_failure_is_told(house: House) -> None:
    house.says([ModelKeyRefused("401", detail="CANARY")])
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        asked = await house.ann.command("/ask", "Is it so?", house.slack.general)
        await house.rest()
    assert "refused my key" in house.answers(said)[0]
    assert house.slack.transcript(house.ann).count("refused my key") == 2
    assert asked.statuses == [200]
    assert "CANARY" not in house.slack.transcript(house.ann)
    house.slack.assert_clean()


async def test_a_limit_is_told_where_it_was_met(house: House) -> None:
    house.says(speaking(ANSWER))
    house.limit(messages_per_minute=1)
    async with house.open():
        await house.ann.mentions("One?", house.slack.general)
        said = await house.ann.mentions("Two?", house.slack.general)
        await house.rest()
    assert "1 messages a minute" in house.answers(said)[0]
    house.slack.assert_clean()


async def test_after_an_outage_a_thread_gets_one_line(house: House) -> None:
    house.says(speaking(ANSWER))
    house.limit(wait_within_s=60)
    async with house.open(works=False):
        said = await house.ann.mentions("One?", house.slack.general)
        await house.ann.mentions("Two?", house.slack.general, said.thread)
        await house.ann.mentions("Three?", house.slack.general, said.thread)
    await asyncio.sleep(100)
    async with house.open():
        await house.rest()
    assert len(house.answers(said)) == 1
    assert "I was away" in house.answers(said)[0]
    house.slack.assert_clean()


# ── once, whatever comes ──────────────────────────────────────────────────────


async def test_copies_and_twins_are_answered_once(house: House) -> None:
    model = house.says(speaking(ANSWER))
    house.slack.state.subscribed.add("message.channels")
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general, times=4)
        assert set(said.statuses) == {200}
        assert len(said.statuses) == 8
        await house.rest()
        await asyncio.sleep(86_400)
        for delivery in said.deliveries:
            house.slack.deliveries.send(delivery.parcel)
        await house.rest()
    ours = [message for message in house.slack.state.messages.values() if message.app]
    assert house.answers(said) == [ANSWER]
    assert len(ours) == 1, "nor is anybody told of the others"
    assert len(model.prompts) == 1
    assert [made.arguments["status"] for made in house.calls(SIGN)] == ["processing", "active"]
    house.slack.assert_clean()


async def test_a_retry_of_what_was_never_stored_is_answered(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        assert house.app
        house.app._intake.is_closed = True
        said = await house.ann.mentions("Is it so?", house.slack.general)
        assert said.statuses == [503]
        house.app._intake.is_closed = False
        await house.rest(100)
    assert house.answers(said) == [ANSWER]


async def test_a_post_whose_reply_is_lost_is_not_made_again(house: House) -> None:
    house.says(*[speaking(ANSWER)] * 3)
    house.slack.faults.order(Fault(lost="reply"), START)
    async with house.open():
        said = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
        house.slack.state.has_streams = False
        house.slack.faults.order(Fault(lost="reply"), "chat.postMessage")
        other = await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest(60)
    assert house.answers(said) == house.answers(other) == [ANSWER]
    house.slack.assert_clean()
