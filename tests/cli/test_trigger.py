"""`aizuchi trigger` writes to the Slack that `aizuchi dev` plays, and prints what came of it."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.attachments.samples import PNG

from aizuchi.cli import main
from aizuchi.cli.dev import discord
from aizuchi.cli.dev.simulators import Simulators
from aizuchi.cli.trigger.telling import told
from aizuchi.settings import load

NOT_RUNNING = "aizuchi: No aizuchi dev runs here that plays Slack."


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(home))
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "API_BASE", "PUBLIC_KEY"):
        monkeypatch.delenv(f"SLACK_{name}", raising=False)
        monkeypatch.delenv(f"DISCORD_{name}", raising=False)
    return home


class Bot:
    """Stands in for the server that dev runs: answers a signed mention once, in its thread."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = keys
        self._known: set[str] = set()
        self.app = Starlette(routes=[Route("/slack/events", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        verifier = SignatureVerifier(self._keys["SLACK_SIGNING_SECRET"])
        if not verifier.is_valid_request(body, dict(request.headers)):
            return Response(status_code=401)
        event = json.loads(body)["event"]
        if event["ts"] not in self._known:
            self._known.add(event["ts"])
            await self._answer(event["channel"], event["ts"])
        return Response()

    async def _answer(self, channel: str, thread: str) -> None:
        said = {"channel": channel, "thread_ts": thread, "text": "It is so."}
        async with httpx2.AsyncClient(trust_env=False) as client:
            await client.post(
                self._keys["SLACK_API_BASE"] + "chat.postMessage",
                json={**said, "unfurl_links": False, "unfurl_media": False},
                headers={"authorization": f"Bearer {self._keys['SLACK_BOT_TOKEN']}"},
            )


class QuietServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the test runner's."""
        yield


@asynccontextmanager
async def dev(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """What `aizuchi dev` has running, without its processes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("AIZUCHI_PORT", str(listening.getsockname()[1]))
        simulators = Simulators(load(None))
        config = uvicorn.Config(Bot(simulators.environment).app, lifespan="off", log_level="error")
        server = QuietServer(config)
        tasks = [
            asyncio.create_task(server.serve(sockets=[listening])),
            asyncio.create_task(simulators.run()),
        ]
        await asyncio.sleep(0)  # both have begun
        try:
            yield
        finally:
            server.should_exit = True
            tasks[1].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            simulators.close()


async def trigger(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["trigger", *arguments])


@pytest.mark.real_time
async def test_a_mention_is_answered_and_shown_as_its_author_sees_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    async with dev(monkeypatch):
        code = await trigger("slack.mention", "--text", "Is it?", "--times", "3")
    shown = capsys.readouterr().out

    assert code == 0, shown
    assert shown.startswith(
        "#general\n    ann: @aizuchi Is it?\n        aizuchi: It is so.\n\n"
        "Delivered 3 times; answered with 200, 200, 200.\n"
    )
    assert re.search(r"To go on in this thread: --thread \d+\.\d+", shown)
    assert not (place / "simulator-slack").exists()


@pytest.mark.real_time
async def test_a_file_is_attached_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: Path
) -> None:
    file = place / "cat.png"
    file.write_bytes(PNG)
    async with dev(monkeypatch):
        code = await trigger("slack.mention", "--text", "Is it?", "--file", str(file))
    shown = capsys.readouterr().out

    assert code == 0, shown
    assert shown.startswith("#general\n    ann: @aizuchi Is it?\n        [cat.png]\n")


def test_a_file_that_is_not_there_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "simulator-slack").write_text(json.dumps(["http://127.0.0.1:9", "token"]))
    assert main(["trigger", "slack.dm", "--file", str(place / "gone.png")]) == 1
    assert "gone.png cannot be read: No such file" in capsys.readouterr().err


@pytest.mark.real_time
async def test_a_forged_request_is_refused_and_that_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with dev(monkeypatch):
        code = await trigger("slack.dm", "--text", "Is it?", "--bad-signature")

    assert code == 0
    assert "Refused, as it has to be." in capsys.readouterr().out


@pytest.mark.real_time
async def test_what_cannot_be_done_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with dev(monkeypatch):
        code = await trigger("slack.stop", "--thread", "1.0")

    assert code == 1
    assert "there is no thread '1.0'" in capsys.readouterr().err


@pytest.mark.parametrize("before", ["", "ann: Hi\n\n"])
def test_only_what_there_is_to_tell_is_told(before: str) -> None:
    came = {"transcript": before.strip(), "statuses": [503], "findings": []}
    seen = {**came, "quiet": True, "thread": ""}
    assert told(seen) == f"{before}Delivered once; answered with 503."


@pytest.mark.parametrize(("platform", "title"), [("slack", "Slack"), ("discord", "Discord")])
def test_without_dev_it_says_how_to_start_it(
    platform: str, title: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trigger", f"{platform}.dm", "--text", "Is it?"]) == 1
    assert capsys.readouterr().err.startswith(NOT_RUNNING.replace("Slack", title))


def test_a_dev_that_is_gone_is_no_dev(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (place / "simulator-slack").write_text(json.dumps([f"http://127.0.0.1:{port}", "token"]))

    assert main(["trigger", "slack.dm", "--text", "Is it?"]) == 1
    assert capsys.readouterr().err.startswith(NOT_RUNNING)


@pytest.mark.parametrize(("platform", "title"), [("slack", "Slack"), ("discord", "Discord")])
def test_a_real_platform_is_neither_played_nor_written_to(
    platform: str,
    title: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(f"{title.upper()}_BOT_TOKEN", "real")

    assert main(["trigger", f"{platform}.dm", "--text", "Is it?"]) == 1
    assert f"{title} is real here" in capsys.readouterr().err
    with closing(Simulators(load(None))) as simulators:
        played = {name.partition("_")[0] for name in simulators.environment}
    assert played == {"SLACK", "DISCORD"} - {title.upper()}


@pytest.mark.real_time
async def test_messages_on_discord_need_a_connection(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with dev(monkeypatch):
        code = await trigger("discord.dm", "--text", "Is it?", "--bad-signature")

    assert code == 1
    assert "messages come over the Gateway, where nothing is signed" in capsys.readouterr().err


def test_without_discord_py_only_commands_are_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord, "find_spec", lambda name: None)
    with closing(Simulators(load(None))) as simulators:
        assert "DISCORD_BOT_TOKEN" not in simulators.environment
        assert "trigger discord.command" in simulators.greeting()[1]
