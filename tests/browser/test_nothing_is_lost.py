"""Nothing is lost: by a reload, a lost connection, another tab or browser, a dead server."""

from playwright.sync_api import expect

from .chat import Chat, numbered, words_in
from .processes import Model, Server
from .relay import relay_to
from .requirements import need_page
from .visits import Visits

LONG = {"tokens": 60, "pace": 40}
SOON_MS = 1000


def is_what_is_stored(chat: Chat, server: Server) -> None:
    """The screen ends with the one whole answer."""
    [answer] = server.answered(chat.id)
    chat.shows([answer])
    assert len(numbered(answer)) == LONG["tokens"]


def test_a_reload_in_mid_answer(chat: Chat, server: Server, model: Model) -> None:
    model.script(LONG)
    chat.begin("Go on, whatever I do")
    chat.page.reload()
    expect(chat.stop).to_be_visible()
    is_what_is_stored(chat, server)
    assert len(model.requests()) == 1


def test_a_lost_connection(visits: Visits, server: Server, model: Model) -> None:
    model.script(LONG)
    with relay_to(server.port) as relay:
        chat = visits.open(port=relay.port)
        chat.begin("Go on, whatever breaks")
        relay.cut()
        is_what_is_stored(chat, server)
    assert len(model.requests()) == 1


def test_a_server_that_is_killed_and_started_again(
    visits: Visits, server: Server, model: Model
) -> None:
    model.script(LONG)
    visits.watch.cuts = True
    chat = visits.open()
    chat.begin("Go on, even if you die")
    server.kill()
    expect(chat.status).to_contain_text("Reconnecting")
    server.start()
    is_what_is_stored(chat, server)


def test_a_question_asked_while_the_server_is_away(
    visits: Visits, server: Server, model: Model
) -> None:
    model.script(LONG)
    visits.watch.cuts = True
    chat = visits.open()
    server.kill()
    chat.say("Are you there?")
    server.start()
    expect(chat.answers).to_have_count(1)
    is_what_is_stored(chat, server)
    assert len(model.requests()) == 1


def test_a_chat_opened_by_its_address_is_whole(
    visits: Visits, server: Server, model: Model
) -> None:
    model.script(LONG)
    first = visits.open()
    first.ask("Remember this")
    second = visits.open(chat=first.id)
    is_what_is_stored(second, server)
    expect(second.questions).to_have_count(1)


def test_a_second_tab_shows_the_first_ones_question_and_answer(
    visits: Visits, server: Server, model: Model
) -> None:
    need_page()
    model.script({"tokens": 5}, LONG)
    first = visits.open()
    first.ask("Hello")
    second = visits.tab(first, chat=first.id)
    expect(second.answers).to_have_count(1)
    first.begin("And now both of us")
    expect(second.questions).to_have_count(2, timeout=SOON_MS)
    expect(second.answers).to_have_count(2, timeout=SOON_MS)
    for chat in (first, second):
        chat.shows(server.answered(first.id))


def test_a_stop_in_one_tab_ends_the_answer_in_the_other(visits: Visits, model: Model) -> None:
    need_page()
    model.script({"tokens": 2000, "pace": 50})
    first = visits.open()
    first.begin("Never stop")
    second = visits.tab(first, chat=first.id)
    expect(second.stop).to_be_visible()
    second.stop.click()
    for chat in (first, second):
        chat.finished()
    assert words_in(first.answers.last) == words_in(second.answers.last)


def test_another_browser_that_comes_to_the_front_follows_the_answer_under_way(
    visits: Visits, server: Server, model: Model
) -> None:
    need_page()
    model.script({"tokens": 5}, LONG)
    first = visits.open()
    first.ask("Hello")
    elsewhere = visits.open(chat=first.id)
    expect(elsewhere.answers).to_have_count(1)
    first.begin("And at length")
    elsewhere.come_to_the_front()
    expect(elsewhere.questions).to_have_count(2, timeout=SOON_MS)
    expect(elsewhere.stop).to_be_visible()
    elsewhere.shows(server.answered(first.id))


def test_another_browser_catches_up_when_it_comes_to_the_front(
    visits: Visits, server: Server, model: Model
) -> None:
    need_page()
    model.script({"tokens": 5})
    first = visits.open()
    first.ask("Hello")
    elsewhere = visits.open(chat=first.id)
    expect(elsewhere.answers).to_have_count(1)
    first.ask("Hello again")
    elsewhere.come_to_the_front()
    elsewhere.shows(server.answered(first.id))
