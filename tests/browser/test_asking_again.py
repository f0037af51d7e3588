"""What can be done with an answer: again, in other words, copied, read with colours and tables."""

import re

import pytest
from playwright.sync_api import expect

from .chat import NUMBERED, Chat, numbered, words_in
from .processes import Model, Server
from .requirements import need_page
from .visits import Visits

STEPS_AWAY = 5
CODE = "def add(a: int, b: int) -> int:\n    return a + b"
TABLE = "| tea | coffee |\n|---|---|\n| green | black |"


@pytest.fixture(autouse=True)
def built() -> None:
    need_page()


@pytest.fixture
def reader(chat: Chat) -> Chat:
    """Somebody whose browser lets the page write to the clipboard."""
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return chat


def clipboard(chat: Chat) -> str:
    return str(chat.page.evaluate("navigator.clipboard.readText()"))


def test_regenerate_replaces_the_answer(chat: Chat, server: Server, model: Model) -> None:
    model.script({"tokens": 12})
    before = words_in(chat.ask("Say it"))
    chat.button("Regenerate").click()
    expect(chat.answers.first).not_to_contain_text(before[0])
    chat.shows(server.answered(chat.id))
    expect(chat.answers).to_have_count(1)
    expect(chat.questions).to_have_count(1)
    chat.page.reload()
    chat.shows(server.stored(chat.id))
    assert words_in(chat.answers.first) != before


def test_a_question_is_edited_and_sent_again(chat: Chat, server: Server, model: Model) -> None:
    model.script({"tokens": 12})
    before = words_in(chat.ask("Waht is this?"))
    chat.button("Edit", chat.questions.last).click()
    field = chat.page.get_by_role("textbox", name="Edit your message")
    expect(field).to_have_value("Waht is this?")
    field.fill("What is this?")
    field.press("Enter")
    expect(chat.questions).to_have_text(re.compile("What is this"))
    expect(chat.answers.last).to_contain_text(NUMBERED)
    expect(chat.answers.last).not_to_contain_text(before[0])
    chat.shows(server.answered(chat.id))
    asked = model.requests()[-1]["body"]["messages"]
    assert [one["content"] for one in asked if one["role"] == "user"] == ["What is this?"]


def test_an_answer_is_copied_as_it_was_written(reader: Chat, model: Model) -> None:
    model.script({"text": f"# Tea\n\n**Green** or *black*\n\n{TABLE}"})
    answer = reader.ask("Compare")
    reader.button("Copy", answer).first.click()
    assert clipboard(reader).strip() == f"# Tea\n\n**Green** or *black*\n\n{TABLE}"


def test_code_is_coloured_and_copied_alone(reader: Chat, model: Model) -> None:
    model.script({"text": f"Here:\n\n```python\n{CODE}\n```\n\nThat is all."})
    answer = reader.ask("Some code")
    code = answer.locator("pre code")
    expect(code).to_have_text(CODE)
    expect(code.locator("span").first).to_be_attached()
    reader.button("Copy code", answer).click()
    assert clipboard(reader).strip() == CODE


def test_markdown_is_drawn(chat: Chat, model: Model) -> None:
    model.script(
        {"text": f"## Kinds\n\n1. one\n2. two\n\n- [link](https://a.example/tea)\n\n{TABLE}"}
    )
    answer = chat.ask("Draw")
    expect(answer.get_by_role("heading", name="Kinds")).to_be_visible()
    expect(answer.get_by_role("table").get_by_role("cell")).to_have_text(["green", "black"])
    expect(answer.get_by_role("listitem").first).to_have_text("one")
    expect(answer.get_by_role("link", name="link")).to_have_attribute(
        "href", "https://a.example/tea"
    )


def test_an_image_is_loaded_only_on_a_click_and_not_told_from_where(
    visits: Visits, model: Model
) -> None:
    model.script({"text": "Look: ![a cat](http://pictures.example/cat.png) so nice"})
    chat = visits.open()
    answer = chat.ask("Show me")
    expect(answer.locator("img")).to_have_count(0)
    visits.watch.allow("pictures.example")
    context = chat.page.context
    context.route("http://pictures.example/**", lambda route: route.fulfill(body="a cat"))
    with context.expect_page() as opened, context.expect_event("request") as asked:
        answer.get_by_role("link", name="a cat").click()
    expect(opened.value.get_by_text("a cat")).to_be_visible()
    assert asked.value.url == opened.value.url == "http://pictures.example/cat.png"
    assert "referer" not in asked.value.headers
    assert opened.value.evaluate("[document.referrer, window.opener]") == ["", None]
    expect(chat.answers).to_have_count(1)


def test_the_first_screen_invites_and_its_suggestions_ask(
    chat: Chat, server: Server, model: Model
) -> None:
    model.script({"tokens": 5})
    suggestions = chat.page.get_by_role("list", name="Suggestions").get_by_role("button")
    words = suggestions.first.inner_text()
    suggestions.first.click()
    expect(chat.questions).to_have_text(re.compile(re.escape(words)))
    expect(chat.answers).to_have_count(1)
    chat.shows(server.answered(chat.id))
    expect(suggestions).to_have_count(0)


def test_it_is_all_done_by_keyboard(chat: Chat, model: Model) -> None:
    model.script({"tokens": 1000, "pace": 50})
    page = chat.page
    expect(chat.field).to_be_focused()
    page.keyboard.type("Without a mouse")
    page.keyboard.press("Enter")
    expect(chat.answers.first).to_contain_text(NUMBERED)
    page.keyboard.press("Escape")
    chat.finished()
    assert 0 < len(numbered(chat.answers.first.inner_text())) < 1000
    expect(chat.field).to_be_focused()
    again = chat.button("Regenerate")
    for _ in range(STEPS_AWAY):
        page.keyboard.press("Shift+Tab")
        if again.evaluate("one => one === document.activeElement"):
            break
    expect(again).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.stop).to_be_visible()
    page.keyboard.press("Escape")
    chat.finished()
