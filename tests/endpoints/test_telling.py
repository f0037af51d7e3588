"""Who looks is told which endpoint answered and why: `why`, `usage`, `/metrics`, the log. Who asked
is told nothing of it."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from tests.slack.house import ANSWER, House, house_in, speaking
from tests.worker.office import Part, ScriptedModel

from aizuchi import plugs
from aizuchi.breaker import IN_A_ROW
from aizuchi.cli import main
from aizuchi.endpoints import Endpoints
from aizuchi.errors import ModelCut, ModelUnavailable
from aizuchi.ports import Ending, Model, Text
from aizuchi.settings import Settings
from aizuchi.settings.sections import ModelSettings
from aizuchi.testing import virtual_time

FILE = """
[model]
name = "scripted"
price_in = 1000
price_out = 1000

[model.fallbacks.spare]
name = "spare"
price_in = 10
price_out = 100
"""
DAYS = ["--days", "100000"]
SPARES: list[ScriptedModel] = []


@asynccontextmanager
async def open_spare(settings: Settings) -> AsyncIterator[Model]:
    assert settings.model == ModelSettings(name="spare")
    yield SPARES[-1]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setitem(plugs.BUILT_IN, "model.spare", f"{__name__}:open_spare")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    (tmp_path / "aizuchi.toml").write_text(FILE)
    return house_in(tmp_path / "home", monkeypatch)


def asked(house: House, first: Sequence[Part], spare: Sequence[Part], times: int = 1) -> str:
    """Questions, one after another, with what /metrics says in the end."""

    async def ask() -> str:
        house.says(first)
        SPARES.append(ScriptedModel(spare))
        fallbacks = {"spare": ModelSettings(name="spare")}
        house.settings = house.settings._replace(fallbacks=fallbacks)
        async with house.open():
            for _ in range(times):
                said = await house.ann.mentions("Is it so?", house.slack.general)
                await house.rest(5)
                assert house.answers(said) == [ANSWER]
            assert house.app
            transport = httpx2.ASGITransport(house.app.asgi)
            async with httpx2.AsyncClient(transport=transport) as client:
                metrics = (await client.get("http://bot/metrics")).text
            await house.rest()
        return metrics

    return virtual_time.run(ask())


def why(capsys: pytest.CaptureFixture[str], house: House) -> str:
    """The life of the last message."""
    ts = max(message.ts for message in house.slack.state.messages.values() if not message.app)
    link = f"https://x.slack.com/archives/{house.slack.general.id}/p{ts.replace('.', '')}"
    capsys.readouterr()
    assert main(["why", link]) == 0
    return capsys.readouterr().out


def usage(capsys: pytest.CaptureFixture[str], *options: str) -> list[list[str]]:
    capsys.readouterr()
    assert main(["usage", *DAYS, *options]) == 0
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_why_tells_that_another_endpoint_answered(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    cut: list[Part] = [Text("half of"), 0.1, ModelCut("cut", detail="CANARY")]
    asked(house, cut, [0.5, Text(ANSWER), 0.5, Ending("stop", 100, 20)])
    told = why(capsys, house)
    steps = [
        "attempt 1 begins",
        "the first words of the model",
        "a fallback is asked (model_cut: [model.fallbacks.spare])",
        "at the fallback spare: 100 tokens read, 20 written",
        "settled as answered",
    ]
    places = [told.find(step) for step in steps]
    assert places == sorted(places), told
    assert -1 not in places, told
    assert "CANARY" not in told


def test_why_tells_that_an_endpoint_rests(
    house: House, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "aizuchi")
    asked(house, [ModelUnavailable("503")], speaking(ANSWER), times=IN_A_ROW + 1)
    told = why(capsys, house)
    assert "[model] rests after it failed several times: [model.fallbacks.spare] is asked" in told
    assert "the model failed" not in told
    logged = [record.getMessage() for record in caplog.records]
    assert "[model] rests for 30 s (model_unavailable)" in logged
    assert "[model] rests: asking [model.fallbacks.spare]" in logged
    assert sum("[model] failed, asking [model.fallbacks.spare]" in one for one in logged) == 3


def test_the_metrics_tell_how_each_endpoint_does(house: House) -> None:
    metrics = asked(house, [ModelUnavailable("503")], speaking(ANSWER), times=IN_A_ROW + 1)
    lines = metrics.splitlines()
    for line in (
        'aizuchi_model_calls_total{endpoint="model",model="",result="model_unavailable"} 3',
        'aizuchi_model_calls_total{endpoint="spare",model="",result="ok"} 4',
        'aizuchi_model_resting{endpoint="model"} 1',
        'aizuchi_model_resting{endpoint="spare"} 0',
    ):
        assert line in lines, metrics


def test_usage_tells_what_fallbacks_took_and_costs_it_at_their_prices(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    spare: list[Part] = [Text(ANSWER), Ending("stop", 100_000, 20_000)]
    asked(house, [ModelUnavailable("503")], spare, times=2)
    cost = ["2", "240,000", "40,000", "6.0000"]
    rows = usage(capsys)
    assert rows[2] == ["in", "all", "1", *cost]
    assert rows[-2] == ["of", "these", "at", "calls", "tokens", "written", "cost"]
    assert rows[-1] == ["spare", *cost]
    assert usage(capsys, "--people")[1][1:] == ["1", *cost]
    assert "cost: 3.0000" in why(capsys, house)


def test_where_no_fallback_was_asked_nothing_is_said_of_any(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(house, [Text(ANSWER), Ending("stop", 1_000, 0)], speaking("never"))
    assert usage(capsys)[-1] == ["in", "all", "1", "1", "1,000", "0", "1.0000"]
    assert "fallback" not in why(capsys, house)


def test_summaries_are_never_written_by_a_model_that_cannot(house: House) -> None:
    async def writers() -> list[str]:
        SPARES.append(ScriptedModel(speaking(ANSWER)))
        spare, last = ModelSettings(name="spare"), ModelSettings(name="echo")
        house.says(speaking(ANSWER))
        house.settings = house.settings._replace(fallbacks={"last": last, "spare": spare})
        async with house.open(works=False):
            assert house.app
            assert house.app._summariser
            model = house.app._summariser._model
            assert isinstance(model, Endpoints)
            return [each.name for each in model.standings()]

    assert virtual_time.run(writers()) == ["model", "spare"]
