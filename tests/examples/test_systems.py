"""The five systems that aizuchi grew from, as examples: each does what its original did, without
what troubled its author."""

import json
from pathlib import Path

import pytest
from tests.examples.street import Street
from tests.slack.house import speaking
from tests.web.asking import asked, events, until_over
from tests.web.house import text_of
from tests.worker.office import ScriptedModel

from aizuchi.errors import ModelUnreachable
from aizuchi.simulator.discord.offers import CannotDo
from aizuchi.surfaces.slack.manifest import manifest
from aizuchi.testing.asgi_client import events_of

QUESTION, ANSWER = "何時?", "もうすぐお昼。"
DOWN = ModelUnreachable("Nobody answers at the endpoint.")
HINT = "ぼくを呼んだのだ? /zunda で聞いてほしいのだ。"


@pytest.fixture
def street(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Street:
    return Street(request.param, tmp_path, monkeypatch)


def of(number: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("street", [f"system-{number}"], indirect=True)


def told(model: ScriptedModel) -> list[str]:
    """What the model was told last, the system's lines apart."""
    return [line.text for line in model.prompts[-1] if line.role != "system"]


def always(text: str) -> ScriptedModel:
    return ScriptedModel(speaking(text))


# ── system 0: a command on Discord whose answer takes its time ────────────────


@of(0)
async def test_long_thinks_at_once_and_answers_when_it_is_done(street: Street) -> None:
    model = ScriptedModel([40.0, *speaking(ANSWER)])
    async with street.open(model):
        said = await street.discord.ann.command("long", {"message": QUESTION}, street.general)
        assert json.loads(said.acks[0].body) == {"type": 5}
        await street.discord.rest(10)
        assert "thinking" in street.discord.discord.transcript(street.discord.ann)
        await street.discord.rest(60)
    assert street.discord.answers() == [ANSWER]
    assert told(model) == [QUESTION]
    street.discord.discord.assert_clean()


@of(0)
async def test_long_takes_a_message_and_is_for_administrators(street: Street) -> None:
    async with street.open(always(ANSWER)):
        (long,) = [one for one in street.discord.discord.state.commands.values() if one.kind == 1]
        with pytest.raises(CannotDo, match="bob may not use long"):
            await street.discord.bob.command("long", {"message": QUESTION}, street.general)
    (option,) = long.fields["options"]
    assert (long.name, option["name"], option["type"]) == ("long", "message", 3)
    assert option["required"] is True


@of(0)
async def test_long_that_takes_too_long_says_so_within_its_minute(street: Street) -> None:
    async with street.open(ScriptedModel([300.0, *speaking(ANSWER)])):
        await street.discord.ann.command("long", {"message": QUESTION}, street.general)
        await street.discord.rest(80)
    (said,) = street.discord.answers()
    assert "60" in said
    street.discord.discord.assert_clean()


# ── system 1: ずんだもん, over the Gateway ─────────────────────────────────────


@of(1)
async def test_zunda_remembers_the_last_five_exchanges_of_a_channel(street: Street) -> None:
    model = always(ANSWER)
    async with street.open(model):
        for number in range(7):
            await street.ask("discord", f"{number}?")
        kept = told(model)
        elsewhere = street.discord.discord.channel("tea")
        await street.discord.bob.mentions("8?", elsewhere)
        await street.discord.rest()
    assert kept == [line for number in range(1, 6) for line in (f"{number}?", ANSWER)] + ["6?"]
    assert told(model) == ["8?"]


@of(1)
async def test_zunda_may_search_and_a_bare_mention_gets_the_hint(street: Street) -> None:
    model = always(ANSWER)
    async with street.open(model):
        await street.discord.ann.mentions("", street.general)
        await street.discord.rest()
        assert model.prompts == []
        await street.discord.ann.mentions(QUESTION, street.general)
        await street.discord.rest()
    assert street.discord.answers() == [HINT, ANSWER]
    assert "web_search" in [tool.name for tool in model.tools[-1]]
    assert model.prompts[-1][-1].role == "system", "the last word holds the tone"
    street.discord.discord.assert_clean()


# ── system 2: an honest assistant, mentioned on Slack ─────────────────────────


@of(2)
async def test_a_person_is_remembered_where_they_said_it_and_in_private(street: Street) -> None:
    model, slack = always(ANSWER), street.slack
    tea = slack.slack.channel("tea", "channel", slack.ann)
    async with street.open(model):
        await street.ask("slack", "一?")
        await slack.bob.mentions("二?", slack.slack.general)
        await slack.rest()
        assert told(model) == ["二?"], "what another person said is not told"
        await street.ask("slack", "三?")
        assert told(model) == ["一?", ANSWER, "三?"], "though it is another thread"
        await slack.ann.mentions("四?", tea)
        await slack.rest()
        assert told(model) == ["四?"], "the people of another channel do not hear it"
        await slack.ann.dm("五?")
        await slack.rest()
    assert told(model)[:4] == ["一?", ANSWER, "三?", ANSWER]


@of(2)
async def test_reset_and_nothing_at_all_are_answered_without_the_model(street: Street) -> None:
    model = always(ANSWER)
    async with street.open(model):
        await street.ask("slack", "パスワードの reset はどうやるの?")
        assert await street.ask("slack", "") == "なんでしょうか?"
        await street.ask("slack", "reset")
        assert len(model.prompts) == 1, "a sentence with the word in it is a question"
        await street.ask("slack", QUESTION)
    assert told(model) == [QUESTION]
    street.slack.slack.assert_clean()


@of(2)
async def test_whoever_asks_while_the_model_is_down_is_told(street: Street) -> None:
    async with street.open(ScriptedModel([DOWN])):
        answer = await street.ask("slack", QUESTION)
    assert answer
    assert ANSWER not in answer
    street.slack.slack.assert_clean()


@of(2)
def test_its_manifest_asks_for_what_the_original_did(street: Street) -> None:
    made = manifest(street.settings, "https://bot.example.org")
    assert {"app_mentions:read", "chat:write"} <= {*made["oauth_config"]["scopes"]["bot"]}
    heard = made["settings"]["event_subscriptions"]
    assert "app_mention" in heard["bot_events"]
    assert heard["request_url"] == "https://bot.example.org/slack/events"
    assert made["features"]["bot_user"]["always_online"] is True
    off = ("socket_mode_enabled", "org_deploy_enabled", "token_rotation_enabled")
    assert [made["settings"][each] for each in off] == [False] * 3


# ── system 3: a friend, by a slash command ────────────────────────────────────


@of(3)
async def test_mameka_acknowledges_quotes_and_answers_whoever_asked_alone(street: Street) -> None:
    slack = street.slack.slack
    async with street.open(always(ANSWER)):
        said = await street.slack.ann.command("/mameka", QUESTION, slack.general)
        await street.slack.rest()
    acknowledged = json.loads(said.acks[0].body)
    assert acknowledged == {"response_type": "ephemeral", "text": "..."}
    seen = slack.transcript(street.slack.ann)
    assert seen.index("...") < seen.index(QUESTION) < seen.index(ANSWER)
    assert ANSWER not in slack.transcript(street.slack.bob)
    slack.assert_clean()


@of(3)
async def test_mameka_says_so_when_the_model_is_down(street: Street) -> None:
    async with street.open(ScriptedModel([DOWN])):
        seen = await street.ask("slack command", QUESTION)
    assert seen.count("aizuchi") == 2, "the acknowledgement, and why there is no answer"
    street.slack.slack.assert_clean()


# ── system 4: a page, two ways of the stream ──────────────────────────────────


@of(4)
async def test_both_ways_bring_the_answer_of_a_model_that_is_told_only_the_question(
    street: Street,
) -> None:
    model = always(ANSWER)
    async with street.open(model):
        streamed = events_of((await street.person.ask(QUESTION, ref="m1")).body)
        async with street.person.socket() as socket:
            socket.send(asked(street.person, "二?", ref="m2"))
            told_there = events(await until_over(socket))
    assert text_of(streamed) == text_of(told_there) == ANSWER
    assert [[(line.role, line.text) for line in prompt] for prompt in model.prompts] == [
        [("user", QUESTION)],
        [("user", "二?")],
    ]
    assert model.tools == [[], []]


@of(4)
async def test_an_error_is_told_on_both_ways(street: Street) -> None:
    async with street.open(ScriptedModel([DOWN])):
        streamed = events_of((await street.person.ask(QUESTION, ref="m1")).body)
        async with street.person.socket() as socket:
            socket.send(asked(street.person, "二?", ref="m2"))
            told_there = events(await until_over(socket))
    for each in (streamed, told_there):
        assert "error" in [event.chunk.get("type") for event in each if event.chunk]
