"""An answer on Slack: well-formed Markdown, on pages that fit, in which nothing calls anybody."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from tests.delivery.renderings import RENDERINGS

from aizuchi.markdown import units
from aizuchi.surfaces.slack import LIMITS
from aizuchi.surfaces.slack.render import (
    LONGEST_NOTICE,
    LONGEST_QUOTE,
    ZERO_WIDTH,
    harmless,
    notice,
    quotation,
    render,
)

SHORT = LIMITS._replace(page_chars=256)
CALLS = re.compile(r"<\\?(?:[@#]\w|!(?!doctype)[a-z])", re.IGNORECASE)
ADDED = re.compile("[\u200a\u200b]")

pieces = st.one_of(
    st.text("ab <!@#&lt;\\*`です「」。\n", max_size=30),
    st.sampled_from(
        [
            *("<!channel>", "<@U1>", "<#C1|x>", "<!subteam^S1>", "&lt;!here&gt;", "<\\!everyone>"),
            *("<!doctype html>", "<!-- a -->", "は**「重要」**です。", "**(Markdown)**の" * 9),
            *("```html\n", "```\n", "\n\n", "A sentence. " * 9, "| a | b |\n|---|---|\n"),
        ]
    ),
)
texts = st.lists(pieces, max_size=20).map("".join)


@pytest.mark.parametrize("name", RENDERINGS)
def test_markdown_means_on_slack_what_it_should(name: str) -> None:
    (page,) = render(RENDERINGS[name].markdown)
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(page)
    assert ADDED.sub("", html) == RENDERINGS[name].html


@pytest.mark.parametrize("text", ["2**(3)**4", "a **b** c", "です **「重要」** と", "a*「b"])
def test_what_needs_no_space_gets_none(text: str) -> None:
    assert render(text) == [text]


@pytest.mark.parametrize(
    "call",
    [
        *("<!channel>", "<!here>", "<!everyone>", "<!CHANNEL>", "<!subteam^S012|@team>"),
        *("<@U012AB3CD>", "<@W1>", "<#C012|general>", "<!date^1^{date}|x>", "<!new_thing>"),
        *("<\\@U1>", "&lt;!channel&gt;", "&#60;!here&#62;", "&#x3C;@U1&#x3e;", "&lt!here>"),
    ],
)
@pytest.mark.parametrize(
    "around", ["{}", "`{}`", "```\n{}\n```", "# {}", "| {} |", "<<{}", "[{}](x)"]
)
def test_nobody_is_called(call: str, around: str) -> None:
    (page,) = render(around.format(call))
    unescaped = re.sub(r"&lt;?|&#60;?|&#x3C;?", "<", page)
    assert not CALLS.search(unescaped)
    assert page.replace(ZERO_WIDTH, "") == around.format(call)


@pytest.mark.parametrize("text", ["<!doctype html>", "<!DOCTYPE html>", "<!-- n -->", "a<b"])
def test_html_in_an_answer_can_still_be_copied(text: str) -> None:
    assert render(text) == [text]


@pytest.mark.parametrize("call", ["<!channel>", "<@U012AB3CD>", "&lt;!here&gt;", "<\\#C1>"])
def test_a_call_that_comes_in_pieces_is_none_either(call: str) -> None:
    text = f"Hello {call}, hello"
    shown = ""
    for end in range(1, len(text) + 1):
        (page,) = render(text[:end], growing=True)
        assert page.startswith(shown)
        shown = page
        assert not CALLS.search(shown.replace("&lt;", "<"))
    assert render(text)[0].startswith(shown)


@settings(deadline=None)
@given(texts)
@example("<!")
@example("は**")
def test_no_page_calls_anybody_or_is_too_long(text: str) -> None:
    for page in render(text, SHORT):
        assert not CALLS.search(page)
        assert units(page) <= SHORT.page_chars


@settings(deadline=None)
@given(texts, st.data())
def test_a_growing_answer_only_grows(text: str, data: st.DataObject) -> None:
    growing = render(text[: data.draw(st.integers(0, len(text)))], SHORT, growing=True)
    whole = render(text, SHORT)
    assert growing[:-1] == whole[: max(0, len(growing) - 1)]
    assert not growing or whole[len(growing) - 1].startswith(growing[-1])


@given(st.text())
def test_nothing_is_taken_away(text: str) -> None:
    assert harmless(text).replace(ZERO_WIDTH, "") == text.replace(ZERO_WIDTH, "")


def test_a_long_answer_is_cut_before_slack_would_refuse_it() -> None:
    cut = render("文章です。" * 5_000)
    assert len(cut) == 3
    assert all(units(page) <= 12_000 and page.endswith("。") for page in cut)
    assert "".join(cut) == "文章です。" * 5_000


@pytest.mark.parametrize("text", ["", "abc", "日本語", "👩‍💻", "𠮷野家"])
def test_length_is_counted_in_the_larger_unit(text: str) -> None:
    assert units(text) == len(text.encode("utf-16-le")) // 2 >= len(text)


def test_a_notice_is_plain_and_short() -> None:
    assert notice("# Title\n\n- **one** <!channel> & `two`") == (
        "Title - one &lt;!channel&gt; &amp; two"
    )
    assert len(notice("word " * 99)) == LONGEST_NOTICE


def test_a_question_is_quoted_as_text_that_slack_reads_nothing_into() -> None:
    block = quotation("```<!channel>")
    assert block["type"] == "rich_text"
    assert block["elements"][0]["elements"] == [{"type": "text", "text": "```<!channel>"}]
    long = quotation("x" * 5_000)["elements"][0]["elements"][0]["text"]
    assert len(long) == LONGEST_QUOTE
