"""An answer on Discord: on pages that fit, that stay as they are, and in which nothing calls."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aizuchi.markdown import units
from aizuchi.surfaces.discord import LIMITS, PAGE_CHARS
from aizuchi.surfaces.discord.render import AT, harmless, render

SHORT = LIMITS._replace(page_chars=256)
CALLS = re.compile(r"(?<![\w.+-])@(?:everyone|here)\b|<@[!&]?\d")

pieces = st.one_of(
    st.text("ab <!@&#1`です「」。\n", max_size=30),
    st.sampled_from(
        [
            *("@everyone", "@here", "<@1>", "<@!2>", "<@&3>", "a@here.example", "x" * 300),
            *(
                "```py\nx = 1\n",
                "```",
                "- 項目\n",
                "👩‍💻" * 40,
                "e\u0301" * 99,
                "長い文です。" * 40,
            ),
        ]
    ),
)
texts = st.lists(pieces, max_size=20).map("".join)


@pytest.mark.parametrize(
    "call", ["@everyone", "@here", "<@1>", "<@!12345>", "<@&9>", "(@here)", "**@everyone**"]
)
def test_nobody_is_called(call: str) -> None:
    (page,) = render(f"So {call} listen")
    assert page == f"So {call.replace('@', AT, 1)} listen"
    assert not CALLS.search(page)


@pytest.mark.parametrize(
    "plain", ["ann@here.example", "x@everyone", "@herein", "@Ann", "<@name>", "a < @ b", "<#5>"]
)
def test_what_calls_nobody_stays_as_it_is(plain: str) -> None:
    assert render(plain) == [plain]


def test_what_fits_one_message_is_one_message() -> None:
    for text in ("x" * PAGE_CHARS, "雨" * PAGE_CHARS, "word " * (PAGE_CHARS // 5)):
        assert render(text) == [text.rstrip()]
    assert len(render("雨" * (PAGE_CHARS + 1))) == 2


def test_however_discord_counts_an_emoji_the_page_fits() -> None:
    cut = render("👍" * PAGE_CHARS)
    assert len(cut) == 2
    assert all(units(page) <= PAGE_CHARS for page in cut)


def test_japanese_is_cut_after_a_sentence() -> None:
    cut = render("今日は雨が降っています。" * 400)
    assert len(cut) > 2
    assert all(page.endswith("。") for page in cut)


def test_code_that_is_cut_is_closed_and_opened_again() -> None:
    code = "```py\n" + "print('雨')\n" * 400 + "```"
    cut = render(code)
    assert len(cut) > 1
    assert all(page.startswith("```py\n") and page.endswith("```") for page in cut)
    lines = [line for page in cut for line in page.split("\n") if not line.startswith("```")]
    assert lines == ["print('雨')"] * 400


@settings(deadline=None)
@given(texts, st.booleans())
def test_every_page_fits_and_calls_nobody(text: str, growing: bool) -> None:
    for page in render(text, SHORT, growing=growing):
        assert page.strip()
        assert units(page) <= SHORT.page_chars
        assert not CALLS.search(page)


@settings(deadline=None)
@given(texts, st.floats(0, 1), st.booleans())
def test_a_page_that_is_followed_by_another_never_changes(
    text: str, part: float, growing: bool
) -> None:
    early = render(text[: int(len(text) * part)], SHORT, growing=growing)
    whole = render(text, SHORT)
    assert list(early[:-1]) == list(whole[: max(0, len(early) - 1)])


@given(texts)
def test_nothing_is_added_and_nothing_lost(text: str) -> None:
    assert len(harmless(text)) == len(text)
    assert harmless(text).replace(AT, "@") == text.replace(AT, "@")
