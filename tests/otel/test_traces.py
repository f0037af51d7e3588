"""One trace for a message, with the names of the GenAI conventions, and not a word of what was said
unless that is wanted; decoded from what a collector got."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.otel.collector import Collector
from tests.slack.house import House, house_in, speaking
from tests.worker.office import Part, using

from aizuchi.answers import ToolCall
from aizuchi.errors import ModelRateLimited, ModelUnreachable
from aizuchi.happenings import ToolCalled
from aizuchi.otel import opening
from aizuchi.otel.spans import Pen
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import Persona
from aizuchi.settings.tools import BotSettings
from aizuchi.settings.tracing import Destination, TracingSettings
from aizuchi.simulator.slack import Fault
from aizuchi.testing.engine_contract.bench import message

QUESTION, ANSWER = "CANARY-QUESTION", "CANARY-ANSWER"
ARGUMENT, RESULT = "CANARY-ARGUMENT", "CANARY-RESULT"
SEARCH = ToolCall("call_1", "search", json.dumps({"what": ARGUMENT}))
MADE_UP = ToolCall("call_2", "CANARY_TOOL", "{}")
BOT = f'''
from aizuchi import Bot

bot = Bot()

@bot.tool
def search(what: str) -> str:
    """Searches."""
    return "{RESULT} for " + what
'''


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collector: Collector) -> House:
    """A Slack whose assistant is traced."""

    @asynccontextmanager
    async def open_client(url: str) -> AsyncIterator[httpx2.AsyncClient]:
        transport = httpx2.ASGITransport(collector.app)
        async with httpx2.AsyncClient(transport=transport) as client:
            yield client

    monkeypatch.setattr(opening, "open_client", open_client)
    (tmp_path / "bot.py").write_text(BOT)
    house = house_in(tmp_path / "home", monkeypatch)
    house.settings = house.settings._replace(
        persona=Persona(name="Mai"),
        folder=tmp_path,
        bot=BotSettings(),
        tracing=TracingSettings(to="otlp"),
    )
    return house


def traced(house: House, **tracing: Any) -> None:
    settings = house.settings
    house.settings = settings._replace(tracing=settings.tracing._replace(**tracing))


async def asked(house: House, *scripts: list[Part]) -> None:
    """Somebody asks, and has the answer."""
    house.says(*scripts)
    async with house.open():
        await house.ann.mentions(QUESTION, house.slack.general)
        await house.rest()


async def test_a_message_is_one_trace_of_calls_under_one_root(
    house: House, collector: Collector
) -> None:
    await asked(house, using(SEARCH), speaking(ANSWER))
    [root] = collector.named("invoke_agent")
    assert root.name == "invoke_agent Mai"
    assert root.parent == ""
    assert root.kind == "INTERNAL"
    assert {span.trace for span in collector.spans} == {root.trace}
    rest = [span for span in collector.spans if span != root]
    assert {span.parent for span in rest} == {root.id}
    assert len({span.id for span in collector.spans}) == len(collector.spans)
    assert (
        root.attributes.items()
        >= {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "Mai",
            "aizuchi.surface": "slack",
            "aizuchi.outcome": "answered",
            "aizuchi.attempts": 1,
        }.items()
    )
    assert not root.failed
    assert all(root.began <= span.began <= span.ended <= root.ended for span in rest[1:])
    assert collector.resource["service.name"] == "aizuchi"
    assert {got.path for got in collector.got} == {"/v1/traces"}


async def test_calls_of_the_model_have_the_attributes_of_the_conventions(
    house: House, collector: Collector
) -> None:
    await asked(house, using(SEARCH), speaking(ANSWER))
    wanting, answering = collector.named("chat")
    assert wanting.kind == "CLIENT"
    assert wanting.attributes["gen_ai.operation.name"] == "chat"
    assert wanting.attributes["gen_ai.provider.name"] == "unknown"  # a script says nothing of it
    assert wanting.attributes["gen_ai.response.finish_reasons"] == ["tool_call"]
    assert answering.attributes["gen_ai.response.finish_reasons"] == ["stop"]
    assert answering.attributes["gen_ai.usage.input_tokens"] == 10
    assert answering.attributes["gen_ai.usage.output_tokens"] == 10
    assert wanting.ended <= answering.began


async def test_calls_of_tools_have_the_attributes_of_the_conventions(
    house: House, collector: Collector
) -> None:
    await asked(house, using(SEARCH, MADE_UP), speaking(ANSWER))
    found, unknown = sorted(collector.named("execute_tool"))
    assert found.name == "execute_tool search"
    assert found.kind == "INTERNAL"
    assert (
        found.attributes.items()
        >= {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "search",
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": "call_1",
        }.items()
    )
    assert not found.failed
    assert unknown.name == "execute_tool unknown"
    assert unknown.attributes["error.type"] == "tool_failed"
    assert unknown.failed


async def test_calls_of_the_platform_tell_what_it_said(house: House, collector: Collector) -> None:
    house.slack.faults.order(Fault(status=429, retry_after=3), "chat.postMessage")
    await asked(house, speaking(ANSWER))
    calls = collector.named("deliver")
    results = {(call.name, call.attributes["aizuchi.delivery.result"]) for call in calls}
    assert {("deliver post_page", "busy"), ("deliver post_page", "sent")} <= results
    busy = next(call for call in calls if call.failed)
    assert busy.attributes["error.type"] == "busy"
    assert busy.kind == "CLIENT"


async def test_a_model_that_fails_is_an_error_of_its_own_kind(
    house: House, collector: Collector
) -> None:
    await asked(house, [ModelRateLimited("no", retry_after_s=1.0)], [ModelUnreachable("CANARY")])
    first, second = collector.named("chat")
    assert first.attributes["error.type"] == "model_rate_limited"
    assert second.attributes["error.type"] == "model_unreachable"
    [root] = collector.named("invoke_agent")
    assert root.failed
    assert root.attributes["error.type"] == "model_unreachable"
    assert root.attributes["aizuchi.outcome"] == "failed"
    assert len(str(root.attributes["aizuchi.incident"])) == 8


async def test_two_attempts_of_two_processes_are_one_trace(
    house: House, collector: Collector
) -> None:
    house.says(speaking("half", every_s=1000.0), speaking(ANSWER))
    async with house.open():
        said = await house.ann.mentions(QUESTION, house.slack.general)
        await house.rest(5)
    async with house.open():
        await house.rest(100)
    assert house.answers(said) == [ANSWER]
    [root] = collector.named("invoke_agent")
    cut_off, whole = collector.named("chat")
    assert cut_off.attributes["error.type"] == "cancelled"
    assert cut_off.trace == whole.trace == root.trace
    assert root.attributes["aizuchi.attempts"] == 2


async def test_no_word_is_in_it_by_default(house: House, collector: Collector) -> None:
    await asked(house, using(SEARCH, MADE_UP, text="CANARY-THOUGHT"), speaking(ANSWER))
    assert collector.named("invoke_agent")
    assert b"CANARY" not in b"".join(got.body for got in collector.got)


async def test_people_and_places_are_not_named(house: House, collector: Collector) -> None:
    await asked(house, speaking(ANSWER))
    [root] = collector.named("invoke_agent")
    told = json.dumps({**root.attributes, "aizuchi.turn.id": ""})
    assert house.ann.id not in told
    assert house.slack.general.id not in told
    assert root.attributes["gen_ai.conversation.id"] == root.attributes["session.id"]
    assert len(str(root.attributes["user.id"])) == 16


async def test_text_that_is_wanted_is_written_as_the_conventions_do(
    house: House, collector: Collector
) -> None:
    traced(house, text=True)
    await asked(house, using(SEARCH), speaking(ANSWER))
    wanting, answering = collector.named("chat")
    [tool] = collector.named("execute_tool")
    [root] = collector.named("invoke_agent")
    asked_for = {"type": "tool_call", "id": "call_1", "name": "search"}
    assert json.loads(str(wanting.attributes["gen_ai.output.messages"])) == [
        {
            "role": "assistant",
            "parts": [{**asked_for, "arguments": {"what": ARGUMENT}}],
            "finish_reason": "tool_call",
        }
    ]
    prompt = json.loads(str(answering.attributes["gen_ai.input.messages"]))
    assert [line["role"] for line in prompt] == ["system", "user", "assistant", "tool"]
    assert prompt[1]["parts"] == [{"type": "text", "content": QUESTION}]
    assert prompt[3]["parts"][0]["type"] == "tool_call_response"
    assert RESULT in prompt[3]["parts"][0]["response"]
    assert tool.attributes["gen_ai.tool.call.arguments"] == SEARCH.arguments
    assert RESULT in str(tool.attributes["gen_ai.tool.call.result"])
    assert QUESTION in str(root.attributes["gen_ai.input.messages"])
    assert ANSWER in str(root.attributes["gen_ai.output.messages"])


async def test_a_secret_is_in_nothing_even_where_somebody_says_it(
    house: House, collector: Collector
) -> None:
    traced(house, text=True)
    settings = house.settings
    secrets = [settings.slack.bot_token, settings.slack.signing_secret, Secret("owner:w-e-b-token")]
    house.settings = settings._replace(web=settings.web._replace(token=secrets[2]))
    values = [secrets[0].reveal(), secrets[1].reveal(), "w-e-b-token"]
    house.says(speaking(" and ".join(values)))
    async with house.open():
        await house.ann.mentions(f"Is it {values}?", house.slack.general)
        await house.rest()
    assert collector.named("chat")
    told = b"".join(got.body for got in collector.got)
    assert [value for value in values if value.encode() in told] == []


async def test_what_no_encoding_has_is_written_nonetheless(
    house: House, collector: Collector
) -> None:
    destination = Destination("http://collector/v1/traces", {})
    pen = Pen(b"key", lambda surface: "Mai", text=True)
    odd = ToolCall("call_\ud800", "search", '{"what": "\ud800"}')
    async with opening.open_tracing(destination, pen, ()) as tracing:
        tracing.listener(message("1", "talk"), ToolCalled(1.0, 2.0, "search", odd, "\ud800"))
        await tracing.flush(1)
    [span] = collector.spans
    assert span.attributes["gen_ai.tool.call.id"] == "call_?"
    assert (span.began, span.ended) == (1.0, 2.0)


async def test_a_collector_that_is_away_changes_nothing_for_anybody(
    house: House, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.status = 503
    house.says(speaking(ANSWER))
    async with house.open():
        for _ in range(3):
            said = await house.ann.mentions(QUESTION, house.slack.general)
            await house.rest()
            assert house.answers(said) == [ANSWER]
    lines = [record.message for record in caplog.records if "traces" in record.message]
    assert lines == ["no traces reach localhost (it answers 503); messages are answered as ever"]


async def test_once_all_answers_have_ended_nothing_waits_to_be_sent(
    house: House, collector: Collector
) -> None:
    house.says(speaking(ANSWER, every_s=0.5))
    async with house.open():
        await house.ann.mentions(QUESTION, house.slack.general)
        await asyncio.sleep(0.2)
        assert house.app
        await house.app.drain()
        assert collector.named("invoke_agent")


async def test_off_it_is_not_there(house: House, collector: Collector) -> None:
    traced(house, to="off")
    await asked(house, speaking(ANSWER))
    assert collector.got == []
