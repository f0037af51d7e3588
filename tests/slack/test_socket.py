"""Socket Mode, over a network on loopback: what is stored is acknowledged, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aizuchi.app import App, open_app
from aizuchi.settings import Settings
from aizuchi.settings.home import prepare
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import LimitSettings, ModelSettings, WebSettings
from aizuchi.simulator.slack import FakeSlack, serving
from aizuchi.testing.asgi_client import AsgiClient

pytestmark = pytest.mark.real_time


async def soon(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what it waits for is another's
            await asyncio.sleep(0.02)


@asynccontextmanager
async def connected(home: Path) -> AsyncIterator[tuple[FakeSlack, App]]:
    """A fake Slack that serves, and the app with a connection to it."""
    prepare(home)
    async with serving(FakeSlack()) as slack:
        slack.state.socket_mode = True
        settings = Settings(
            model=ModelSettings(name="echo"),
            limits=LimitSettings(messages_per_minute=0),
            web=WebSettings(enabled=False),
            slack=SlackSettings(
                bot_token=Secret(slack.bot_token),
                app_token=Secret(slack.app_token),
                api_base=slack.api_base,
            ),
            home=home,
        )
        async with open_app(settings) as app:
            working = asyncio.create_task(app.run())
            try:
                await soon(lambda: app.ready()["slack connected"])
                yield slack, app
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)


async def ready(app: App) -> int:
    return (await AsgiClient(app.asgi).request("GET", "/readyz")).status


async def test_what_comes_over_the_socket_is_answered(tmp_path: Path) -> None:
    async with connected(tmp_path) as (slack, app):
        assert await ready(app) == 200
        ann = slack.person("ann")
        said = await ann.mentions("Is it so?", slack.general)
        asked = await ann.command("/ask", "And now?", slack.general)
        assert [*said.statuses, *asked.statuses] == [200, 200]
        await soon(lambda: "And now?" in slack.transcript(ann) and not slack.findings())
        await soon(lambda: "Is it so?" in "".join(slack.answers(slack.general, said.thread)))
        await soon(lambda: not slack.findings())


async def test_what_is_not_stored_is_not_acknowledged(tmp_path: Path) -> None:
    async with connected(tmp_path) as (slack, app):
        app._intake.is_closed = True
        said = await slack.person("ann").mentions("Is it so?", slack.general)
        assert said.acks[0].reason == "http_timeout"
        app._intake.is_closed = False
        await soon(lambda: bool(slack.answers(slack.general, said.thread)))


async def test_it_connects_anew(tmp_path: Path) -> None:
    async with connected(tmp_path) as (slack, app):
        await slack.sockets.disconnect()
        await soon(lambda: slack.sockets.count == 1 and app.ready()["slack connected"])
        ann = slack.person("ann")
        said = await ann.mentions("Is it so?", slack.general)

        def is_answered() -> bool:
            """What was sent to a connection on its way out comes again, by Slack's own clock."""
            slack.clock.advance(1.0)
            return bool(slack.answers(slack.general, said.thread))

        await soon(is_answered)


async def test_a_lost_connection_shows(tmp_path: Path) -> None:
    async with connected(tmp_path) as (_, app):
        socket = app._sockets["slack"]
        await socket._client.current_session.close()
        assert await ready(app) == 503
