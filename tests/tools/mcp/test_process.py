"""A whole assistant in processes of its own: it starts without its MCP servers, uses their tools
as they may be used, and leaves no process behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.cli.processes import (
    PacedModel,
    Place,
    Program,
    children_of,
    eventually,
    gone,
    is_alive,
    question,
    running,
)
from tests.crash.server import model_server
from tests.tools.mcp.houses import HONEST, ODD

pytestmark = pytest.mark.real_time

CONNECTED = "[mcp.x] is connected"
SAFE = '["greet", "die"]'


def settings(script: Path, manner: str, folder: Path) -> str:
    command = json.dumps([sys.executable, str(script), manner])
    env = f'{{ NOTES = "{folder / "notes"}" }}'
    return f"[mcp.x]\ncommand = {command}\nenv = {env}\nsafe = {SAFE}\n"


class Home:
    """A place with an assistant that obeys, and a person who talks to it."""

    def __init__(self, place: Place, base_url: str) -> None:
        self.place = place
        model = {"AIZUCHI_MODEL": "openai:fake:obeys=true", "OPENAI_BASE_URL": base_url}
        place.environment |= model
        self._asked = 0

    @asynccontextmanager
    async def serving(self, until: str = CONNECTED) -> AsyncIterator[Program]:
        async with running(self.place, "serve") as program:
            await program.until(until)
            yield program

    @property
    def notes(self) -> list[str]:
        file = self.place.folder / "notes"
        return file.read_text().splitlines() if file.exists() else []

    async def ask(self, text: str) -> dict[str, Any]:
        """The answer as the history has it, once it has ended."""
        self._asked += 1
        async with self.place.client as client:
            await client.post("/api/chat", json=question("c", f"m{self._asked}", text))
        return await self.last()

    async def last(self) -> dict[str, Any]:
        async with self.place.client as client:
            await client.get("/api/chat/c/stream")
            history = (await client.get("/api/chat/c")).json()["messages"]
        answer: dict[str, Any] = history[-1]
        return answer

    async def decide(self, asking: dict[str, Any]) -> httpx2.Response:
        (consent,) = parts(asking, "data-consent")
        said = {"messageId": asking["id"], "digest": consent["data"]["digest"], "verdict": "yes"}
        async with self.place.client as client:
            return await client.post("/api/chat/c/decide", json=said)


def parts(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [part for part in answer["parts"] if part["type"] == kind]


def steps(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["data"]["title"], step["data"]["state"]) for step in parts(answer, "data-step")]


@asynccontextmanager
async def home(folder: Path, script: Path = HONEST, manner: str = "stdio") -> AsyncIterator[Home]:
    (folder / "aizuchi.toml").write_text(settings(script, manner, folder), "utf-8")
    async with model_server() as base_url:
        yield Home(Place(folder, PacedModel()), base_url)


def family(program: Program) -> list[int]:
    """The broker, and the server that it started."""
    (broker,) = children_of(program.process.pid)
    return [broker, *children_of(broker)]


async def test_a_safe_tool_answers_and_an_unsafe_one_asks_and_runs_once(tmp_path: Path) -> None:
    async with home(tmp_path) as at, at.serving():
        greeted = await at.ask('use x_greet with {"name": "Mai"}')
        asking = await at.ask('use x_write with {"text": "a"}')
        assert at.notes == ["greet Mai"]
        await at.decide(asking)
        written = await at.last()
        await at.decide(asking)
        await at.ask("thanks")
    assert steps(greeted) == [("Using x_greet", "done")]
    assert parts(greeted, "text")
    assert parts(asking, "data-consent")[0]["data"]["calls"] == [
        {"tool": "x_write", "arguments": '{"text": "a"}'}
    ]
    assert steps(written) == [("Using x_write", "done")]
    assert at.notes == ["greet Mai", "write a"]


async def test_killed_between_question_and_click_it_runs_once_and_no_process_is_left(
    tmp_path: Path,
) -> None:
    async with home(tmp_path) as at:
        async with at.serving() as program:
            asking = await at.ask('use x_write with {"text": "a"}')
            processes = family(program)
            program.process.kill()
            for process in processes:
                await gone(process)
        async with at.serving(until="http://"):  # the click comes before the server is back
            await at.decide(asking)
            written = await at.last()
            await at.decide(asking)
            await at.ask("thanks")
    assert steps(written) == [("Using x_write", "done")]
    assert at.notes == ["write a"]


async def test_killed_in_the_middle_of_a_call_it_is_in_doubt_and_not_done_again(
    tmp_path: Path,
) -> None:
    async with home(tmp_path) as at:
        async with at.serving() as program:
            asking = await at.ask('use x_wait with {"seconds": 60}')
            await at.decide(asking)

            async def begun() -> bool:
                return "wait" in at.notes

            await eventually(begun)
            program.process.kill()
        async with at.serving():
            ended = await at.last()
    assert at.notes.count("wait") == 1
    assert "Nobody knows whether it was done" in json.dumps(ended)


async def test_a_server_that_dies_in_a_call_fails_one_step_and_comes_back(tmp_path: Path) -> None:
    async with home(tmp_path) as at, at.serving() as program:
        died = await at.ask("use x_die")
        await program.until(CONNECTED, after="is not connected")
        greeted = await at.ask('use x_greet with {"name": "Mai"}')
    assert steps(died) == [("Using x_die", "failed")]
    assert parts(died, "text")
    assert steps(greeted) == [("Using x_greet", "done")]
    assert at.notes == ["die", "greet Mai"]


async def test_without_its_server_it_answers_without_the_tools(tmp_path: Path) -> None:
    async with home(tmp_path, ODD, "silent") as at, at.serving(until="http://") as program:
        answer = await at.ask('use x_greet with {"name": "Mai"}')
        program.process.terminate()
        assert await program.end(within_s=5) == 0
    assert parts(answer, "text")
    assert not steps(answer)


@pytest.mark.parametrize("manner", ["stubborn", "use"])
async def test_told_to_stop_it_leaves_no_process(manner: str, tmp_path: Path) -> None:
    async with home(tmp_path, ODD, manner) as at, at.serving() as program:
        processes = family(program)
        if manner == "stubborn":
            processes.append(int(at.notes[0].split()[2]))
        program.process.terminate()
        assert await program.end(within_s=5) == 0
        assert not [process for process in processes if is_alive(process)]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells a child of that")
async def test_killed_together_with_its_broker_not_even_a_stubborn_server_is_left(
    tmp_path: Path,
) -> None:
    async with home(tmp_path, ODD, "stubborn") as at, at.serving() as program:
        broker, server = family(program)
        for process in (program.process.pid, broker):
            os.kill(process, signal.SIGKILL)
        await gone(server)
        os.kill(int(at.notes[0].split()[2]), signal.SIGKILL)  # of which only the server knew


async def test_killed_while_it_connects_it_leaves_no_process(tmp_path: Path) -> None:
    async with home(tmp_path, ODD, "silent") as at, at.serving(until="http://") as program:
        found: list[int] = []

        async def started() -> bool:
            for broker in children_of(program.process.pid):
                found[:] = [broker, *children_of(broker)]
            return len(found) == 2

        await eventually(started)
        program.process.kill()
        for process in found:
            await gone(process)


async def test_a_broker_that_was_killed_is_started_again(tmp_path: Path) -> None:
    async with home(tmp_path) as at, at.serving() as program:
        broker, server = family(program)
        os.kill(broker, signal.SIGKILL)
        await program.until(CONNECTED, after="its broker ended")
        await gone(server)
        await at.ask('use x_greet with {"name": "Mai"}')
    assert at.notes == ["greet Mai"]


LOADED = """
import asyncio, sys
from aizuchi.app import open_app
from aizuchi.settings import load
from aizuchi.settings.home import prepare

async def main():
    settings = load()
    prepare(settings.home)
    async with open_app(settings) as app:
        running = asyncio.create_task(app.run())
        await asyncio.sleep(0.3)
        running.cancel()
        await asyncio.wait([running])

asyncio.run(main())
print([name for name in sys.modules if name.split(".")[0] in ("mcp", "mcp_types")])
print("aizuchi.tools.mcp" in sys.modules)
"""


@pytest.mark.parametrize("named", [False, True])
def test_the_sdk_is_never_imported_and_ours_only_where_a_server_is_named(
    named: bool, tmp_path: Path
) -> None:
    if named:
        (tmp_path / "aizuchi.toml").write_text(settings(ODD, "silent", tmp_path))
    run = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=tmp_path,
        env={**os.environ, "AIZUCHI_MODEL": "echo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"[]\n{named}\n"


def test_without_the_sdk_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "aizuchi.toml").write_text(settings(ODD, "use", tmp_path))
    script = "import sys; sys.modules['mcp'] = None; from aizuchi.cli import main; sys.exit(main())"
    run = subprocess.run(
        [sys.executable, "-c", script, "serve"],
        cwd=tmp_path,
        env={**os.environ, "AIZUCHI_MODEL": "echo"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert "[mcp.x] needs the MCP SDK" in run.stderr
    assert "pip install 'aizuchi[mcp]'" in run.stderr
    assert "Traceback" not in run.stderr
