"""The page from a function on Lambda, behind its URL: asked, stopped, read again, killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import expect

from .chat import Chat, numbered
from .processes import TOKEN, Model, Server
from .requirements import need_page
from .visits import Visits

ROOT = Path(__file__).parents[2]
LONG = {"tokens": 60, "pace": 20}
TAKEN_OVER_WITHIN_MS = 90_000
END_WITHIN_S = 20.0


class FunctionUrl(Server):
    """The function, on a played AWS."""

    def __init__(self, home: Path, model: Model) -> None:
        super().__init__(home, model)
        self._model_port = str(urlsplit(model.base_url).port)

    def start(self) -> None:
        command = [sys.executable, "-m", "benchmarks.servers.lambda_url", self._model_port, TOKEN]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout
        with self._process.stdout as told:
            self.port = int(told.readline().split()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.api.base_url = httpx2.URL(self.url)

    def kill_function(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGUSR1)

    def close(self) -> None:
        """It ends its functions, which nobody else knows."""
        if self._process:
            self._process.terminate()
            self._process.wait(END_WITHIN_S)
        super().close()


@pytest.fixture(scope="module")
def server(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionUrl]:
    running = FunctionUrl(tmp_path_factory.mktemp("home"), model)
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


def test_a_chat_is_streamed_stopped_and_read_again(
    chat: Chat, server: FunctionUrl, model: Model
) -> None:
    model.script(LONG)
    chat.begin("Tell me of it")
    chat.button(chat.words.stop).click()
    [answer] = server.answered(chat.id)
    assert 0 < len(numbered(answer)) < LONG["tokens"]
    chat.page.reload()
    chat.shows([answer])


@pytest.mark.proof
def test_the_answer_goes_on_after_the_function_was_killed(
    chat: Chat, server: FunctionUrl, model: Model
) -> None:
    """It takes as long as it takes: somebody else is woken after 40 seconds."""
    model.script({"tokens": 400, "pace": 20}, LONG)
    chat.begin("Go on, whatever happens")
    server.kill_function()
    expect(chat.status).to_contain_text("Reconnecting")
    expect(chat.status).not_to_contain_text("Reconnecting", timeout=TAKEN_OVER_WITHIN_MS)
    expect(chat.button(chat.words.send)).to_be_visible(timeout=TAKEN_OVER_WITHIN_MS)
    [answer] = server.answered(chat.id)
    chat.shows([answer])
    assert len(numbered(answer)) == LONG["tokens"]
    assert len(model.requests()) == 2
