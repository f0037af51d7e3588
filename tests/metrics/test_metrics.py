"""What /metrics tells, read by the official reader: the whole app, in simulated time."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.slack.house import House, house_in, speaking
from tests.worker.office import using

from aizuchi.answers import ToolCall
from aizuchi.errors import ModelRateLimited
from aizuchi.metrics import Histogram
from aizuchi.metrics import Metric as Told
from aizuchi.settings.sections import WebSettings
from aizuchi.settings.tools import BotSettings
from aizuchi.simulator.slack import Fault
from aizuchi.surfaces.web.tokens import own_token
from aizuchi.testing.asgi_client import AsgiClient

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
ANSWER = "It is so."
ASKED = {"endpoint": "model", "model": ""}  # a script has no name
BOT = '''
from aizuchi import Bot

bot = Bot()

@bot.tool
def search(what: str) -> str:
    """Searches."""
    return "found"
'''


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    (tmp_path / "bot.py").write_text(BOT)
    house = house_in(tmp_path / "home", monkeypatch)
    house.settings = house.settings._replace(folder=tmp_path, bot=BotSettings())
    return house


async def read(house: House) -> dict[str, Metric]:
    """All metrics by their names, in each of which every sample is another."""
    assert house.app
    told = await AsgiClient(house.app.asgi).request("GET", "/metrics")
    assert told.status == 200
    families = {family.name: family for family in text_string_to_metric_families(told.text)}
    for family in families.values():
        places = [(sample.name, *sorted(sample.labels.items())) for sample in family.samples]
        assert len(places) == len(set(places)), family.name
        assert family.documentation
    return families


def value(families: dict[str, Metric], sample: str, **labels: str) -> float:
    found = [
        each.value
        for family in families.values()
        for each in family.samples
        if (each.name, each.labels) == (sample, labels)
    ]
    return found[0] if found else 0.0


async def test_answers_are_counted_by_surface_and_outcome_and_their_times_measured(
    house: House,
) -> None:
    house.says(speaking(ANSWER), [ModelRateLimited("no", retry_after_s=99.0)])
    async with house.open():
        for _ in range(2):
            await house.ann.mentions("Is it so?", house.slack.general)
            await house.rest()
        told = await read(house)
    slack = {"surface": "slack"}
    assert value(told, "aizuchi_answers_total", **slack, outcome="answered") == 1
    assert value(told, "aizuchi_answers_total", **slack, outcome="failed") == 1
    assert value(told, "aizuchi_first_sign_seconds_count", **slack) == 2
    assert value(told, "aizuchi_first_text_seconds_count", **slack) == 1
    assert value(told, "aizuchi_answer_seconds_count", **slack) == 2
    assert 0 < value(told, "aizuchi_answer_seconds_sum", **slack) < 10
    assert value(told, "aizuchi_first_sign_seconds_bucket", **slack, le="0.05") == 0
    assert value(told, "aizuchi_first_sign_seconds_bucket", **slack, le="0.2") == 2
    assert value(told, "aizuchi_first_sign_seconds_bucket", **slack, le="+Inf") == 2
    for name in ("first_sign", "first_text", "answer"):
        family = told[f"aizuchi_{name}_seconds"]
        assert family.type == "histogram"
        counts = [each.value for each in family.samples if each.name.endswith("_bucket")]
        assert counts == sorted(counts)


async def test_calls_of_models_tools_and_platforms_are_counted_by_what_came_of_them(
    house: House,
) -> None:
    house.slack.faults.order(Fault(status=429, retry_after=3), "chat.startStream")
    calls = [ToolCall("1", "search", '{"what": "x"}'), ToolCall("2", "made_up", "{}")]
    house.says([ModelRateLimited("no", retry_after_s=1.0)], using(*calls), speaking(ANSWER))
    async with house.open():
        await house.ann.mentions("Is it so?", house.slack.general)
        await house.rest()
        told = await read(house)
    assert value(told, "aizuchi_model_calls_total", **ASKED, result="ok") == 2
    assert value(told, "aizuchi_model_calls_total", **ASKED, result="model_rate_limited") == 1
    assert value(told, "aizuchi_model_tokens_total", **ASKED, direction="read") == 20
    assert value(told, "aizuchi_model_tokens_total", **ASKED, direction="written") == 15
    assert value(told, "aizuchi_tool_calls_total", tool="search", result="ok") == 1
    assert value(told, "aizuchi_tool_calls_total", tool="unknown", result="failed") == 1
    assert value(told, "aizuchi_platform_calls_total", surface="slack", result="busy") == 1
    assert value(told, "aizuchi_platform_calls_total", surface="slack", result="sent") >= 2


async def test_messages_that_wait_and_run_and_the_commits_of_the_store_are_told(
    house: House,
) -> None:
    house.says(speaking(ANSWER, every_s=1000.0))
    async with house.open():
        first = await house.ann.mentions("One", house.slack.general)
        await asyncio.sleep(1)
        for text in ("Two", "Three"):
            await house.ann.mentions(text, house.slack.general, thread=first.ts)
        await asyncio.sleep(1)
        told = await read(house)
    assert value(told, "aizuchi_turns", state="running") == 1
    assert value(told, "aizuchi_turns", state="waiting") == 2
    assert value(told, "aizuchi_store_commits_total") >= 4


async def test_on_the_web_the_sign_is_there_once_it_is_stored(house: House) -> None:
    house.says(speaking(ANSWER))
    house.settings = house.settings._replace(web=WebSettings())
    question = {"role": "user", "id": "m1", "parts": [{"type": "text", "text": "Is it so?"}]}
    async with house.open():
        assert house.app
        token = own_token(house.settings.home)
        client = AsgiClient(house.app.asgi, headers={"authorization": f"Bearer {token}"})
        body = {"id": "c1", "messages": [question], "trigger": "submit-message"}
        assert (
            ANSWER.split(maxsplit=1)[0]
            in (await client.request("POST", "/api/chat", json=body)).text
        )
        await asyncio.sleep(1)
        told = await read(house)
    assert value(told, "aizuchi_first_sign_seconds_count", surface="web") == 1
    assert value(told, "aizuchi_answers_total", surface="web", outcome="answered") == 1
    assert value(told, "aizuchi_platform_calls_total", surface="web", result="sent") == 0


async def test_no_label_names_a_person_or_a_place_however_many_there_are(house: House) -> None:
    house.says(speaking(ANSWER))
    async with house.open():
        before = {name: len(each.samples) for name, each in (await read(house)).items()}
        assert before
        sizes = []
        for number in range(6):
            await house.slack.person(f"p{number}").mentions("Hi", house.slack.general)
            await house.rest()
            sizes.append({name: len(each.samples) for name, each in (await read(house)).items()})
        told = await read(house)
    assert sizes[1] == sizes[-1]
    labels = json.dumps([each.labels for family in told.values() for each in family.samples])
    assert house.slack.general.id not in labels
    assert house.slack.team.id not in labels


@pytest.mark.parametrize("guide", ["observe.md", "observe.ja.md"])
async def test_the_guide_names_every_metric(house: House, guide: str) -> None:
    house.settings = house.settings._replace(web=WebSettings())
    async with house.open():
        assert house.app
        client = AsgiClient(house.app.asgi)
        told = (await client.request("GET", "/metrics")).text
    text = (GUIDES / guide).read_text("utf-8")
    table = re.findall(r"`(aizuchi_\w+)`", text.partition("```")[0])
    assert table == [*dict.fromkeys(table)]
    assert set(table) == set(re.findall(r"^# TYPE (\w+)", told, re.MULTILINE))


def test_a_histogram_counts_what_is_at_most_its_bound() -> None:
    measured = Histogram((1.0, 2.5))
    for seconds in (0.5, 1.0, 2.0, 99.0):
        measured.observe(seconds)
    text = Told("a_seconds", "histogram", "A.", {(("x", "y"),): measured}).text()
    assert text.splitlines()[2:] == [
        'a_seconds_bucket{x="y",le="1"} 2',
        'a_seconds_bucket{x="y",le="2.5"} 3',
        'a_seconds_bucket{x="y",le="+Inf"} 4',
        'a_seconds_sum{x="y"} 102.5',
        'a_seconds_count{x="y"} 4',
    ]


def test_large_figures_are_exact() -> None:
    text = Told("a_total", "counter", "A.", {(): 1_234_567_890.0}).text()
    assert text.splitlines()[-1] == "a_total 1234567890"
