"""The text of a message as a person wrote it."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.surfaces.slack.entities import plain, without_first_mention, without_mention
from aizuchi.surfaces.slack.render import render

LONGEST = 250_000


@pytest.mark.parametrize(
    ("encoded", "written"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("&amp;lt;", "&lt;"),
        ("&amp;amp;lt;", "&amp;lt;"),
        ("<https://example.org>", "https://example.org"),
        ("<http://example.org|example.org>", "http://example.org"),
        (
            "<https://example.org/a?b=1&amp;c=2|the page>",
            "[the page](https://example.org/a?b=1&c=2)",
        ),
        ("<mailto:ann@example.org|ann@example.org>", "ann@example.org"),
        ("<#C1|general> and <#C2>", "#general and <#C2>"),
        ("<@U2|bob> and <@U2>", "@bob and <@U2>"),
        ("<!here> <!subteam^S1|@team> <!subteam^S1>", "@here @team @subteam"),
        ("<!date^1392734382^{date}|today>", "today"),
        ("1 &lt; 2 and `x &gt; y`", "1 < 2 and `x > y`"),
        ("<>", "<>"),
        ("日本語 <@U2> です", "日本語 <@U2> です"),
    ],
)
def test_slacks_encoding_is_undone(encoded: str, written: str) -> None:
    assert plain(encoded) == written


@given(st.text())
def test_what_a_person_typed_comes_back_as_it_was(text: str) -> None:
    encoded = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(encoded) == text


@pytest.mark.parametrize(
    "piece", [" ", "\t", "\n", "<", "<@", "<@U1", "<@U1>", "&amp;", "<!", " <@"]
)
@pytest.mark.parametrize("read", [plain, lambda text: without_mention(text, "U1"), render])
@pytest.mark.parametrize("around", [("", ""), ("<@U1> hi", "x"), (" ", "<")])
def test_no_text_takes_long_to_read(
    piece: str, read: Callable[[str], object], around: tuple[str, str]
) -> None:
    text = f"{around[0]}{piece * (LONGEST // len(piece))}{around[1]}"
    began = time.process_time()
    read(text)
    without_first_mention(text)
    assert time.process_time() - began < 1.0, "in the square of its length it takes a minute"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@U1> hi", "hi"),
        ("hi <@U1>", "hi"),
        ("hey <@U1> you", "hey you"),
        ("<@U1>、教えて", "教えて"),
        ("<@U1|mai>: hi", "hi"),
        ("one\n<@U1> two", "one\n two"),
        ("<@U10> hi", "<@U10> hi"),
    ],
)
def test_a_mention_is_taken_out_with_the_gap_that_it_leaves(text: str, left: str) -> None:
    assert without_mention(text, "U1") == left
