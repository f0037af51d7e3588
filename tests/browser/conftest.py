"""A browser and a server for each file of tests, and a person's pages for each test."""

from collections.abc import Iterator

import pytest
from benchmarks.harness.browser import opened
from playwright.sync_api import Browser

from .chat import Chat
from .processes import Model, Server, fake_model
from .requirements import need_browser
from .visits import Visits


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its file: while it is open no other event loop may run in this thread."""
    with opened(need_browser()) as one:
        yield one


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
