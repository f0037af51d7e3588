"""The strict reader: what it takes, what it refuses, and how little that costs."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi import edge
from aizuchi.edge import MOST_BRACKETS, MOST_VALUES, read_json, read_object
from aizuchi.errors import BadJson

MIB = 1024 * 1024


def _filled(piece: str, first: str = "[", last: str = "0]") -> str:
    return first + piece * ((MIB - 10) // len(piece)) + last


BOMBS: dict[str, str | bytes] = {
    "deep lists": "[" * 9_000 + "]" * 9_000,
    "deep objects": '{"a":' * 9_000 + "1" + "}" * 9_000,
    "deep lists, unclosed": "[" * 10_000,
    "deeper than any message": "[" * 65 + "]" * 65,
    "deep under a key": '{"messages":' + "[" * 70 + "]" * 70 + "}",
    "a mebibyte of lists": _filled("[],"),
    "a mebibyte of objects": _filled("{},"),
    "a mebibyte of brackets": "[" * MIB,
    "a mebibyte of integers": _filled("1,"),
    "a mebibyte of floats": _filled("1e9,"),
    "a mebibyte of long floats": _filled("1.2345678901234567,"),
    "a mebibyte of empty strings": _filled('"",'),
    "a mebibyte of short strings": _filled('"a",'),
    "a mebibyte of nulls": _filled("null,"),
    "a mebibyte of keys": "{" + ",".join(f'"{n:x}":1' for n in range(MIB // 9)) + "}",
    "one key for ever": _filled('"a":1,', "{", '"a":1}'),
    "a key twice": '{"a":1,"a":2}',
    "a key twice, far down": '{"a":[{"b":{"c":1,"c":1}}]}',
    "a key twice, once escaped": '{"a":1,"\\u0061":2}',
    "NaN": '{"a":NaN}',
    "Infinity": "[Infinity]",
    "minus Infinity": "[-Infinity]",
    "an infinite exponent": "[1e999]",
    "a negative infinite exponent": "[-1e999]",
    "a very long infinite number": "[" + "9" * 400 + ".0]",
    "an integer of a mebibyte": "9" * (MIB - 1),
    "an integer of 4,000 digits": "9" * 4_000,
    "an integer past 64 bits": str(2**63),
    "a negative integer past 64 bits": str(-(2**63) - 1),
    "a mebibyte of long integers": "[" + ",".join(["9" * 4_000] * 262) + "]",
    "a lone high surrogate": '"\\ud800"',
    "a lone low surrogate": '["\\udc00"]',
    "a surrogate in a key": '{"\\ud800":1}',
    "surrogates the wrong way round": '"\\udc00\\ud800"',
    "a raw surrogate": b'"\xed\xa0\x80"',
    "no UTF-8": b'"\xff\xfe"',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a raw control character": '"a\nb"',
    "an unclosed string of escapes": '"' + '\\"' * (MIB // 2 - 1),
    "quotes and commas for ever": _filled('",', "", ""),
    "a mebibyte of spaces": " " * MIB,
    "nothing": "",
    "two values": "{}{}",
    "a trailing comma": "[1,]",
    "single quotes": "{'a':1}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_our_one_error(name: str) -> None:
    bomb = BOMBS[name]
    with pytest.raises(BadJson):
        read_json(bomb if isinstance(bomb, bytes) else bomb.encode())


def test_there_are_forty_bombs_or_more() -> None:
    assert len(BOMBS) >= 40


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is parsed at all is bounded in values, so time is: 50,000 take some 15 ms."""
    parsed: list[str] = []

    class Counting:
        def decode(self, text: str) -> Any:
            parsed.append(text)
            return decoder.decode(text)

    decoder = edge._DECODER
    monkeypatch.setattr(edge, "_DECODER", Counting())
    bomb = BOMBS[name]
    with pytest.raises(BadJson):
        read_json(bomb if isinstance(bomb, bytes) else bomb.encode())
    for text in parsed:
        outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
        assert outside.count(",") <= MOST_VALUES
        assert text.count("[") + text.count("{") <= MOST_BRACKETS


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_what_is_json_is_read_as_it_is(value: Any, ascii_only: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_junk_raises_nothing_but_our_error(data: bytes) -> None:
    try:
        value = read_json(data)
    except BadJson:
        return
    assert not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize(
    "text",
    [
        "1,2,3\n" * 170_000,
        "{[" * 4_900,
        '{"a": "b", "c": ["d"]},' * 2_000,
        "\\" * 500_000,
        '"' * 500_000,
        "日本語、" * 80_000,
        "😀" * 100_000,
    ],
    ids=["a table", "brackets", "quoted JSON", "backslashes", "quotes", "Japanese", "emoji"],
)
def test_a_long_text_is_no_bomb(text: str) -> None:
    for ascii_only in (False, len(text) < 200_000):
        body = json.dumps({"text": text}, ensure_ascii=ascii_only).encode()
        assert read_object(body) == {"text": text}


def test_the_longest_history_of_a_stock_client_is_read() -> None:
    message = {"id": "x" * 16, "role": "user", "parts": [{"type": "text", "text": "Hi"}]}
    body = {"id": "c", "messages": [message] * 3_300, "trigger": "submit-message"}
    assert len(read_object(json.dumps(body).encode())["messages"]) == 3_300


@pytest.mark.parametrize("body", [b"[]", b"1", b'"a"', b"null"])
def test_what_must_be_an_object_is_one(body: bytes) -> None:
    with pytest.raises(BadJson):
        read_object(body)
