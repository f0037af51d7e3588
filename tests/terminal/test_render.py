"""Markdown in a terminal: shown as it streams, the same however it is cut, and harmless."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aizuchi.surfaces.terminal.render import (
    BOLD,
    CODE,
    DIM,
    HELD_AT_MOST,
    RESET,
    Painter,
    clean,
    plain,
    styled,
)

OURS = (BOLD, DIM, CODE, RESET)


def painted(*pieces: str) -> str:
    painter = Painter()
    out = "".join(styled(painter.feed(piece)) for piece in pieces)
    return out + styled(painter.end())


def without_styles(text: str) -> str:
    for style in OURS:
        text = text.replace(style, "")
    return text


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("plain", "plain"),
        ("a **b** c", f"a {BOLD}b{RESET} c"),
        ("これは**「重要」**です", f"これは{BOLD}「重要」{RESET}です"),
        ("use `rm -rf`!", f"use {CODE}rm -rf{RESET}!"),
        ("`**not bold**`", f"{CODE}**not bold**{RESET}"),
        ("# Title\ntext", f"{BOLD}Title{RESET}\ntext"),
        ("- one\n* two\n  + three", "• one\n• two\n  • three"),
        ("1. one", "1. one"),
        (
            "```py\nx = **2**\n```\nend",
            f"{DIM}```py{RESET}\n{CODE}x = **2**{RESET}\n{DIM}```{RESET}\nend",
        ),
        ("a ***b*** c", f"a {BOLD}b{RESET} c"),
        ("**a*b**", f"{BOLD}a*b{RESET}"),
        ("**********", "**********"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("a **b\nc** d", "a **b\nc** d"),
        ("5 * 3", "5 * 3"),
        ("half `code", "half `code"),
        ("**", "**"),
        ("#hashtag", "#hashtag"),
        ("-5 degrees", "-5 degrees"),
        ("", ""),
    ],
)
def test_markdown_becomes_what_a_terminal_shows(markdown: str, shown: str) -> None:
    assert painted(markdown) == shown
    assert without_styles(painted(*markdown)) == without_styles(shown)


MARKDOWN = st.lists(
    st.sampled_from(["**", "`", "```", "\n", "# ", "- ", "* ", " ", "*", "word", "「語」", "x"]),
    max_size=60,
).map("".join)


@given(MARKDOWN, st.data())
def test_the_text_is_the_same_however_the_stream_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert without_styles(painted(*pieces)) == without_styles(painted(text))


@given(MARKDOWN)
def test_every_style_ends_with_its_piece(text: str) -> None:
    out = painted(text)
    opened = sum(out.count(style) for style in (BOLD, DIM, CODE))
    assert opened == out.count(RESET)


@given(st.text(), st.sampled_from(["", "**", "`", "```\n"]))
def test_nothing_that_a_terminal_obeys_comes_through(text: str, mark: str) -> None:
    out = without_styles(painted(mark + text))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out)


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b[2J",
        "\x1b]0;title\x07",
        "\x1b]52;c;aGk=\x07",
        "\x9b31m",
        "\r",
        "\x08",
        "\x1b[6n",
        "\x1bP$q\x1b\\",
        "\u202e",
        "\x00",
        "\x7f",
    ],
)
def test_escape_sequences_lose_their_teeth(hostile: str) -> None:
    assert not set(clean(f"a{hostile}b")) & set("\x1b\x9b\x07\r\x08\u202e\x00\x7f")
    assert clean("tab\tand\nline") == "tab\tand\nline"


def test_text_is_shown_as_it_comes_and_not_at_the_end_of_the_line() -> None:
    painter = Painter()
    assert plain(painter.feed("The answer ")) == "The answer "
    assert plain(painter.feed("is **4")) == "is "
    assert plain(painter.feed("2**!")) == "42!"


def test_a_mark_that_never_closes_is_not_waited_for_for_ever() -> None:
    painter = Painter()
    shown = plain(painter.feed("**" + "x" * (HELD_AT_MOST + 1)))
    assert shown.startswith("**xxx")
