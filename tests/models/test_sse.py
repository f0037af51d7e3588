"""Events are read whole, however the network cuts them."""

import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.models.sse import LINE_BYTES, EventReader, Unreadable

EVENTS: list[Any] = [{"n": 1}, {"text": "日本語 😀"}, {"text": "a\nb\\"}, [2], "three"]


def written(line_end: str = "\n", space: str = " ", comment: str = "") -> bytes:
    events = [f"{comment}data:{space}{json.dumps(event, ensure_ascii=False)}" for event in EVENTS]
    lines = line_end.join(f"{event}{line_end}" for event in [*events, f"data:{space}[DONE]"])
    return (lines + line_end).encode()


def read(*pieces: bytes) -> list[Any]:
    reader = EventReader()
    events = [event for piece in pieces for event in reader.feed(piece)] + reader.end()
    assert reader.done
    return events


@given(st.data(), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", " "]))
def test_however_it_is_cut_the_events_are_the_same(
    data: st.DataObject, line_end: str, space: str
) -> None:
    stream = written(line_end, space, comment=f": ping{line_end}{line_end}id: 7{line_end}")
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*pieces) == EVENTS


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_byte_by_byte(line_end: str) -> None:
    assert read(*(bytes([byte]) for byte in written(line_end))) == EVENTS


def test_an_event_of_several_lines_is_one() -> None:
    assert read(
        b'data: {"a":\ndata: 1}\n\n', b'data: {"b":\n', b"data: 2}\n\ndata: [DONE]\n\n"
    ) == [
        {"a": 1},
        {"b": 2},
    ]


def test_events_without_an_empty_line_between_them_are_read() -> None:
    assert read(b'data: {"a": 1}\ndata: {"a": 2}\ndata: [DONE]') == [{"a": 1}, {"a": 2}]


def test_a_byte_order_mark_and_empty_data_do_not_matter() -> None:
    assert read(b"\xef\xbb\xbfdata: 1\n\ndata:\n\ndata: 2\n\ndata: [DONE]\n\n") == [1, 2]


def test_done_within_a_text_is_no_end() -> None:
    reader = EventReader()
    assert reader.feed(b'data: "[DONE]"\n\n') == ["[DONE]"]
    assert not reader.done


@pytest.mark.parametrize(
    "junk", [b"data: {\n\n", b"data: nonsense\n\n", b"data: " + b"[" * 100_000 + b"\n\n"]
)
def test_what_is_no_json_is_told_and_what_came_before_it_stands(junk: bytes) -> None:
    reader = EventReader()
    assert reader.feed(b'data: "good"\n\n' + junk + b'data: "late"\n\n') == ["good"]
    assert reader.unreadable.startswith("not JSON")


def test_bytes_that_are_no_utf_8_become_the_mark_for_it() -> None:
    assert EventReader().feed(b'data: "a\xff"\n\n') == ["a\ufffd"]


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    reader, piece = EventReader(), b"x" * (1024 * 1024)

    def read_for_ever() -> None:
        while True:
            reader.feed(piece)

    tracemalloc.start()
    try:
        with pytest.raises(Unreadable):
            read_for_ever()
        assert tracemalloc.get_traced_memory()[1] < 4 * LINE_BYTES
    finally:
        tracemalloc.stop()
