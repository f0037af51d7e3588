"""A typed function is a tool: what the model is told of it, and what it may be called with."""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest

from aizuchi import Bot, ToolError
from aizuchi.answers import ToolCall
from aizuchi.errors import BotError
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import LONGEST_RESULT, Occasion, Result, Tool, Toolbox
from aizuchi.tools.function import tool_of

OCCASION = Occasion(message("1"))


async def run(tool: Tool, arguments: str, **bounds: Any) -> Result:
    toolbox = Toolbox((tool,), new_incident=lambda: "i1", **bounds)
    return await toolbox.run(ToolCall("a", tool.declared.name, arguments), OCCASION)


@dataclass
class Trip:
    start: str
    nights: int = 1


async def weather(
    city: Annotated[str, "Its name in English."], days: int = 1, unit: Literal["c", "f"] = "c"
) -> str:
    """The weather in a city.

    For some days."""
    return f"{city}, {days} days, {unit}"


def test_the_model_is_told_name_docstring_and_types() -> None:
    declared = tool_of(weather).declared
    assert declared.name == "weather"
    assert declared.description == "The weather in a city.\n\nFor some days."
    assert declared.parameters == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Its name in English."},
            "days": {"type": "integer", "default": 1},
            "unit": {"enum": ["c", "f"], "default": "c"},
        },
        "required": ["city"],
        "additionalProperties": False,
    }


def test_a_dataclass_is_described_within() -> None:
    def book(trips: list[Trip]) -> None:
        """Books trips."""

    parameters = tool_of(book).declared.parameters
    assert parameters["properties"]["trips"]["items"] == {"$ref": "#/$defs/Trip"}
    assert parameters["$defs"]["Trip"]["required"] == ["start"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ('{"city": "Kyoto"}', "Kyoto, 1 days, c"),
        (' {"days": 3, "city": "Kyoto", "unit": "f"} ', "Kyoto, 3 days, f"),
    ],
)
async def test_arguments_that_fit_are_given(arguments: str, text: str) -> None:
    assert await run(tool_of(weather), arguments) == Result(text)


@pytest.mark.parametrize(
    "arguments",
    ["", "{}", '{"city": 3}', '{"city": "Kyoto", "unit": "k"}', '{"city": "K", "x": 1}', '{"city"'],
)
async def test_arguments_that_do_not_fit_are_told_with_what_would(arguments: str) -> None:
    result = await run(tool_of(weather), arguments)
    assert result.failed
    assert result.text.startswith("The arguments of weather do not fit: ")
    assert '"required":["city"]' in result.text


async def test_what_is_no_text_is_told_as_json() -> None:
    async def trips() -> list[Trip]:
        """All trips."""
        return [Trip("Kyoto", 2)]

    assert await run(tool_of(trips), "") == Result('[{"start":"Kyoto","nights":2}]')


async def test_an_error_is_told_without_a_word_of_its_own() -> None:
    async def breaks() -> str:
        """Breaks."""
        raise RuntimeError("key sk-CANARY")

    assert await run(tool_of(breaks), "") == Result("breaks failed inside (number i1).", True)


async def test_a_tool_may_say_itself_why_it_failed() -> None:
    async def breaks() -> str:
        """Breaks."""
        raise ToolError("There is no such city.", "Ask for its name.")

    assert await run(tool_of(breaks), "") == Result(
        "There is no such city. Ask for its name.", True
    )


async def test_one_that_hangs_is_not_waited_for() -> None:
    async def hangs() -> None:
        """Hangs."""
        await asyncio.sleep(1000)

    safe = await run(tool_of(hangs), "", timeout_s=3.0)
    assert safe == Result("hangs did not end within 3 seconds.", True)
    unsafe = await run(tool_of(hangs, unsafe=True), "", timeout_s=3.0)
    assert "nobody knows" in unsafe.text


async def test_a_timeout_of_its_own_is_not_taken_for_ours() -> None:
    async def breaks() -> None:
        """Breaks."""
        raise TimeoutError

    assert await run(tool_of(breaks), "") == Result("breaks failed inside (number i1).", True)


async def test_a_long_result_is_cut_and_the_model_is_told() -> None:
    async def floods() -> str:
        """Floods."""
        return "x" * 10_000_000

    text = (await run(tool_of(floods), "")).text
    assert text.startswith("x" * LONGEST_RESULT + "\n[9980000 more characters")
    assert len(text) < LONGEST_RESULT + 100


async def test_an_unknown_tool_is_told_with_those_that_there_are() -> None:
    result = await Toolbox((tool_of(weather),)).run(ToolCall("a", "wether", "{}"), OCCASION)
    assert result == Result('There is no tool "wether". There is: weather.', True)


@pytest.mark.real_time
async def test_a_plain_function_runs_in_a_thread_that_may_hang() -> None:
    def hangs() -> None:
        """Hangs."""
        threading.Event().wait(60)

    def where() -> str:
        """Says where it runs."""
        return threading.current_thread().name

    began = time.monotonic()
    assert (await run(tool_of(hangs), "", timeout_s=0.1)).failed
    assert await run(tool_of(where), "") == Result("aizuchi-tool")
    assert time.monotonic() - began < 30


@pytest.mark.real_time
async def test_a_plain_function_that_leaves_ends_only_its_own_call() -> None:
    def leaves() -> None:
        """Leaves."""
        raise SystemExit

    assert (await run(tool_of(leaves), "")).failed


def _bare(x) -> None:  # type: ignore[no-untyped-def]  # it is what is refused
    """Has a parameter without a type."""


def _many(*words: str) -> None:
    """Has any number of parameters."""


def _odd(thing: threading.Event) -> None:
    """Takes what nobody can write in JSON."""


def _silent(x: int) -> None: ...


def _lost(x: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821 - it is what is refused
    """Names a type that is not there."""


def _fixed(x: list[int] = [1]) -> None:  # noqa: B006 - it is what is refused
    """Has a default that calls would share."""


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (_bare, "its parameter x has no type. Write x: str, for example."),
        (_many, "its parameter *words: str has no name."),
        (_odd, "nobody can write thing: <class 'threading.Event'> in JSON."),
        (_silent, "it has no docstring."),
        (_lost, "name 'Nowhere' is not defined."),
        (_fixed, "Take None as that default."),
        (lambda: None, '"<lambda>" is no name that every model takes.'),
    ],
)
def test_what_cannot_be_a_tool_is_told_with_its_place(function: Any, says: str) -> None:
    with pytest.raises(BotError) as raised:
        Bot().tool(function)
    assert says in str(raised.value)
    assert f"({__file__}, line {function.__code__.co_firstlineno})" in str(raised.value)


def test_a_function_stays_what_it_was_and_may_be_unsafe() -> None:
    bot = Bot()

    @bot.tool(unsafe=True)
    def delete(path: str) -> str:
        """Deletes a file."""
        return path

    assert delete("x") == "x"
    assert [(tool.declared.name, tool.unsafe) for tool in bot.tools] == [("delete", True)]
    with pytest.raises(BotError, match="two tools called delete"):
        bot.tool(delete)
