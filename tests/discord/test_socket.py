"""The Gateway, with the whole app over a network on loopback: what is stored is responded to."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.discord.gateways import hurry, soon

from aizuchi.app import App, open_app
from aizuchi.errors import PlugNotFound
from aizuchi.settings import Settings
from aizuchi.settings import discord as discord_settings
from aizuchi.settings.commands import read_commands
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.home import prepare
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import LimitSettings, ModelSettings, WebSettings
from aizuchi.simulator.discord import FakeDiscord, Fault, Points, serving
from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.discord.things import Channel
from aizuchi.surfaces.discord.portal import invite
from aizuchi.testing.asgi_client import AsgiClient

pytestmark = pytest.mark.real_time
CALLBACK = "POST /interactions/{interaction}/{token}/callback"
POINTS = Points(command_bucket=(100, 1.0))  # so that no test has to wait for it
COMMANDS = "POST /applications/{app}/guilds/{guild}/commands"


def settings_for(discord: FakeDiscord, home: Path, **given: Any) -> Settings:
    """With nothing but a bot token."""
    prepare(home)
    return Settings(
        model=ModelSettings(name="echo"),
        limits=LimitSettings(messages_per_minute=0),
        web=WebSettings(enabled=False),
        discord=DiscordSettings(
            bot_token=Secret(discord.bot_token), api_base=discord.api_base, **given
        ),
        home=home,
    )


@asynccontextmanager
async def app_on(discord: FakeDiscord, home: Path, **given: Any) -> AsyncIterator[App]:
    async with open_app(settings_for(discord, home, **given)) as app:
        working = asyncio.create_task(app.run())
        try:
            await soon(lambda: app.ready()["discord connected"])
            yield app
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


@asynccontextmanager
async def connected(home: Path, **given: Any) -> AsyncIterator[tuple[FakeDiscord, App]]:
    """A fake Discord that serves, and the app with a connection to it and its commands there."""
    async with (
        serving(FakeDiscord(points=POINTS)) as discord,
        app_on(discord, home, **given) as app,
    ):
        await soon(lambda: names(discord))
        yield discord, app
        discord.assert_clean()


def names(discord: FakeDiscord, guild: str = "") -> list[str]:
    """The commands of a server, by default of the first one."""
    return sorted(each.name for each in of_place(discord.state, guild or discord.guild.id))


async def answered(discord: FakeDiscord, text: str, channel: Channel | None = None) -> None:
    """Waits for an answer with this text, by default in general."""
    await soon(lambda: text in "".join(discord.answers(channel or discord.general)))


async def ready(app: App) -> int:
    return (await AsgiClient(app.asgi).request("GET", "/readyz")).status


# ── what comes over it ────────────────────────────────────────────────────────


async def test_with_nothing_but_a_token_its_commands_are_answered(tmp_path: Path) -> None:
    commands = read_commands(["/ask Ask me", "/zunda ずんだもんに聞くのだ"])
    async with connected(tmp_path, commands=commands) as (discord, app):
        assert await ready(app) == 200
        await soon(lambda: names(discord) == ["Ask about this", "ask", "zunda"])
        ann = discord.person("ann")
        for name in ("ask", "zunda"):
            said = await ann.command(name, {"text": f"Is it {name}?"}, discord.general)
            assert said.is_taken
            await answered(discord, f"Is it {name}?")


async def test_a_mention_and_a_direct_message_are_answered(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, _):
        ann = discord.person("ann")
        await ann.mentions("Is it so?", discord.general)
        await ann.dm("And here?")
        await answered(discord, "Is it so?")
        await answered(discord, "And here?", ann.direct)


async def test_what_is_not_for_us_is_not_answered(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, _):
        ann = discord.person("ann")
        await ann.says("Just talking", discord.general)
        await ann.mentions("Is it so?", discord.general)
        await soon(lambda: discord.answers(discord.general))
        assert len(discord.answers(discord.general)) == 1


async def test_what_comes_three_times_is_answered_once(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, app):
        ann = discord.person("ann")
        await ann.command("ask", {"text": "Is it so?"}, discord.general, times=3)
        await ann.mentions("And this?", discord.general, times=3)
        await soon(lambda: len(discord.answers(discord.general)) == 2)
        await soon(lambda: len(app._sockets["discord"]._socket._tasks) == 1)  # the registrar's
        assert discord.routes_called().count(CALLBACK) == 3
        assert len(discord.answers(discord.general)) == 2


async def test_what_cannot_be_stored_is_refused_at_once(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, app):
        app._intake.is_closed = True
        ann = discord.person("ann")
        said = await ann.command("ask", {"text": "Is it so?"}, discord.general)
        assert said.is_taken
        assert "please ask again" in discord.shown(said).content
        await ann.mentions("And this?", discord.general)
        await answered(discord, "please ask again")


# ── the response ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=503, is_done=True),
        Fault(lost="reply"),
        Fault(lost="call"),
        Fault(status=429, retry_after=0.05),
    ],
    ids=lambda fault: f"{fault.status or fault.lost}{' done' if fault.is_done else ''}",
)
async def test_a_response_in_doubt_is_sent_again(fault: Fault, tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, _):
        discord.faults.order(fault, CALLBACK)
        said = await discord.person("ann").command("ask", {"text": "So?"}, discord.general)
        assert said.is_taken
        await answered(discord, "So?")


async def test_where_the_response_comes_too_late_the_bot_answers_in_the_channel(
    tmp_path: Path,
) -> None:
    async with connected(tmp_path) as (discord, _):
        discord.faults.order(Fault(code=10062), CALLBACK)
        await discord.person("ann").command("ask", {"text": "So?"}, discord.general)
        await answered(discord, "So?")
        assert "POST /channels/{channel}/messages" in discord.routes_called()


async def test_nothing_is_said_before_the_response(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, _):
        discord.faults.order(Fault(delay_s=0.5), CALLBACK)
        await discord.person("ann").command("ask", {"text": "So?"}, discord.general)
        await answered(discord, "So?")
        called = [made.route for made in discord.state.calls if "{token}" in made.route]
        assert called[0] == CALLBACK


# ── commands ──────────────────────────────────────────────────────────────────


async def test_a_server_that_invites_the_bot_has_its_commands_too(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, _):
        other = discord.add_guild("Kiso", discord.person("ann"))
        await soon(lambda: names(discord, other.id) == ["Ask about this", "ask"])


async def test_what_is_registered_everywhere_is_not_added_again(tmp_path: Path) -> None:
    async with serving(FakeDiscord(points=POINTS)) as discord:
        discord.register({"name": "ask", "description": "From sync"})
        async with app_on(discord, tmp_path):
            await soon(lambda: names(discord) == ["Ask about this"])
        assert len(of_place(discord.state, "")) == 1


async def test_a_second_start_creates_nothing_and_deletes_nothing(tmp_path: Path) -> None:
    async with serving(FakeDiscord(points=POINTS)) as discord:
        discord.register({"name": "old", "description": "Another's"}, guild=discord.guild)
        for _ in range(2):
            async with app_on(discord, tmp_path):
                await soon(lambda: names(discord) == ["Ask about this", "ask", "old"])
        assert discord.routes_called().count(COMMANDS) == 2


async def test_only_servers_that_are_named_get_commands(tmp_path: Path) -> None:
    async with serving(FakeDiscord(points=POINTS)) as discord:
        other = discord.add_guild("Kiso")
        async with app_on(discord, tmp_path, guilds=(other.id,)):
            await soon(lambda: names(discord, other.id))
            assert names(discord) == []


async def test_commands_that_discord_refuses_do_no_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(FakeDiscord(points=POINTS)) as discord:
        discord.faults.order(Fault(code=50001), COMMANDS, times=9)
        async with app_on(discord, tmp_path) as app:
            await soon(lambda: "no commands were added" in caplog.text)
            assert invite(discord.app_id) in caplog.text
            await discord.person("ann").mentions("Is it so?", discord.general)
            await soon(lambda: discord.answers(discord.general))
            assert await ready(app) == 200


async def test_it_says_once_which_link_invites_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hurry(monkeypatch)
    monkeypatch.setattr(discord_settings, "DISCORD", "http://127.0.0.1")  # as if it were its own
    with caplog.at_level(logging.INFO, "aizuchi"):
        async with connected(tmp_path) as (discord, _):
            discord.gateway.invalidate()
            await soon(
                lambda: caplog.text.count("connected to Discord as aizuchi (servers: 1)") == 2
            )
    assert caplog.text.count(invite(discord.app_id)) == 1


async def test_a_played_discord_is_no_news_and_invites_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "aizuchi"):
        async with connected(tmp_path):
            await soon(lambda: "added in server" in caplog.text)
    said = [record for record in caplog.records if record.name.startswith("aizuchi.surfaces")]
    assert any("connected to Discord as aizuchi" in record.message for record in said)
    assert all(record.levelno == logging.DEBUG for record in said)
    assert "discord.com" not in caplog.text


# ── trouble ───────────────────────────────────────────────────────────────────


async def test_a_lost_connection_shows_and_comes_back(tmp_path: Path) -> None:
    async with connected(tmp_path) as (discord, app):
        discord.gateway.cut()
        await soon(lambda: not app.ready()["discord connected"])
        assert await ready(app) == 503
        await soon(lambda: app.ready()["discord connected"])
        assert await ready(app) == 200


async def test_a_discord_that_is_down_neither_delays_nor_fails_the_start(tmp_path: Path) -> None:
    discord = FakeDiscord(address="http://127.0.0.1:9")
    async with asyncio.timeout(5), open_app(settings_for(discord, tmp_path)) as app:
        working = asyncio.create_task(app.run())
        await asyncio.sleep(0.1)
        assert not working.done()
        assert await ready(app) == 503
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_without_discord_py_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("socket", "gateway"):
        monkeypatch.delitem(sys.modules, f"aizuchi.surfaces.discord.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "discord", None)
    with pytest.raises(PlugNotFound) as missing:
        async with open_app(settings_for(FakeDiscord(), tmp_path)):
            pass
    assert "discord" in missing.value.what
    assert "pip install 'aizuchi[discord]'" in missing.value.mend


async def test_who_only_answers_does_without_discord_py(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a function of Lambda's, which has the bot's token to write with."""
    monkeypatch.setitem(sys.modules, "discord", None)
    async with open_app(settings_for(FakeDiscord(), tmp_path), takes=False) as app:
        assert "discord connected" not in app.ready()


async def test_what_nobody_can_read_is_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(tmp_path) as (discord, app):
        heard = app._sockets["discord"]._socket._heard
        heard("MESSAGE_CREATE", {"content": "\ud83d"})
        heard("MESSAGE_CREATE", {"author": {"id": 1}, "guild_id": None})
        heard("INTERACTION_CREATE", {"type": 2})
        heard("GUILD_CREATE", {})
        heard("READY", {})
        await discord.person("ann").mentions("Is it so?", discord.general)
        await soon(lambda: discord.answers(discord.general))
