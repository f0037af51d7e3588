"""Under `aizuchi dev` the server can be killed from the page, and the same answer goes on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .chat import Chat, numbered
from .processes import Model, Server
from .requirements import need_page
from .visits import Visits

LONG = {"tokens": 120, "pace": 40}


@pytest.fixture(scope="module")
def server(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), model, "dev")
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def chat(visits: Visits) -> Chat:
    need_page()
    visits.watch.cuts = True
    return visits.open()


def test_the_answer_goes_on_after_the_server_was_killed(
    chat: Chat, server: Server, model: Model
) -> None:
    model.script(LONG)
    chat.begin("Go on, whatever I press")
    chat.button("Kill the server").click()
    expect(chat.status).to_contain_text("Reconnecting")
    [answer] = server.answered(chat.id)
    chat.shows([answer])
    assert len(numbered(answer)) == LONG["tokens"]
    assert len({word.partition(".")[0] for word in numbered(answer)}) == 1
    assert len(model.requests()) == 2
