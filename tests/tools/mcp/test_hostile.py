"""Whatever an MCP server does, it does to its broker alone: the rest goes on, and is told."""

import asyncio
import logging
import os
from pathlib import Path

import pytest
from tests.cli.processes import eventually, gone
from tests.tools.mcp.houses import ODD, House, house, local

from aizuchi.settings.mcp import McpServer
from aizuchi.settings.secrets import Secret, Texts
from aizuchi.toolbox import NOBODY_KNOWS

pytestmark = pytest.mark.real_time


def odd(manner: str, folder: Path, **settings: object) -> McpServer:
    return local(ODD, manner, env=Texts(NOTES=Secret(str(folder / "notes"))), **settings)


async def lost(caplog: pytest.LogCaptureFixture, *, times: int = 1) -> list[str]:
    """What the log says once the connection was lost so often."""

    def lines() -> list[str]:
        return [text for text in caplog.messages if "is not connected:" in text]

    async def so() -> bool:
        return len(lines()) >= times

    await eventually(so)
    return lines()


@pytest.mark.parametrize("manner", ["junk", "twice"])
async def test_what_makes_no_sense_among_what_does_is_passed_over(
    manner: str, tmp_path: Path
) -> None:
    async with house(odd(manner, tmp_path, safe=("use",)), tmp_path) as home:
        used = await home.use("use")
        again = await home.use("use")
    assert {used.text, again.text} <= {"used", "one"}
    assert home.notes.count("called") == 2


@pytest.mark.parametrize(
    ("manner", "why"),
    [
        ("exits", "it ended (exit code 4): there is no [31mlicence[0m here. Again in 1 s"),
        ("garbage", "what it says is not MCP. Again in 1 s"),
        ("refuses", "no licence. Again in 1 s"),
    ],
)
async def test_why_it_cannot_be_connected_to_is_in_the_log(
    manner: str, why: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(odd(manner, tmp_path), tmp_path) as home:
        (line,) = await lost(caplog)
        assert not home.servers.tools
    assert line == f"[mcp.x] is not connected: {why}"


async def test_what_is_not_there_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with house(McpServer(command=("no-such-command",)), tmp_path):
        (line,) = await lost(caplog)
    assert 'there is no "no-such-command" here' in line


@pytest.mark.parametrize("manner", ["endless line", "half", "flood", "wrong", "error"])
async def test_a_call_that_comes_to_nothing_is_doubt_and_is_made_once(
    manner: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(odd(manner, tmp_path), tmp_path) as home:
        used = await home.use("use", allowed=True)
        if manner not in ("wrong", "error"):
            await lost(caplog)
        await home.box()
    assert used.failed
    assert used.text.endswith(NOBODY_KNOWS)
    assert "Ignore" not in used.text
    assert home.notes.count("called") == 1


async def test_a_server_that_hangs_holds_up_one_call_and_is_connected_to_again(
    tmp_path: Path,
) -> None:
    async with house(odd("deaf", tmp_path, timeout_s=0.3), tmp_path) as home:
        used = await asyncio.gather(*(home.use("use", allowed=True) for _ in range(3)))
    assert {result.text for result in used} <= {
        f"x_use did not end within 0.3 seconds. {NOBODY_KNOWS}"
    }


async def test_of_thousands_of_tools_the_first_are_shown_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with house(odd("thousands", tmp_path), tmp_path) as home:
        declared = (await home.box()).declared
    assert 50 < len(declared) <= 100
    assert all(len(each.description) <= 1000 for each in declared)
    assert any("name those that you want in only" in line for line in caplog.messages)


async def test_what_is_too_large_or_hidden_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(odd("large", tmp_path, safe=("no",)), tmp_path) as home:
        declared = {each.name: each for each in (await home.box()).declared}
    assert "x_wide" not in declared
    assert any("too large to be shown to a model: wide" in line for line in caplog.messages)
    assert any("safe names no: there is no such tool" in line for line in caplog.messages)
    assert declared["x_hidden"].description == "Adds.[2J"
    assert declared["x_plain"].parameters["properties"] == {"title": {"type": "string"}}
    (long,) = (name for name in declared if name.startswith("x_m_gliche_Namen_"))
    assert len(long) == 64


async def test_a_storm_of_changes_is_looked_at_now_and_then(tmp_path: Path) -> None:
    async with house(odd("storm", tmp_path, safe=("t",)), tmp_path) as home:
        stamps = set()
        for _ in range(3):
            stamps.add((await home.box()).stamps(["x_t"]))
            await home.use("t")
            await asyncio.sleep(1.0)
    assert 2 <= home.notes.count("listed") <= 6
    assert len(stamps) <= 4


async def test_of_a_stubborn_one_nothing_is_left(tmp_path: Path) -> None:
    async with house(odd("stubborn", tmp_path), tmp_path) as home:
        await home.box()
        pids = [int(word) for word in home.notes[0].split()[1:]]
    for pid in pids:
        await gone(pid)


async def test_a_silent_one_delays_nobody(tmp_path: Path) -> None:
    async with house(odd("silent", tmp_path), tmp_path) as home:
        began = asyncio.get_running_loop().time()
        result = await _unknown(home)
        took = asyncio.get_running_loop().time() - began
    assert result.startswith('There is no tool "x_use".')
    assert took < 1


async def _unknown(home: House) -> str:
    from aizuchi.answers import ToolCall
    from aizuchi.toolbox import Toolbox

    box = await Toolbox(supply=home.servers).at_hand()
    return (await box.run(ToolCall("c", "x_use", "{}"), home.occasion)).text


async def test_it_learns_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.tools.mcp.houses import honest

    monkeypatch.setenv("OPENAI_API_KEY", "canary-1")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "canary-2")
    async with honest("stdio", tmp_path, safe=("environment",)) as home:
        told = (await home.use("environment")).text
    assert "NOTES" in told
    assert "PATH" in told
    assert "canary" not in told
    assert "canary" in os.environ["OPENAI_API_KEY"]
