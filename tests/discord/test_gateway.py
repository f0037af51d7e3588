"""The Gateway over a real network, by discord.py: connected, resumed, begun anew, refused."""

import logging
import socket
import sys
from pathlib import Path
from subprocess import run

import pytest
from tests.cli.processes import free_port
from tests.discord.gateways import connected, hurry, line_to, soon

from aizuchi.simulator.discord import FakeDiscord, Fault, connections, identity, serving
from aizuchi.simulator.discord.packing import Pack, packing
from aizuchi.simulator.discord.sessions import HELLO, Frame
from aizuchi.surfaces.discord.gateway import LONGEST_PAUSE_S, pause_after

pytestmark = pytest.mark.real_time
ROOT = Path(__file__).parents[2]


async def test_what_comes_is_handed_on_as_it_came() -> None:
    async with connected() as line:
        ann = line.discord.person("ann")
        await ann.mentions("Is it so? 😀", line.discord.general)
        await soon(lambda: line.texts)
        assert line.events == ["READY", "GUILD_CREATE", "MESSAGE_CREATE"]
        assert line.texts == [f"<@{line.discord.state.bot.id}> Is it so? 😀"]


async def test_no_more_is_asked_of_the_api_than_where_to_connect() -> None:
    async with connected() as line:
        asked = [call.partition("?")[0] for call in line.discord.routes_called()]
        assert asked == ["GET /users/@me", "GET /oauth2/applications/@me", "GET /gateway/bot"]


async def test_frames_that_cannot_be_unpacked_end_the_connection_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch)
    asked: list[str] = []

    def spoiled_once(compress: str) -> Pack | None:
        asked.append(compress)
        pack = packing(compress)
        assert pack
        is_first = len(asked) == 1
        return lambda data: b"\0junk" if is_first and b"READY" in data else pack(data)

    monkeypatch.setattr(connections, "packing", spoiled_once)
    async with connected() as line:
        assert line.events == ["READY", "GUILD_CREATE"]
    assert len(asked) == 2


@pytest.mark.parametrize("packed", ["zstd-stream", "zlib-stream"])
def test_it_connects_however_frames_are_packed(packed: str) -> None:
    """discord.py decides at its import, by what is installed."""
    without = "for name in ('zstandard', 'compression'): sys.modules[name] = None\n"
    unpacks = "from discord.utils import _ActiveDecompressionContext as unpacks\n"
    script = (
        "import asyncio, sys\n"
        + (without if packed == "zlib-stream" else "")
        + "from tests.discord.gateways import connected\n"
        + unpacks
        + "async def connect():\n"
        + "    async with connected():\n"
        + "        print(unpacks.COMPRESSION_TYPE)\n"
        + "asyncio.run(connect())\n"
    )
    done = run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == (packed, "")


async def test_what_came_while_it_was_gone_comes_when_it_resumes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch)
    async with connected() as line:
        line.discord.gateway.cut()
        await soon(lambda: not line.discord.gateway.count)
        await line.discord.person("ann").mentions("Still there?", line.discord.general)
        await line.connected(times=2)
        await soon(lambda: line.texts)
        assert len(line.texts) == 1
        assert line.events[-1] == "RESUMED"


async def test_it_connects_again_where_discord_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    async with connected() as line:
        line.discord.gateway.reconnect()
        await line.connected(times=2)
        assert line.events == ["READY", "GUILD_CREATE", "RESUMED"]


async def test_a_session_that_is_over_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    async with connected() as line:
        line.discord.gateway.invalidate()
        await line.connected(times=2)
        assert line.events.count("READY") == 2


async def test_a_connection_that_brings_nonsense_is_made_anew_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hurry(monkeypatch)
    async with connected() as line:
        line.discord.gateway._send(Frame(HELLO, d={}))  # without the interval that it has to name
        await soon(lambda: not line.discord.gateway.count)
        await line.discord.person("ann").mentions("Still there?", line.discord.general)
        await line.connected(times=2)
        await soon(lambda: line.texts)
        assert line.events[-1] == "RESUMED"


async def test_what_a_person_has_to_mend_is_said_also_after_what_passes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aizuchi.surfaces.discord.gateway.pause_after", lambda failures: 0.02)
    async with connected() as line:
        line.discord.faults.order(Fault(status=404), "GET /users/@me", times=3)
        line.discord.gateway.cut()
        await soon(lambda: "not connected to Discord" in caplog.text)
        line.discord.revoke()
        await soon(lambda: "Reset Token" in caplog.text)


async def test_a_lost_connection_shows() -> None:
    async with connected() as line:
        line.discord.gateway.cut()
        await soon(lambda: not line.gateway.is_connected)


async def test_a_discord_that_is_down_is_said_once_and_found_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("aizuchi.surfaces.discord.gateway.pause_after", lambda failures: 0.02)
    discord, port = FakeDiscord(), free_port()
    discord.address = f"http://127.0.0.1:{port}"
    with caplog.at_level(logging.INFO):
        async with line_to(discord) as line:
            await soon(lambda: "not connected to Discord" in caplog.text)
            await soon(lambda: line.gateway._failures > 5)
            async with serving(discord, socket.create_server(("127.0.0.1", port))):
                await line.connected()
                assert caplog.text.count("not connected to Discord") == 1
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        (4004, "Reset Token"),
        (4011, "Interactions Endpoint URL"),
        (4014, "Privileged Gateway Intents"),
    ],
)
async def test_what_nobody_but_a_person_can_mend_is_said_once_and_not_tried_on(
    code: int,
    mend: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hurry(monkeypatch)
    async with connected() as line:
        line.discord.gateway.cut(code)
        await soon(lambda: mend in caplog.text)
        called = line.discord.routes_called()
        await line.discord.person("ann").dm("Are you there?")
        assert line.discord.gateway.count == 0
        assert line.discord.routes_called() == called
        assert not line.gateway.is_connected


async def test_a_token_that_is_none_is_said_with_where_to_take_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(FakeDiscord()) as discord, line_to(discord, "not-the-token") as line:
        await soon(lambda: "Reset Token" in caplog.text)
        assert not line.gateway.is_connected
    assert "not-the-token" not in caplog.text


async def test_it_does_not_connect_more_often_than_discord_allows(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(identity, "IDENTIFIES_A_DAY", 0)
    async with serving(FakeDiscord()) as discord, line_to(discord):
        await soon(lambda: "allows no more connections today" in caplog.text)
        assert discord.gateway.count == 0


def test_it_waits_longer_after_each_failure_up_to_a_minute() -> None:
    pauses = [max(pause_after(failures) for _ in range(50)) for failures in range(1, 12)]
    assert pauses[0] <= 2
    assert pauses[2] > 2
    assert max(pauses) <= LONGEST_PAUSE_S
