"""What breaks off in the middle is asked for again by itself, and nobody is told of it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from .chat import Chat
from .processes import Model, Server
from .relay import Relay, relay_to
from .requirements import need_page
from .visits import Visits

ANSWER = {"tokens": 12}


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    with relay_to(server.port) as line:
        yield line


@pytest.fixture(autouse=True)
def built(model: Model) -> None:
    need_page()
    model.script(ANSWER)


def lose_the_first(page: Page, words: str) -> list[str]:
    """The frames with these words; of them the first is lost, with the socket that carried it."""
    seen: list[str] = []

    def between(socket: WebSocketRoute) -> None:
        there = socket.connect_to_server()

        def pass_on(frame: str | bytes) -> None:
            text = str(frame)
            if words in text:
                seen.append(text)
            if words in text and len(seen) == 1:
                there.close()
                socket.close(code=1011)
            else:
                there.send(frame)

        socket.on_message(pass_on)

    page.route_web_socket("**/ws/chat*", between)
    page.reload()
    return seen


def test_a_list_of_chats_that_breaks_off_is_read_again(visits: Visits, relay: Relay) -> None:
    chat = visits.open(port=relay.port)
    relay.cut_at(b'{"chats"')
    chat.ask("Listed in the end")
    expect(chat.button("Listed in the end")).to_be_visible()
    assert relay.has_cut


def test_a_history_that_breaks_off_is_read_again(
    visits: Visits, relay: Relay, server: Server
) -> None:
    chat = visits.open(port=relay.port)
    chat.ask("Read me twice")
    relay.cut_at(b'"messages"')
    chat.page.reload()
    chat.shows(server.stored(chat.id))
    assert relay.has_cut


@pytest.mark.parametrize("words", ["submit-message", "regenerate-message"])
def test_what_was_lost_before_it_was_stored_is_sent_again(
    words: str, visits: Visits, server: Server, model: Model
) -> None:
    chat = visits.open(over="websocket")
    chat.ask("First")
    chat.ask("Second")
    sent = lose_the_first(chat.page, words)
    expect(chat.answers).to_have_count(2)
    asks_anew(chat, words)
    expect(chat.answers).to_have_count(2)
    chat.shows(server.answered(chat.id))
    assert len(sent) == 2
    assert len(model.requests()) == 3


def asks_anew(chat: Chat, words: str) -> None:
    """Edits the last question, or wants its answer once more."""
    before = chat.answers.last.inner_text()
    if words == "regenerate-message":
        chat.button("Regenerate").click()
    else:
        chat.button("Edit", chat.questions.last).click()
        field = chat.page.get_by_role("textbox", name="Edit your message")
        field.fill("Third")
        field.press("Enter")
    expect(chat.answers.last).not_to_have_text(before)
