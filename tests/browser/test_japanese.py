"""Japanese right: composing never sends, emphasis beside 「」。 is drawn, lines break soundly."""

import re

import pytest
from playwright.sync_api import expect

from .chat import Chat
from .processes import Model
from .requirements import need_page
from .visits import Visits

EMPHASIS = (
    ("これは**「重要なこと」**です。", "「重要なこと」"),
    ("**注意：**次の手順", "注意："),
    ("**真。**彼はそう言った。", "真。"),
    ("彼は**必ず(かならず)**来る。", "必ず(かならず)"),
    ("これは**普通**です。", "普通"),
)
PROSE = "「相槌」とは、人の話を聞きながら、うなずいたり、短い言葉をはさんだりすることです。" * 8
NOT_AT_A_START = "。、」』）！？ーっゃゅょ・："
NOT_AT_AN_END = "「『（"

# The first and the last letter of each line, as it is drawn.
LINES = """(paragraph) => {
  const text = paragraph.firstChild, range = document.createRange(), lines = [];
  let top = null;
  for (let at = 0; at < text.length; at++) {
    range.setStart(text, at); range.setEnd(text, at + 1);
    const box = range.getBoundingClientRect();
    if (top === null || box.top > top + 4) { lines.push(''); top = box.top; }
    lines[lines.length - 1] += text.data[at];
  }
  return lines;
}"""


@pytest.fixture
def chat(visits: Visits) -> Chat:
    need_page()
    return visits.open("ja")


def compose(chat: Chat, text: str) -> None:
    """As an input method does it: the letters stand in the field, but are not decided."""
    cdp = chat.page.context.new_cdp_session(chat.page)
    chat.field.focus()
    end = {"selectionStart": len(text), "selectionEnd": len(text)}
    cdp.send("Input.imeSetComposition", {"text": text, **end})


def test_enter_while_composing_does_not_send(chat: Chat, model: Model) -> None:
    model.script({"tokens": 3})
    compose(chat, "こんにちは")
    chat.field.press("Enter")
    expect(chat.questions).to_have_count(0)
    expect(chat.field).to_have_value(re.compile("こんにちは"))


def test_the_enter_that_ends_composing_in_safari_does_not_send(chat: Chat, model: Model) -> None:
    """There `isComposing` is false by then, and only the key's old number tells (WebKit 165004)."""
    model.script({"tokens": 3})
    chat.field.fill("こんにちは")
    key = {"key": "Enter", "keyCode": 229, "isComposing": False, "bubbles": True}
    chat.field.dispatch_event("keydown", key)
    expect(chat.questions).to_have_count(0)
    expect(chat.field).to_have_value("こんにちは")


def test_what_was_composed_is_sent_by_the_next_enter(chat: Chat, model: Model) -> None:
    model.script({"tokens": 3})
    compose(chat, "こんにちは")
    chat.page.context.new_cdp_session(chat.page).send("Input.insertText", {"text": "今日は"})
    chat.field.press("Enter")
    expect(chat.questions).to_have_text(re.compile("今日は"))
    chat.finished()


@pytest.mark.parametrize(("text", "strong"), EMPHASIS)
def test_emphasis_beside_brackets_is_drawn(
    text: str, strong: str, chat: Chat, model: Model
) -> None:
    model.script({"text": text})
    answer = chat.ask("強調して")
    expect(answer.locator("strong")).to_have_text(strong)
    expect(answer).not_to_contain_text("**")


def test_the_page_and_its_signs_are_japanese(chat: Chat, model: Model) -> None:
    model.script({"tokens": 30, "pace": 30, "first": 0.3})
    expect(chat.page.locator("html")).to_have_attribute("lang", "ja")
    chat.say("聞いていますか")
    expect(chat.status).to_have_text(re.compile("聞いています|考えています"))
    expect(chat.stop).to_be_visible()
    chat.stop.click()
    expect(chat.answers.last).to_contain_text("停止しました")
    expect(chat.button("再生成")).to_be_visible()
    expect(chat.button("新しいチャット").first).to_be_visible()


def test_a_failure_is_told_in_japanese(chat: Chat, model: Model) -> None:
    model.script({"fail": "401"})
    expect(chat.ask("もしもし")).to_contain_text("モデルの認証に失敗しました")


@pytest.mark.parametrize("width", [390, 1100])
def test_lines_break_where_they_may(width: int, visits: Visits, model: Model) -> None:
    need_page()
    model.script({"text": PROSE})
    chat = visits.open("ja", width=width)
    paragraph = chat.ask("相槌とは").locator("p").first
    lines = paragraph.evaluate(LINES)
    assert "".join(lines) == PROSE
    assert len(lines) > 3
    assert [line for line in lines if line[0] in NOT_AT_A_START] == []
    assert [line for line in lines[:-1] if line[-1] in NOT_AT_AN_END] == []
