"""`aizuchi discord` registers the commands that are declared, and says what is wrong."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aizuchi.cli import main
from aizuchi.simulator.discord import FakeDiscord, Points, serving
from aizuchi.simulator.discord.commands import of_place
from aizuchi.simulator.serving import address_of, listener, served
from aizuchi.surfaces.discord.portal import invite

pytestmark = pytest.mark.real_time
VARIABLES = ("APP_ID", "PUBLIC_KEY", "BOT_TOKEN", "API_BASE")
Place = tuple[Path, pytest.MonkeyPatch]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    for name in VARIABLES:
        monkeypatch.delenv(f"DISCORD_{name}", raising=False)
    return tmp_path, monkeypatch


@asynccontextmanager
async def discord_at(place: Place, **environment: str) -> AsyncIterator[FakeDiscord]:
    """A fake Discord on loopback, and the environment that leads to it."""
    _, monkeypatch = place
    async with serving(FakeDiscord(points=Points(command_bucket=(100, 1.0)))) as discord:
        own = {"DISCORD_BOT_TOKEN": discord.bot_token, "DISCORD_API_BASE": discord.api_base}
        for name, value in {**own, **environment}.items():
            monkeypatch.setenv(name, value)
        yield discord


async def aizuchi(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["discord", *arguments])


def names(discord: FakeDiscord, guild: str = "") -> list[str]:
    return sorted(command.name for command in of_place(discord.state, guild))


def declare(place: Place, *commands: str) -> None:
    listed = ", ".join(f'"{command}"' for command in commands)
    (place[0] / "aizuchi.toml").write_text(f"[discord]\ncommands = [{listed}]\n", "utf-8")


# ── sync ──────────────────────────────────────────────────────────────────────


async def test_a_second_run_creates_nothing(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(place, "/ask Ask me", "/zunda ずんだもんに聞くのだ")
    async with discord_at(place) as discord:
        assert await aizuchi("sync") == 0
        assert "+ /zunda" in capsys.readouterr().out
        assert names(discord) == ["Ask about this", "ask", "zunda"]
        made = len(discord.state.created)

        assert await aizuchi("sync") == 0

        assert "= /ask, /zunda, “Ask about this”" in capsys.readouterr().out
        assert len(discord.state.created) == made
        assert "POST" not in " ".join(discord.routes_called()[-3:])


async def test_what_is_changed_is_shown_and_replaced(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord:
        discord.register()
        assert await aizuchi("sync") == 0
        assert "~ /ask  (" in capsys.readouterr().out
        [ask] = [each for each in of_place(discord.state, "") if each.name == "ask"]
        assert ask.fields["options"][0]["name"] == "text"


async def test_nothing_is_deleted_that_nobody_agreed_to(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord:
        discord.register({"name": "gone", "description": "Of an old version"})

        assert await aizuchi("sync") == 0
        told = capsys.readouterr().out
        assert "- /gone" in told
        assert "sync --yes deletes" in told
        assert "gone" in names(discord)

        assert await aizuchi("sync", "--yes") == 0
        assert names(discord) == ["Ask about this", "ask"]


@pytest.mark.parametrize(("said", "left"), [("y", []), ("", ["gone"])])
async def test_in_a_terminal_it_asks(
    said: str, left: list[str], place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: said)
    async with discord_at(place) as discord:
        discord.register({"name": "gone", "description": "Of an old version"})
        assert await aizuchi("sync") == 0
        assert names(discord) == sorted(["Ask about this", "ask", *left])


async def test_in_one_server_they_are_there_at_once(place: Place) -> None:
    async with discord_at(place) as discord:
        assert await aizuchi("sync", "--guild", discord.guild.id) == 0
        assert names(discord, discord.guild.id) == ["Ask about this", "ask"]
        assert names(discord) == []


async def test_what_is_everywhere_does_not_stay_twice_in_a_server(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord:
        assert await aizuchi("sync", "--guild", discord.guild.id) == 0
        assert await aizuchi("sync", "--yes") == 0
        assert names(discord) == ["Ask about this", "ask"]
        assert names(discord, discord.guild.id) == []
        assert "in server Acme" in capsys.readouterr().out


async def test_a_pause_that_discord_wants_is_made(place: Place) -> None:
    declare(place, *(f"/ask{number} Ask" for number in range(5)))
    async with discord_at(place) as discord:
        discord.state.points = discord.state.points._replace(command_bucket=(2, 0.2))
        assert await aizuchi("sync") == 0
        assert len(names(discord)) == 6


async def test_a_guild_that_it_is_not_in_is_told(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place):
        assert await aizuchi("sync", "--guild", "123") == 1
        assert "Is the bot in that server?" in capsys.readouterr().err


async def test_without_a_token_it_says_where_to_take_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await aizuchi("sync") == 1
    assert "DISCORD_BOT_TOKEN" in capsys.readouterr().err


# ── check ─────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def endpoint(status: int) -> AsyncIterator[str]:
    """An address that answers every request so."""

    async def answer(request: Request) -> Response:
        return Response(status_code=status)

    listening = listener()
    site = Starlette(routes=[Route("/discord/interactions", answer, methods=["POST"])])
    async with served(site, listening):
        yield f"{address_of(listening)}/discord/interactions"


async def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = await aizuchi("check", *arguments)
    return code, capsys.readouterr().out


async def test_a_bot_that_is_set_up_is_found_well(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord:
        assert await aizuchi("sync") == 0
        code, told = await checked(capsys)
    assert code == 0
    assert "WRONG" not in told
    assert invite(discord.app_id) in told
    assert "commands come over the Gateway" in told
    assert "it is in Acme" in told
    assert discord.bot_token not in told


async def test_the_endpoint_is_asked_with_a_bad_signature(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord, endpoint(401) as address:
        discord.state.endpoint_url = address
        place[1].setenv("DISCORD_PUBLIC_KEY", discord.public_key)
        assert await aizuchi("sync") == 0
        code, told = await checked(capsys, "--url", address)
    assert code == 0, told
    assert "the endpoint refuses a signature of nobody's" in told


Break = Callable[[FakeDiscord, pytest.MonkeyPatch], object]


def other_key(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_PUBLIC_KEY", "ab" * 32)


def other_app(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_APP_ID", "846462639134605312")


def no_key(discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    discord.state.endpoint_url = "http://127.0.0.1:9/discord/interactions"


BROKEN: dict[str, tuple[Break, str]] = {
    "a reset token": (lambda discord, _: discord.revoke(), "Reset Token"),
    "another's key": (other_key, "Set DISCORD_PUBLIC_KEY to"),
    "another application": (other_app, "Set DISCORD_APP_ID to"),
    "an endpoint without a key": (no_key, "Set DISCORD_PUBLIC_KEY to the application's"),
    "an endpoint that is not there": (no_key, "cannot be reached"),
    "no server": (lambda discord, _: discord.leave(discord.guild), "oauth2/authorize"),
    "no commands": (lambda discord, _: None, "Run aizuchi discord sync"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_wrong_is_told_with_its_mend(
    name: str, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, mend = BROKEN[name]
    async with discord_at(place) as discord:
        spoil(discord, place[1])
        code, told = await checked(capsys)
    assert code == 1
    assert mend in told.partition("WRONG")[2], told


@pytest.mark.parametrize("status", [200, 500])
async def test_an_endpoint_that_lets_anybody_in_is_told(
    status: int, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with discord_at(place) as discord, endpoint(status) as address:
        discord.state.endpoint_url = address
        code, told = await checked(capsys)
    assert code == 1
    assert f"answered {status}, not 401" in told


async def test_a_discord_that_cannot_be_reached_is_told(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place[1].setenv("DISCORD_BOT_TOKEN", "x.y.z")
    place[1].setenv("DISCORD_API_BASE", "http://127.0.0.1:9/api/v10")
    code, told = await checked(capsys)
    assert code == 1
    assert "it cannot be reached" in told


async def test_without_a_token_the_endpoint_alone_is_looked_at(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place[1].setenv("DISCORD_PUBLIC_KEY", "ab" * 32)
    async with endpoint(401) as address:
        code, told = await checked(capsys, "--url", address)
    assert code == 0
    assert "need DISCORD_BOT_TOKEN" in told
    assert "the endpoint refuses a signature of nobody's" in told


async def test_nothing_at_all_is_told_with_where_to_begin(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = await checked(capsys)
    assert code == 1
    assert "no way in" in told
    assert "your application, Bot" in told


async def test_an_address_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert await aizuchi("check", "--url", "bot.example.org") == 1
    assert "https://" in capsys.readouterr().err
