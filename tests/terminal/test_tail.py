"""What comes over the wire becomes signs, each once, however the connection breaks."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.surfaces.terminal.tail import (
    Again,
    Begun,
    Doing,
    End,
    Sign,
    SseReader,
    Tail,
    Waiting,
    Words,
)

START = {"type": "start", "messageId": "m1"}
DONE = b"data: [DONE]\n\n"


def frame(chunk: dict[str, Any], event_id: str = "") -> bytes:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}data: {json.dumps(chunk)}\n\n".encode()


def delta(text: str, event_id: str) -> bytes:
    return frame({"type": "text-delta", "id": "t1", "delta": text}, event_id)


def heard(text: str) -> bytes:
    return frame({"type": "data-heard", "id": "heard", "data": {"stage": "s", "text": text}})


def outcome(kind: str, text: str) -> bytes:
    data = {"outcome": kind, "text": text, "code": "c", "incident": "i"}
    return frame({"type": "data-outcome", "id": "outcome", "data": data})


ANSWER: Sequence[bytes] = [
    frame(START),
    heard("I'm listening."),
    frame({"type": "start-step"}, "t:0:1"),
    frame(
        {"type": "data-step", "id": "s1", "data": {"title": "looking", "state": "running"}}, "t:1:1"
    ),
    frame({"type": "text-start", "id": "t1"}),
    delta("Hello ", "t:1:2"),
    delta("world", "t:1:3"),
    frame({"type": "text-end", "id": "t1"}),
    frame({"type": "finish-step"}),
    frame({"type": "finish", "finishReason": "stop"}, "t:1:4"),
    DONE,
]


def signs(*frames: bytes) -> list[Sign]:
    tail = Tail()
    tail.connect()
    return [sign for each in frames for sign in tail.feed(each)]


def text_of(found: Sequence[Sign]) -> str:
    pieces: list[str] = []
    for sign in found:
        if isinstance(sign, Words):
            pieces.append(sign.text)
        if isinstance(sign, Again | Begun):
            pieces.clear()
    return "".join(pieces)


def kinds(found: Sequence[Sign]) -> list[type]:
    return [type(sign) for sign in found]


SIGNS: list[Sign] = [
    Begun(),
    Waiting("I'm listening."),
    Doing("s1", "looking"),
    Words("Hello "),
    Words("world"),
    End("answered"),
]


def test_an_answer_is_read_to_its_end() -> None:
    assert kinds(signs(*ANSWER)) == kinds(SIGNS)
    assert signs(*ANSWER) == SIGNS


@given(st.integers(0, sum(map(len, ANSWER))), st.integers(0, sum(map(len, ANSWER))))
def test_it_does_not_matter_how_the_bytes_are_cut(one: int, two: int) -> None:
    whole = b"".join(ANSWER)
    first, second = sorted((one, two))
    assert signs(whole[:first], whole[first:second], whole[second:]) == signs(whole)


@given(st.integers(0, sum(map(len, ANSWER)) - 1), st.booleans())
def test_a_broken_connection_loses_nothing_and_doubles_nothing(cut: int, again: bool) -> None:
    tail = Tail()
    tail.connect()
    found = tail.feed(b"".join(ANSWER)[:cut])
    while not tail.is_over:
        tail.connect()
        found += tail.feed(b"".join(rest(tail.last_event_id, replay=again)))
    assert text_of(found) == "Hello world"
    assert found.count(End("answered")) == 1 or again
    assert isinstance(found[-1], End)


def rest(last_event_id: str, *, replay: bool) -> Sequence[bytes]:
    """What a server sends to who has read that far; a careless one sends all of it again."""
    if not last_event_id or replay:
        return ANSWER
    place = next(i for i, each in enumerate(ANSWER) if f"id: {last_event_id}\n".encode() in each)
    return ANSWER[place + 1 :]


def test_what_a_new_attempt_says_replaces_what_was_said() -> None:
    found = signs(
        frame(START),
        delta("wrong", "t:1:1"),
        frame({"type": "reset-step"}),
        delta("right", "t:2:1"),
    )
    assert kinds(found) == [Begun, Words, Again, Words]
    assert text_of(found) == "right"


def test_several_answers_follow_each_other() -> None:
    second = frame({"type": "start", "messageId": "m2"})
    found = signs(*ANSWER[:-1], second, delta("two", "u:1:1"), frame({"type": "finish"}, "u:1:2"))
    ends = [sign for sign in found if isinstance(sign, Begun | End)]
    assert kinds(ends) == [Begun, End, Begun, End]
    assert text_of(found) == "two"


@pytest.mark.parametrize(
    ("frames", "end"),
    [
        (
            [outcome("failed", "No model."), frame({"type": "error", "errorText": "x"})],
            End("failed", "No model."),
        ),
        ([frame({"type": "error", "errorText": "Broken."})], End("failed", "Broken.")),
        (
            [outcome("cancelled", "Stopped."), frame({"type": "abort"})],
            End("cancelled", "Stopped."),
        ),
        ([frame({"type": "abort"})], End("cancelled")),
        (
            [outcome("answered", "It ends here."), frame({"type": "finish"})],
            End("answered", "It ends here."),
        ),
    ],
)
def test_every_end_is_told(frames: Sequence[bytes], end: End) -> None:
    assert signs(frame(START), *frames)[-1] == end


def test_what_this_version_does_not_know_is_passed_over() -> None:
    assert signs(b": ping\n\n", frame({"type": "data-future", "data": {}}), b"retry: 5\n\n") == []


@pytest.mark.parametrize("junk", [b"data: <html>\n\n", b"data: []\n\n", b'data: {"a":1}\n\n'])
def test_what_is_no_answer_is_noticed(junk: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        signs(junk)


def test_lines_may_end_in_carriage_returns() -> None:
    assert [each.data for each in SseReader().feed(b"data: a\r\ndata: b\r\n\r\n")] == ["a\nb"]
