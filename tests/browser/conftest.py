"""A browser and a server for each file of tests, and a person's pages for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from .chat import Chat
from .processes import Model, Server, fake_model
from .requirements import need_browser
from .visits import Visits

NOBODY = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules={NOBODY}",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its file: while it is open no other event loop may run in this thread."""
    path = need_browser()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*QUIET])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with fake_model() as asked:
        yield asked


@pytest.fixture(scope="module")
def server(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), model)
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def visits(browser: Browser, server: Server) -> Iterator[Visits]:
    made = Visits(browser, server)
    yield made
    made.close()
    assert made.watch.wrong == []


@pytest.fixture
def chat(visits: Visits) -> Chat:
    """The chat, in English, on a desk."""
    return visits.open()
