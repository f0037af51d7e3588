"""Chats: a list of them, opened, renamed, exported and deleted; a new one at any time."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from .chat import Chat
from .processes import Model, Server
from .requirements import need_page
from .visits import Visits


@pytest.fixture(autouse=True)
def built(model: Model) -> None:
    need_page()
    model.script({"tokens": 6})


def row(chat: Chat, title: str) -> Locator:
    """A chat in the list, with its buttons in sight."""
    listed = chat.page.get_by_role("complementary").get_by_role("listitem")
    found = listed.filter(has=chat.page.get_by_role("button", name=title, exact=True))
    found.hover()
    return found


def test_a_chat_is_listed_by_its_first_question(chat: Chat) -> None:
    chat.ask("Where does the word come from?")
    expect(chat.button("Where does the word come from?")).to_be_visible()
    expect(chat.page.get_by_role("heading", level=1)).to_have_text("Where does the word come from?")


def test_a_new_chat_is_empty_and_has_an_address_of_its_own(chat: Chat) -> None:
    first = chat.id
    chat.ask("Before")
    chat.button("New chat").click()
    expect(chat.answers).to_have_count(0)
    expect(chat.field).to_be_focused()
    assert chat.id
    assert chat.id != first


def test_one_goes_from_chat_to_chat_and_back(chat: Chat, server: Server) -> None:
    chat.ask("The blue one")
    blue = chat.id
    chat.button("New chat").click()
    chat.ask("The red one")
    chat.button("The blue one").click()
    chat.shows(server.stored(blue))
    assert chat.id == blue
    chat.page.go_back()
    expect(chat.questions).to_contain_text("The red one")


def test_an_answer_goes_on_while_one_is_elsewhere(chat: Chat, server: Server, model: Model) -> None:
    model.script({"tokens": 40, "pace": 40})
    chat.begin("A long story")
    story = chat.id
    chat.button("New chat").click()
    expect(chat.answers).to_have_count(0)
    chat.button("A long story").click()
    chat.shows(server.answered(story))


def test_a_chat_is_renamed(chat: Chat, visits: Visits) -> None:
    chat.ask("Unnamed")
    listed = row(chat, "Unnamed")
    chat.button("Rename", listed).click()
    title = chat.page.get_by_role("textbox", name="Title")
    expect(title).to_have_value("Unnamed")
    title.fill("Named at last")
    title.press("Enter")
    expect(chat.button("Named at last")).to_be_visible()
    expect(visits.open(chat=chat.id).button("Named at last")).to_be_visible()


def test_a_chat_is_deleted_only_after_one_was_asked(chat: Chat, server: Server) -> None:
    chat.ask("Forget me")
    gone = chat.id
    chat.button("Delete", row(chat, "Forget me")).click()
    dialog = chat.page.get_by_role("dialog", name="Delete this chat?")
    chat.button("Cancel", dialog).click()
    expect(dialog).to_be_hidden()
    chat.button("Delete", row(chat, "Forget me")).click()
    with chat.page.expect_response(lambda response: response.request.method == "DELETE"):
        chat.button("Delete", dialog).click()
    expect(chat.button("Forget me")).to_have_count(0)
    expect(chat.answers).to_have_count(0)
    assert server.api.get(f"/api/chat/{gone}").status_code == 404


def test_a_chat_is_exported_with_all_that_was_said_in_its_order(
    chat: Chat, server: Server, model: Model
) -> None:
    model.script({"text": "# A title\n\n| a | b |\n|---|---|\n| 1 | 2 |"}, {"tokens": 6})
    chat.ask("Keep this")
    chat.ask("And **this**")
    listed = row(chat, "Keep this")
    with chat.page.expect_download() as download:
        listed.get_by_role("link", name="Export").click()
    text = Path(download.value.path()).read_text("utf-8")
    first, second = server.stored(chat.id)
    said = ("# Keep this\n", "**You**", "\nKeep this\n", first, "And **this**", second)
    assert sorted(places := [text.find(part) for part in said]) == places
    assert places[0] == 0
    assert download.value.suggested_filename == "Keep this.md"


def test_what_is_renamed_and_deleted_in_one_tab_is_so_in_the_other(
    chat: Chat, visits: Visits
) -> None:
    chat.ask("Unnamed here")
    chat.button("New chat").click()
    beside = visits.tab(chat)
    chat.button("Rename", row(chat, "Unnamed here")).click()
    title = chat.page.get_by_role("textbox", name="Title")
    title.fill("Named over there")
    title.press("Enter")
    expect(beside.button("Named over there")).to_be_visible()
    expect(beside.button("Unnamed here")).to_have_count(0)
    beside.button("Delete", row(beside, "Named over there")).click()
    beside.button("Delete", beside.page.get_by_role("dialog")).click()
    for tab in (beside, chat):
        expect(tab.button("Named over there")).to_have_count(0)


def test_the_list_of_another_browser_has_the_new_chat_when_it_comes_to_the_front(
    visits: Visits,
) -> None:
    elsewhere = visits.open()
    visits.open().ask("Made over there")
    elsewhere.come_to_the_front()
    expect(elsewhere.button("Made over there")).to_be_visible()
