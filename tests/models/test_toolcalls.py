"""Calls of tools come in the forms that endpoints send, and are the same calls."""

from typing import Any

import pytest

from aizuchi.answers import ToolCall
from aizuchi.models.completions import Completion
from aizuchi.models.openai import OpenAIModel
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.simulator.model import Behaviour, FakeModel, fake_model
from aizuchi.simulator.model.behaviour import CallForm

CLOCK = Declared("clock", "What time it is.", {"type": "object", "properties": {}})
QUESTION = (PromptMessage("user", "Hi"),)
TWO = 'use clock with {"zone": "Asia/Tokyo"}\nuse clock'


def calls_of(*pieces: dict[str, Any]) -> tuple[ToolCall, ...]:
    completion = Completion()
    for piece in pieces:
        completion.take([{"choices": [{"index": 0, "delta": piece, "finish_reason": None}]}])
    assert not completion.unreadable
    return completion.calls.whole()


def part(index: int | None = None, id_: str | None = None, **function: Any) -> dict[str, Any]:
    """A piece of a call as the delta that brings it."""
    given = {"index": index, "id": id_}
    head = {name: value for name, value in given.items() if value is not None}
    return {"tool_calls": [{**head, "function": function}]}


def test_pieces_are_put_together_by_their_index() -> None:
    assert calls_of(
        part(0, "a", name="clock", arguments=""),
        part(1, "b", name="weather", arguments=""),
        part(1, arguments='{"city":'),
        part(0, arguments="{}"),
        part(1, arguments='"Kyoto"}'),
    ) == (ToolCall("a", "clock", "{}"), ToolCall("b", "weather", '{"city":"Kyoto"}'))


def test_an_id_that_comes_with_every_piece_is_one_call() -> None:
    pieces = (part(0, "a", name="clock", arguments="{"), part(0, "a", arguments="}"))
    assert calls_of(*pieces) == (ToolCall("a", "clock", "{}"),)


def test_a_name_that_comes_with_every_piece_is_one_call() -> None:
    pieces = [part(0, "a", name="clock", arguments=piece) for piece in ('{"a', '":1}')]
    assert calls_of(*pieces) == (ToolCall("a", "clock", '{"a":1}'),)


@pytest.mark.parametrize("index", [None, 0])
def test_whole_calls_that_share_an_index_are_told_apart_by_their_ids(index: int | None) -> None:
    pieces = [part(index, id_, name="clock", arguments="{}") for id_ in "ab"]
    assert calls_of(*pieces) == (ToolCall("a", "clock", "{}"), ToolCall("b", "clock", "{}"))


@pytest.mark.parametrize("id_", [None, ""])
def test_whole_calls_without_ids_are_told_apart_by_being_whole(id_: str | None) -> None:
    pieces = [part(0, id_, name="clock", arguments="{}") for _ in range(2)]
    assert calls_of(*pieces) == (ToolCall("", "clock", "{}"),) * 2


def test_several_in_one_delta_are_several() -> None:
    both = [{"id": id_, "function": {"name": "clock", "arguments": "{}"}} for id_ in "ab"]
    assert [call.id for call in calls_of({"tool_calls": both})] == ["a", "b"]


def test_arguments_may_be_an_object_or_missing() -> None:
    assert calls_of(part(0, "a", name="x", arguments={"b": 1})) == (ToolCall("a", "x", '{"b": 1}'),)
    assert calls_of(part(0, "a", name="x")) == (ToolCall("a", "x", ""),)


def test_a_function_call_of_old_is_a_call() -> None:
    pieces = ({"name": "x", "arguments": "{"}, {"arguments": "}"})
    deltas = [{"function_call": piece} for piece in pieces]
    assert calls_of(*deltas) == (ToolCall("", "x", "{}"),)


@pytest.mark.parametrize("junk", [1, "x", {"a": 1}, [1], [{"function": "x"}]])
def test_what_is_no_call_is_told(junk: Any) -> None:
    completion = Completion()
    completion.take([{"choices": [{"delta": {"tool_calls": junk}}]}])
    assert completion.unreadable.startswith("not ")


def test_nobody_means_a_thousand_calls() -> None:
    completion = Completion()
    for index in range(1000):
        completion.take([{"choices": [{"delta": part(index, f"c{index}", name="x")}]}])
    assert completion.unreadable


# ── over the wire ─────────────────────────────────────────────────────────────


async def parts_of(
    model: FakeModel, *prompt: PromptMessage, tools: tuple[Declared, ...] = (CLOCK,)
) -> list[Part]:
    opened = OpenAIModel(model="fake", base_url=model.base_url)
    try:
        return [part async for part in opened.stream(prompt, tools)]
    finally:
        await opened.aclose()


@pytest.mark.real_time
@pytest.mark.parametrize("form", ["pieces", "whole", "bare"])
async def test_calls_come_whole_after_the_text(form: CallForm) -> None:
    async with fake_model() as model:
        model.script(Behaviour(use=TWO, text="Let me look.", call_form=form))
        *parts, first, second, ending = await parts_of(model, *QUESTION)
    assert "".join(part.text for part in parts if isinstance(part, Text)) == "Let me look."
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert (first.name, first.arguments) == ("clock", '{"zone": "Asia/Tokyo"}')
    assert second[1:] == ("clock", "{}")
    assert isinstance(ending, Ending)
    assert ending.reason == "tools"


@pytest.mark.real_time
async def test_calls_of_a_completion_that_is_not_streamed_are_read() -> None:
    async with fake_model() as model:
        model.script(Behaviour(use="use clock", form="json"))
        parts = await parts_of(model, *QUESTION)
    assert parts[0] == ToolCall("call_1_0", "clock", "{}")


@pytest.mark.real_time
async def test_the_prompt_of_a_second_round_is_taken_by_a_strict_endpoint() -> None:
    calls = (ToolCall("a", "clock", "{}"), ToolCall("b", "clock", "no json"))
    told = [PromptMessage("tool", "noon", call_id=call.id) for call in calls]
    round_ = (*QUESTION, PromptMessage("assistant", "", calls), *told)
    async with fake_model() as model:
        model.script(Behaviour(text="noon"))
        for tools in ((CLOCK,), ()):
            assert await parts_of(model, *round_, tools=tools)
    first, second = (one.body for one in model.received)
    assert first["messages"][2:] == [
        {"role": "tool", "tool_call_id": "a", "content": "noon"},
        {"role": "tool", "tool_call_id": "b", "content": "noon"},
    ]
    assert first["messages"][1]["content"] is None
    assert "tool_choice" not in first
    assert second["tool_choice"] == "none"


@pytest.mark.real_time
async def test_a_model_without_tools_is_asked_without() -> None:
    async with fake_model() as model:
        model.script(Behaviour(text="yes", refuses_tools=True))
        *_, ending = await parts_of(model, *QUESTION)
    assert isinstance(ending, Ending)
    assert ["tools" in one.body for one in model.received] == [True, False]
