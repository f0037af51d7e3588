"""Whatever answers: a generator of one's own, a pydantic-ai agent, a LangChain runnable."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.attachments.samples import PNG
from tests.worker.office import ScriptedModel, desk, saying

from aizuchi import Bot, Step, Turn
from aizuchi.botfile import load_bot
from aizuchi.brain import Brain
from aizuchi.errors import BotError, ModelUnavailable
from aizuchi.events import Picture
from aizuchi.ports import Ending
from aizuchi.testing.engine_contract.bench import message

EXAMPLES = Path(__file__).parents[2] / "examples"


SEEING = Turn(
    "What is this?", (), (), "ann", "Ann", "web", "talk", "en", (Picture("image/png", PNG),)
)


class Reading:
    """What is written of a brain's answers."""

    def __init__(self, home: Path, brain: Brain) -> None:
        self._home, self._brain = home, brain

    async def ask(self, *texts: str) -> list[str]:
        """The answers to questions of one conversation."""
        unused = ScriptedModel(saying("never asked"))
        async with desk(self._home, unused, brain=self._brain) as at:
            answers = [await at.ask(text, str(n)) for n, text in enumerate(texts)]
            self.steps = [s for s in answers[-1].steps if s.id != "thinking"]
            self.finished = answers[-1].finished
            await at.worker.drain(None)
            used = await at.engine.usage.read("1970-01-01")
        self.tokens = sum(day.tokens for day in used)
        assert not unused.prompts
        return [answer.text for answer in answers]


def brain_of(given: Any) -> Brain:
    bot = Bot()
    bot.answer(given)
    assert bot.brain
    return bot.brain


# ── one's own ─────────────────────────────────────────────────────────────────


async def test_a_generator_answers_with_text_and_steps(tmp_path: Path) -> None:
    seen: list[Turn] = []

    async def answer(turn: Turn) -> AsyncIterator[str | Step | Ending]:
        seen.append(turn)
        yield Step("look", "Looking it up")
        yield Step("look", "Looked it up", "done")
        yield f"You said {turn.text}"
        yield ""
        yield "."
        yield Ending("stop", 3, 4)

    reading = Reading(tmp_path, brain_of(answer))
    assert await reading.ask("one", "日本語") == ["You said one.", "You said 日本語."]
    assert reading.steps == [Step("look", "Looked it up", "done")]
    assert reading.tokens == 14
    first, second = seen
    assert (first.text, first.history, first.person) == ("one", (), "test:home:ann")
    assert [(each.question, each.answer) for each in second.history] == [("one", "You said one.")]
    assert (second.language, second.surface, second.conversation) == ("ja", "test", "talk")


@pytest.mark.parametrize(
    ("error", "code"),
    [(RuntimeError("CANARY"), "bug"), (ModelUnavailable("CANARY"), "model_unavailable")],
)
async def test_one_that_breaks_is_told_without_its_words(
    tmp_path: Path, error: Exception, code: str
) -> None:
    async def answer(turn: Turn) -> AsyncIterator[str]:
        yield "half "
        raise error

    reading = Reading(tmp_path, brain_of(answer))
    assert await reading.ask("one") == ["half "]
    assert reading.finished
    assert (reading.finished.outcome, reading.finished.code) == ("failed", code)
    assert "CANARY" not in reading.finished.said


async def test_one_that_says_nothing_or_nonsense_is_told(tmp_path: Path) -> None:
    async def silent(turn: Turn) -> AsyncIterator[str]:
        yield " "

    async def odd(turn: Turn) -> AsyncIterator[Any]:
        yield 3

    for name, brain, code in (("a", silent, "model_empty"), ("b", odd, "bug")):
        (tmp_path / name).mkdir()
        reading = Reading(tmp_path / name, brain_of(brain))
        await reading.ask("one")
        assert reading.finished
        assert reading.finished.code == code


async def test_after_a_crash_it_is_asked_again(tmp_path: Path) -> None:
    async def slow(turn: Turn) -> AsyncIterator[str]:
        yield "half "
        await asyncio.sleep(1000)

    async def quick(turn: Turn) -> AsyncIterator[str]:
        yield "whole"

    async with desk(tmp_path, ScriptedModel(saying("")), brain=slow) as at:
        await at.say(message("1"))
        await asyncio.sleep(5)
    async with desk(tmp_path, ScriptedModel(saying("")), brain=quick) as at:
        assert (await at.read("1")).text == "whole"


def test_what_cannot_answer_is_told() -> None:
    async def returns(turn: Turn) -> str:
        return "no generator"

    for wrong in (returns, lambda turn: "x", 3):
        with pytest.raises(BotError, match="cannot answer"):
            Bot().answer(wrong)
    bot = Bot()
    bot.answer(_nothing)
    with pytest.raises(BotError, match="two brains"):
        bot.answer(_nothing)


async def _nothing(turn: Turn) -> AsyncIterator[str]:
    yield ""


# ── pydantic-ai ───────────────────────────────────────────────────────────────


def example(name: str) -> ModuleType:
    """A runnable example as it is loaded."""
    load_bot(EXAMPLES / name / "bot.py")
    return sys.modules["bot"]


@pytest.mark.real_time
async def test_a_pydantic_ai_agent_answers_with_its_own_tools(tmp_path: Path) -> None:
    from pydantic_ai.models.test import TestModel

    module = example("pydantic_ai")
    with module.agent.override(model=TestModel()):
        reading = Reading(tmp_path, module.bot.brain)
        (answer,) = await reading.ask("Which platform?")
    assert answer == '{"platform":"a leaves from platform 1."}'
    assert [(step.title, step.state) for step in reading.steps] == [("Using platform", "done")]
    assert reading.tokens > 0


@pytest.mark.real_time
async def test_a_pydantic_ai_agent_is_given_what_was_said(tmp_path: Path) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models.function import AgentInfo, FunctionModel

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        said = [str(part.content) for each in messages for part in each.parts]  # type: ignore[union-attr]  # only text parts are there
        for word in " | ".join(said).split(" "):
            yield f"{word} "

    agent = Agent(FunctionModel(stream_function=stream))
    reading = Reading(tmp_path, brain_of(agent))
    assert await reading.ask("one", "two") == ["one ", "one | one  | two "]


@pytest.mark.real_time
async def test_a_pydantic_ai_agent_is_shown_pictures() -> None:
    from pydantic_ai import Agent, BinaryContent
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models.function import AgentInfo, FunctionModel

    seen: list[Any] = []

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str]:
        seen.extend(messages[-1].parts[-1].content)  # type: ignore[arg-type, union-attr]  # a list, as it was given
        yield "A cat."

    brain = brain_of(Agent(FunctionModel(stream_function=stream)))
    said = [part async for part in brain(SEEING) if isinstance(part, str)]
    assert seen == ["What is this?", BinaryContent(PNG, media_type="image/png")]
    assert said == ["A cat."]


@pytest.mark.real_time
async def test_a_langchain_runnable_is_shown_pictures() -> None:
    """As chat models of every maker take them there."""
    seen: list[Any] = []

    class Runnable:
        async def astream(self, messages: Any) -> AsyncIterator[str]:
            seen.extend(messages)
            yield "A cat."

    said = [part async for part in brain_of(Runnable())(SEEING)]
    ((role, (text, image)),) = seen
    assert (role, text) == ("human", {"type": "text", "text": "What is this?"})
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert said == ["A cat."]


@pytest.mark.real_time
async def test_a_pydantic_ai_agent_whose_answer_is_a_value_says_it(tmp_path: Path) -> None:
    from pydantic_ai import Agent
    from pydantic_ai.models.test import TestModel

    agent = Agent(TestModel(custom_output_args=42), output_type=int)
    assert await Reading(tmp_path, brain_of(agent)).ask("how many?") == ["42"]


# ── LangChain ─────────────────────────────────────────────────────────────────


@pytest.mark.real_time
async def test_a_langchain_model_or_chain_answers(tmp_path: Path) -> None:
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.output_parsers import StrOutputParser

    model = GenericFakeChatModel(messages=iter([AIMessage("first answer"), AIMessage("second")]))
    reading = Reading(tmp_path, brain_of(model))
    assert await reading.ask("one", "two") == ["first answer", "second"]
    chain = GenericFakeChatModel(messages=iter([AIMessage("parsed answer")])) | StrOutputParser()
    (tmp_path / "chain").mkdir()
    assert await Reading(tmp_path / "chain", brain_of(chain)).ask("one") == ["parsed answer"]


@pytest.mark.real_time
async def test_a_graph_answers_with_its_own_tools(tmp_path: Path, monkeypatch: Any) -> None:
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage, ToolMessage
    from langchain_core.runnables import RunnableLambda

    asked: list[Any] = []

    def noted(given: Any) -> Any:
        asked.append([line.content for line in given])
        return given

    module = example("langgraph")
    fake = GenericFakeChatModel(messages=iter([AIMessage("one answer"), AIMessage("another")]))
    model = RunnableLambda(noted) | fake
    monkeypatch.setattr(module, "model", lambda: model)
    assert await Reading(tmp_path, module.bot.brain).ask("one", "two") == ["one answer", "another"]
    assert asked == [["one"], ["one", "one answer", "two"]]

    async def call(state: Any) -> Any:
        calls = [{"name": "look", "args": {}, "id": "c1", "type": "tool_call"}]
        return {"messages": [AIMessage("", tool_calls=calls)]}

    async def look(state: Any) -> Any:
        return {"messages": [ToolMessage("found", tool_call_id="c1", name="look")]}

    async def reply(state: Any) -> Any:
        return {"messages": [AIMessage("It is there.")]}

    from langgraph.graph import START, MessagesState, StateGraph

    graph = StateGraph(MessagesState).add_node(call).add_node(look).add_node(reply)
    graph.add_edge(START, "call").add_edge("call", "look").add_edge("look", "reply")
    (tmp_path / "graph").mkdir()
    reading = Reading(tmp_path / "graph", brain_of(graph.compile()))
    assert await reading.ask("where?") == ["It is there."]
    assert reading.steps == [Step("c1", "Using look", "done")]


# ── the other example ─────────────────────────────────────────────────────────


def test_the_example_of_tools_has_a_safe_and_an_unsafe_one() -> None:
    tools = load_bot(EXAMPLES / "tools" / "bot.py").tools
    assert {tool.declared.name: tool.unsafe for tool in tools} == {
        "days_until": False,
        "delete_note": True,
    }
