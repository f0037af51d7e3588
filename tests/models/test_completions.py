"""What chunks say is read in the forms that endpoints send, and comes out as clean text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.models.completions import Completion


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def said(*deltas: dict[str, Any]) -> str:
    completion = Completion()
    return "".join(completion.take([chunk(delta)]) for delta in deltas) + completion.end()


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({"content": "Hi"}, "Hi"),
        ({"role": "assistant", "content": None}, ""),
        ({"refusal": "I cannot help with that."}, "I cannot help with that."),
        ({"content": [{"type": "text", "text": "Hi"}, {"type": "thinking", "thinking": []}]}, "Hi"),
        ({"reasoning_content": "Hm."}, ""),
        ({"content": "a\0b"}, "ab"),
        ({"content": "a\ud83d b"}, "a\ufffd b"),
        ({"content": "a\udc00 c"}, "a\ufffd c"),
        ({"content": "a" + chr(0xD83D)}, "a\ufffd"),
    ],
)
def test_the_text_of_a_delta(delta: dict[str, Any], text: str) -> None:
    assert said(delta) == text


def test_a_character_whose_halves_come_apart_is_whole() -> None:
    assert said({"content": "a\ud83d"}, {"content": "\ude00b"}) == "a😀b"


@given(st.lists(st.text(st.characters(codec=None))))
def test_whatever_comes_is_text_that_can_be_sent_on(texts: list[str]) -> None:
    assert "\0" not in said(*({"content": text} for text in texts)).encode().decode()


def test_usage_comes_with_or_after_the_last_chunk_and_may_be_junk() -> None:
    completion = Completion()
    completion.take([chunk({}, "stop"), {"choices": [], "usage": {"prompt_tokens": 3}}])
    completion.take([{"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": "x"}}])
    completion.take([{"choices": [], "usage": "none"}])
    assert (completion.finish, completion.tokens_in, completion.tokens_out) == ("stop", 4, 0)


@pytest.mark.parametrize("event", [1, "text", [], {"choices": 1}, {"choices": [1]}])
def test_what_is_no_chunk_is_told_and_what_came_before_it_stands(event: Any) -> None:
    completion = Completion()
    assert completion.take([chunk({"content": "a"}), event, chunk({"content": "b"})]) == "a"
    assert completion.unreadable.startswith("not ")


@pytest.mark.parametrize("event", [{"error": {"code": 500}}, {"object": "error", "code": 400}])
def test_an_error_in_the_place_of_a_chunk_ends_it(event: dict[str, Any]) -> None:
    completion = Completion()
    assert completion.take([chunk({"content": "a"}), event, chunk({"content": "b"})]) == "a"
    assert completion.error
