"""The echo repeats the question, says that it is only an echo, and names the ways to a model."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.models.echo import LONGEST_S, EchoModel
from aizuchi.models.wording import pieces_of
from aizuchi.ports import Ending, Part, PromptMessage, Text


async def said(prompt: Sequence[PromptMessage]) -> list[Part]:
    return [part async for part in EchoModel().stream(prompt)]


def whole(parts: Sequence[Part]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Text))


@pytest.mark.parametrize(
    ("question", "owns_up"),
    [
        ("What is an aizuchi?", "only an echo"),
        ("あいづちとは何ですか", "エコー"),
    ],
)
async def test_it_repeats_the_question_in_its_language_and_names_both_ways(
    question: str, owns_up: str
) -> None:
    answer = whole(await said([PromptMessage("user", question)]))
    for part in (question, owns_up, "OPENAI_API_KEY", "OPENAI_BASE_URL", "Ollama"):
        assert part in answer


async def test_it_repeats_the_last_question_and_nothing_else_of_the_prompt() -> None:
    prompt = [
        PromptMessage("system", "Be brief."),
        PromptMessage("user", "first"),
        PromptMessage("assistant", "an answer"),
        PromptMessage("user", "second"),
        PromptMessage("system", "Be kind."),
    ]
    answer = whole(await said(prompt))
    assert "second" in answer
    assert not any(text in answer for text in ("first", "an answer", "Be brief", "Be kind"))


async def test_it_streams_and_ends_once() -> None:
    parts = await said([PromptMessage("user", "one two three")])
    assert len(parts) > 10
    assert [part for part in parts if isinstance(part, Ending)] == [Ending("stop")]
    assert parts[-1] == Ending("stop")


async def test_a_long_question_is_not_repeated_for_ever() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    parts = await said([PromptMessage("user", "word " * 20_000)])
    assert "word " * 20_000 in whole(parts)
    assert loop.time() - began <= LONGEST_S + 0.1
    assert len(parts) < 200  # each of them costs a reader something


@given(st.text())
def test_the_pieces_are_the_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text


def test_japanese_is_said_a_few_letters_at_a_time() -> None:
    assert pieces_of("こんにちは世界") == ["こんにち", "は世界"]
