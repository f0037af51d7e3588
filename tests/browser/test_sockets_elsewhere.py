"""The page where API Gateway holds its sockets: another place than its own, and the only one that
it may speak to besides."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.engines.clouds import furnished
from tests.simulator.aws_house import Account, ours

from aizuchi.app import open_app
from aizuchi.engines.aws.opening import Cloud
from aizuchi.engines.aws.queues import Addresses
from aizuchi.engines.aws.sources import Offered
from aizuchi.hosts.aws_lambda.socket import Kept, Relay
from aizuchi.settings import load
from aizuchi.simulator.aws import FakeAWS

from .chat import NUMBERED, Chat, numbered
from .processes import TOKEN, Model, Server
from .requirements import need_page
from .visits import Visits

TIME_OF_A_FUNCTION_S = 29.0


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with ours() as account:
        yield account


@pytest.fixture(scope="module")
def aws(account: Account) -> FakeAWS:
    assert account.aws
    return account.aws


@pytest.fixture(scope="module")
def server(
    aws: FakeAWS, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server on the played AWS, which answers; what its sockets do is taken by their function."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as elsewhere:
        for name, value in aws.environment().items():
            patch.setenv(name, value)
        cloud = Cloud("", Addresses("", ""), aws.environment())
        made = elsewhere.submit(asyncio.run, furnished(cloud)).result()
        environ = {
            **aws.environment(),
            "AIZUCHI__AWS__TABLE": made.table,
            "AIZUCHI__AWS__TURNS": made.queues.turns,
            "AIZUCHI__AWS__SIDE": made.queues.side,
            "AIZUCHI__AWS__SOCKETS": aws.sockets_at,
            "AIZUCHI_INSTALLATION_KEY": "the same for all",
        }
        kept = Kept(partial(relay, folder / "function", environ))
        aws.sockets.integrate(partial(invoke, kept))
        running = Server(folder, model, **environ)
        try:
            running.start()
            yield running
        finally:
            running.close()


@asynccontextmanager
async def relay(home: Path, environ: dict[str, str], left_s: float) -> AsyncIterator[Relay]:
    home.mkdir(exist_ok=True)  # noqa: ASYNC240 - a folder of the test's own
    own = {"AIZUCHI_HOME": str(home), "AIZUCHI_WEB_TOKEN": TOKEN, "AIZUCHI_MODEL": "echo"}
    settings = load(environment={**environ, **own})
    async with open_app(settings, offered=Offered(alone_s=0.0)) as app:
        yield app.relay


async def invoke(kept: Kept, event: Any) -> Any:
    return await kept.take(event, TIME_OF_A_FUNCTION_S)


@pytest.fixture
def visits(visits: Visits, aws: FakeAWS) -> Visits:
    visits.watch.allow(aws.address.removeprefix("http://"))
    return visits


@pytest.fixture(autouse=True)
def built(model: Model) -> None:
    need_page()
    model.script({"tokens": 30, "pace": 40})


def test_one_answer_over_the_gateway_and_the_stream_side_by_side(
    visits: Visits, aws: FakeAWS, model: Model
) -> None:
    page = visits.open().page
    page.goto(f"{page.url.partition('#')[0]}compare")
    both = Chat(page)
    both.say("Which one is faster?")
    lanes = [page.get_by_role("region", name=name) for name in ("WebSocket", "Response stream")]
    for lane in lanes:
        expect(lane).to_contain_text(NUMBERED)
    expect(both.stop).to_be_hidden()
    first, second = (numbered(lane.inner_text()) for lane in lanes)
    assert first == second
    assert len(first) == 30
    assert len(model.requests()) == 1
    assert aws.calls["Sockets.PostToConnection"] > 0


def test_a_chat_goes_on_when_the_gateway_closes_its_socket(
    visits: Visits, account: Account, aws: FakeAWS
) -> None:
    chat = visits.open(over="websocket")
    chat.say("Count")
    expect(chat.page.get_by_role("main")).to_contain_text(NUMBERED)
    gateway = account.client("apigatewaymanagementapi", at=aws.sockets_at)
    names = [*aws.sockets.held]
    assert names
    for name in names:
        gateway.delete_connection(ConnectionId=name)
    expect(chat.stop).to_be_hidden()
    assert len(numbered(chat.page.get_by_role("main").inner_text())) == 30


def test_a_message_with_a_file_goes_where_it_fits(visits: Visits, model: Model) -> None:
    chat = visits.open(over="websocket")
    chat.say("First a word")
    expect(chat.page.get_by_role("main")).to_contain_text(NUMBERED)
    expect(chat.stop).to_be_hidden()
    chat.say("x" * 33_000)
    expect(chat.stop).to_be_visible()
    expect(chat.stop).to_be_hidden()
    assert len(model.requests()) == 2
