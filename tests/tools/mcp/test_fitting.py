"""What strangers say of their tools and results is bounded, plain, and cannot hold us up."""

import json
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.errors import BadArguments
from aizuchi.ports import Declared
from aizuchi.toolbox import LONGEST_RESULT
from aizuchi.tools.mcp.arguments import fitting
from aizuchi.tools.mcp.names import LONGEST, name_for
from aizuchi.tools.mcp.offers import MOST_OF_ALL, offer_of, offered, told
from aizuchi.tools.mcp.results import text_of
from aizuchi.tools.mcp.wire import Offered, line_of, report_of

SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "unit": {"enum": ["C", "F"]},
        "near": {"type": ["array", "null"], "items": {"type": "object", "required": ["x"]}},
    },
    "required": ["city"],
    "additionalProperties": False,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def fit(schema: Any, given: str) -> dict[str, Any]:
    return fitting(Declared("x_t", "", schema), given)


@pytest.mark.parametrize(
    "good", ['{"city": "Kyoto"}', '{"city": "K", "days": 2.0, "unit": "C", "near": null}']
)
def test_what_fits_is_taken(good: str) -> None:
    assert fit(SCHEMA, good) == json.loads(good)
    assert fit({"type": "object"}, "") == {}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("{}", '"city" is missing'),
        ('{"city": 3}', '"city" has to be string'),
        ('{"city": "K", "days": true}', '"days" has to be integer'),
        ('{"city": "K", "days": 1.5}', '"days" has to be integer'),
        ('{"city": "K", "unit": "K"}', '"unit" has to be one of ["C", "F"]'),
        ('{"city": "K", "near": [{}]}', '"x" is missing'),
        ('{"city": "K", "when": 1}', 'there is no "when"'),
        ("[]", "the whole has to be object"),
        ("{", "the whole has to be object"),
        ("[" * 100_000, "the whole has to be object"),
    ],
)
def test_what_does_not_is_told_with_what_would(bad: str, says: str) -> None:
    with pytest.raises(BadArguments) as wrong:
        fit(SCHEMA, bad)
    assert str(wrong.value).startswith(f"The arguments of x_t do not fit: {says}.")
    assert str(wrong.value).endswith(json.dumps(SCHEMA))


@given(JSON, JSON)
def test_no_schema_can_break_the_check(schema: Any, value: Any) -> None:
    for wild in (schema, {"properties": {"a": schema}, "required": schema, "enum": [value]}):
        with suppress(BadArguments):
            assert fit({"properties": {"a": wild}}, json.dumps({"a": value})) == {"a": value}


def test_a_pattern_and_a_circle_are_the_servers_own_to_check() -> None:
    circle = {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"pattern": "(a+)+$"}}}
    given = json.dumps({"a": {"a": {}}, "b": "a" * 50 + "!"})
    assert fit(circle, given) == json.loads(given)


@given(JSON, JSON, st.text())
def test_whatever_is_described_can_be_passed_on_and_changes_its_stamp(
    schema: Any, other: Any, text: str
) -> None:
    one, two = (
        offer_of({"name": "t", "description": text, "inputSchema": each})
        for each in (schema, other)
    )
    assert report_of(line_of(offered([{"name": text, "inputSchema": schema}], ())))
    assert (one.stamp == two.stamp) == (json.dumps(schema) == json.dumps(other))
    assert one.parameters["type"] == "object"


def test_a_half_letter_can_be_written() -> None:
    half = "\ud83d"
    schema = {"properties": {half: {"enum": [half], "description": half}}}
    found = offered([{"name": half, "description": half, "inputSchema": schema}], ())
    read = report_of(line_of(found))
    assert isinstance(read, Offered)
    assert read.tools[0].name == "?"
    assert "?" in text_of([{"type": "text", "text": f"a {half}"}], {"b": half})


def test_a_change_of_any_letter_is_a_change_also_past_what_is_shown() -> None:
    long = "x" * 5000
    first, second = (offer_of({"name": "t", "description": long + end}) for end in "ab")
    assert first.description == second.description
    assert first.stamp != second.stamp


def test_all_tools_together_have_their_limit() -> None:
    schema = {"properties": {f"p{n}": {"type": "string"} for n in range(200)}}
    found = offered([{"name": f"t{n}", "inputSchema": schema} for n in range(90)], ())
    assert sum(len(json.dumps(each.parameters)) for each in found.tools) <= MOST_OF_ALL
    assert len(found.tools) + len(found.unfit) == found.total == 90
    assert found.unfit


def test_only_those_that_are_named_are_looked_at() -> None:
    found = offered([{"name": f"t{n}"} for n in range(5000)], ("t4999", "t3"))
    assert [each.name for each in found.tools] == ["t3", "t4999"]
    assert found.total == 2


@given(st.text(), st.integers(1, 50))
def test_a_strangers_text_hides_nothing(text: str, longest: int) -> None:
    shown = told(text, longest)
    hidden = [letter for letter in shown if unicodedata.category(letter)[0] == "C"]
    assert len(shown) <= longest
    assert {*hidden} <= {"\n", "\t"}


@given(st.text(min_size=1))
def test_every_name_is_one_that_every_model_takes(tool: str) -> None:
    name = name_for("files", tool)
    assert len(name) <= LONGEST
    assert name.isascii()
    assert name.replace("_", "").replace("-", "").isalnum()


def test_long_names_stay_apart() -> None:
    assert len({name_for("s" * 32, "t" * 90 + end) for end in "abc"}) == 3


# ── results ───────────────────────────────────────────────────────────────────


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


@pytest.mark.parametrize(
    ("content", "structured", "expected"),
    [
        ([text("a"), text("b")], None, "a\n\nb"),
        ([text('{"a": 1}')], {"a": 1}, '{"a": 1}'),
        ([text("3")], {"result": 3}, "3"),
        ([text("sun")], {"result": "sun"}, "sun"),
        ([text("It is sunny.")], {"sky": "晴れ"}, 'It is sunny.\n\n{"sky":"晴れ"}'),
        ([], {"a": 1}, '{"a":1}'),
        ([], None, "It returned nothing."),
        ([{"type": "audio", "mimeType": "a/b", "data": "AAA="}], None, "[audio, a/b, 2 bytes"),
        ([{"type": "resource", "resource": {"uri": "file:///x", "text": "secret"}}], None, "[res"),
        ([{"type": "resource_link", "uri": "https://a", "name": "a\nb"}], None, "[resource https:"),
        ([{"type": "hologram"}], None, "[hologram: not shown]"),
    ],
)
def test_text_is_in_full_and_all_else_by_name(
    content: list[dict[str, Any]], structured: Any, expected: str
) -> None:
    shown = text_of(content, structured)
    assert shown.startswith(expected)
    assert "secret" not in shown


def test_what_is_too_long_is_cut_once() -> None:
    whole = text_of([text("x" * 10_000_000)])
    assert len(whole) <= LONGEST_RESULT
    assert whole.endswith("more characters are left out here]")
