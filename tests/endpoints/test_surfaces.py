"""Where an answer goes on at another endpoint, every surface shows that one's text and no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.discord import house as discords
from tests.slack import house as slacks
from tests.slack.house import ANSWER, speaking
from tests.web.house import house, kinds, text_of
from tests.worker.office import Part, ScriptedModel

from aizuchi import plugs
from aizuchi.errors import ModelCut, ModelUnavailable
from aizuchi.ports import Model, Text
from aizuchi.settings import Settings
from aizuchi.settings.sections import ModelSettings
from aizuchi.testing.asgi_client import events_of

from .two import SPARE, Two

HALF = "HALF "


@asynccontextmanager
async def open_spare(settings: Settings) -> AsyncIterator[Model]:
    yield ScriptedModel(speaking(ANSWER))


@pytest.fixture(autouse=True)
def spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(plugs.BUILT_IN, "model.spare", f"{__name__}:open_spare")


def breaking(words: int) -> list[Part]:
    """A model that breaks off when what it said has long been seen."""
    return [1.0, Text(HALF * words), 8.0, ModelCut("cut")]


def with_a_spare(settings: Settings) -> Settings:
    return settings._replace(fallbacks={SPARE: ModelSettings(name="spare")})


@pytest.mark.parametrize("words", [20, 3_000], ids=["one page", "more pages"])
@pytest.mark.parametrize("has_streams", [True, False], ids=["streams", "edits"])
async def test_slack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: int, has_streams: bool
) -> None:
    at = slacks.house_in(tmp_path, monkeypatch)
    at.slack.state.has_streams = has_streams
    at.says(breaking(words))
    at.settings = with_a_spare(at.settings)
    async with at.open():
        said = await at.ann.mentions("Is it so?", at.slack.general)
        await at.rest(6)
        assert HALF in at.slack.transcript(at.bob)
        await at.rest(60)
    assert at.answers(said) == [ANSWER]
    assert HALF not in at.slack.transcript(at.bob)
    at.slack.assert_clean()


async def test_slack_answers_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = slacks.house_in(tmp_path, monkeypatch)
    at.says(breaking(20))
    at.settings = with_a_spare(at.settings)
    async with at.open():
        await at.ann.command("/ask", "Is it so?", at.slack.general)
        await at.rest(60)
    seen = at.slack.transcript(at.ann)
    assert seen.count(ANSWER) == 1
    assert HALF not in seen
    at.slack.assert_clean()


@pytest.mark.parametrize("words", [20, 900], ids=["one page", "more pages"])
@pytest.mark.parametrize("way", ["command", "mention"])
async def test_discord(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, words: int
) -> None:
    at = discords.house_in(tmp_path, monkeypatch)
    at.says(breaking(words))
    at.settings = with_a_spare(at.settings)
    async with at.open():
        if way == "command":
            await at.asks()
        else:
            await at.ann.mentions("Is it so?", at.general)
        await at.rest(6)
        assert HALF in "".join(at.answers())
        await at.rest(60)
    assert at.answers() == [ANSWER]
    at.discord.assert_clean()


async def test_the_web(tmp_path: Path) -> None:
    two = Two([breaking(20)], speaking(ANSWER))
    async with house(tmp_path, two.endpoints) as at:
        response = await at.person().ask("Is it so?")
        history = await at.person().history()
    events = events_of(response.body)
    assert text_of(events) == ANSWER
    assert kinds(events).count("reset-step") == 1
    assert HALF in response.text
    assert HALF not in str(history)
    assert ANSWER in str(history)


async def test_programs_that_speak_as_to_openai(tmp_path: Path) -> None:
    two = Two([[ModelUnavailable("503")]], speaking(ANSWER))
    asking = {"model": "aizuchi", "messages": [{"role": "user", "content": "Is it so?"}]}
    async with house(tmp_path, two.endpoints) as at:
        response = await at.person().request("POST", "/v1/chat/completions", json=asking)
    assert response.json()["choices"][0]["message"]["content"] == ANSWER
    assert two.calls == (1, 1)
