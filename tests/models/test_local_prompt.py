"""What the demo model is given: English, no bad examples, and no more than it can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.errors import ContextOverflow
from aizuchi.models.smol_prompt import (
    INSTRUCTIONS,
    PROMPT_TOKENS,
    REMINDED_OF,
    fitted,
    is_english,
    tokens_in,
)
from aizuchi.models.wording import echo_of, english_only
from aizuchi.ports import PromptMessage
from aizuchi.settings.sections import Persona

QUESTION = PromptMessage("user", "And now?")


def exchange(question: str, answer: str) -> list[PromptMessage]:
    return [PromptMessage("user", question), PromptMessage("assistant", answer)]


@pytest.mark.parametrize(
    "text",
    ["What is an aizuchi?", "42", "", "hi", "Is Los Angeles in Las Vegas?", "π is what?", "La La"],
)
def test_english_is_read(text: str) -> None:
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    ["こんにちは", "你好", "Привет", "สวัสดี", "Wie ist das Wetter?", "Quelle est la capitale ?"],
)
def test_other_languages_are_not(text: str) -> None:
    assert not is_english(text)


def test_only_the_last_exchanges_are_kept() -> None:
    history = [line for n in range(9) for line in exchange(f"q{n}", f"a{n}")]
    kept = fitted([*history, QUESTION])
    assert len(kept) == 2 * REMINDED_OF + 1
    assert kept[-3:] == [*exchange("q8", "a8"), QUESTION]


def test_what_the_echo_and_we_said_is_no_example() -> None:
    echoed = exchange("hi", echo_of("hi", "en"))
    foreign = exchange("やあ", english_only("ja"))
    assert fitted([*echoed, *foreign, QUESTION]) == [QUESTION]


def test_our_own_persona_is_said_in_a_way_it_understands() -> None:
    system, _ = fitted([PromptMessage("system", Persona().instructions), QUESTION])
    assert system.text == INSTRUCTIONS


def test_a_question_that_is_too_long_is_refused_before_it_is_asked() -> None:
    with pytest.raises(ContextOverflow):
        fitted([PromptMessage("user", "word " * 3000)])


@given(st.lists(st.tuples(st.text(), st.text())), st.text(), st.text(max_size=200), st.text())
def test_it_always_fits(
    history: list[tuple[str, str]], system: str, question: str, closing: str
) -> None:
    before = [line for pair in history for line in exchange(*pair)]
    prompt = [PromptMessage("system", system), *before, PromptMessage("user", question)]
    fit = fitted([*prompt, PromptMessage("system", closing)])
    assert sum(tokens_in(message.text) for message in fit) <= PROMPT_TOKENS
    assert [message for message in fit if message.role == "user"][-1].text == question
