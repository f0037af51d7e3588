"""What is pushed over a socket that somebody else holds: the stream's own text, in fewer frames."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from aizuchi.answers import Finished, Logged, Position, Restarted, Step, TextDelta
from aizuchi.surfaces.web.pushed import MOST_BYTES, batch_of, cut, halves
from aizuchi.surfaces.web.tail import AnswerFrames

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def streamed(texts: Sequence[str], *, end: bool = True) -> bytes:
    """The stream of an answer in these pieces."""
    lines = [Logged(Position(1, n), TextDelta(text)) for n, text in enumerate(texts, 1)]
    frames = AnswerFrames("w1", "en")
    stream = frames.begin() + b"".join(frames.feed([line]) for line in lines)
    last = Logged(Position(1, len(texts) + 1), Finished("answered", "".join(texts)))
    return stream + (frames.feed([last]) if end else b"")


def text_of(chunks: Sequence[str]) -> str:
    found = [json.loads(chunk) for chunk in chunks]
    return "".join(chunk["delta"] for chunk in found if chunk["type"] == "text-delta")


@given(st.lists(TEXTS, min_size=1, max_size=30))
def test_text_that_comes_together_is_one_chunk_of_the_same_text(texts: list[str]) -> None:
    chunks, position = batch_of(streamed(texts))
    assert text_of(chunks) == "".join(texts)
    assert sum('"text-delta"' in chunk for chunk in chunks) == 1
    assert position == Position(1, len(texts) + 1)


def test_all_else_is_the_streams_own() -> None:
    step = Logged(Position(1, 1), Step("s1", "Looks it up"))
    stream = AnswerFrames("w1", "en").feed([step])
    (*_, last), position = batch_of(stream)
    assert f"data: {last}\n\n".encode() in stream
    assert position == Position(1, 1)


def test_texts_of_two_attempts_stay_apart() -> None:
    frames = AnswerFrames("w1", "en")
    lines = [
        Logged(Position(1, 1), TextDelta("one")),
        Logged(Position(2, 1), Restarted()),
        Logged(Position(2, 2), TextDelta("two")),
    ]
    chunks, position = batch_of(frames.feed(lines))
    kinds = [json.loads(chunk)["type"] for chunk in chunks]
    assert kinds.count("text-delta") == 2
    assert kinds.index("reset-step") < len(kinds) - 1
    assert position == Position(2, 2)


@given(st.text('aé長\U0001f642"\\\n', min_size=1), st.integers(300, 40_000))
def test_a_long_text_is_cut_so_that_each_piece_fits(letters: str, length: int) -> None:
    text = (letters * length)[:length]
    chunks, _ = batch_of(streamed([text]))
    assert text_of(chunks) == text
    assert all(len(chunk.encode()) <= MOST_BYTES for chunk in chunks)


def test_what_is_no_text_cannot_be_cut() -> None:
    large = json.dumps({"type": "data-consent", "data": "x" * MOST_BYTES})
    assert list(cut(large)) == [large]
    assert halves(large) == []
    assert batch_of(f"data: {large}\n\n".encode()).chunks == (), "the history has it"


def test_nothing_is_nothing() -> None:
    assert batch_of(b"") == ((), None)
