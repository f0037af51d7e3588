"""The stock clients of the AI SDK, in Node: what they show is what is stored, also after a resume.

They need the Node and the packages with which the web page is built (`make web`).
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.browser.requirements import lacks
from tests.crash.server import TOKEN, Server, model_server

ROOT = Path(__file__).parents[2]
TALK = Path(__file__).with_name("stock_clients") / "talk.mjs"
MODULES = ROOT / "web"
OWN_NODE = ROOT / ".venv" / "node" / "bin" / "node"
MODEL = "openai:fake:pace=60,tokens=40,first=0.1"
WITHIN_S = 60.0
OLDEST_NODE = 22
NODE = str(OWN_NODE) if OWN_NODE.exists() else shutil.which("node") or ""


def lacking() -> str:
    """What is not here that these tests need."""
    if not NODE:
        return "there is no Node: make web fetches one"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.lstrip("v").partition(".")[0] or 0) < OLDEST_NODE:
        return f"{NODE} is {version or 'no node'}, and ai 7 needs {OLDEST_NODE} or newer"
    if not (MODULES / "node_modules" / "ai").is_dir():
        return "there is no ai in web/node_modules: make web fetches it"
    return ""


@pytest.fixture(autouse=True)
def _clients_are_there() -> None:
    if missing := lacking():
        lacks(missing)


pytestmark = pytest.mark.real_time


@asynccontextmanager
async def serving(home: Path) -> AsyncIterator[Server]:
    async with model_server() as base_url:
        server = Server(home, MODEL, base_url)
        try:
            await server.start()
            yield server
        finally:
            await server.kill()


class Place(Protocol):
    """Where a server is."""

    @property
    def url(self) -> str: ...


async def talk(server: Place, kind: str) -> dict[str, Any]:
    """What a client shows after each thing that it does."""
    command = (NODE, str(TALK), str(MODULES), server.url, TOKEN, f"chat-{kind}", kind)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(WITHIN_S):
            said, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, complaint.decode()
    return dict(json.loads(said))


def texts(shown: dict[str, Any]) -> list[str]:
    assert (shown["status"], shown.get("error")) == ("ready", None), shown
    return [message["text"] for message in shown["messages"]]


@pytest.mark.parametrize("kind", ["sse", "socket"])
async def test_what_a_stock_client_shows_is_what_is_stored(kind: str, tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        said = await talk(server, kind)
    question, partial = texts(said["detached"])
    asked, whole = texts(said["resumed"])
    assert question == asked == "question one"
    assert whole.startswith(partial)
    assert len(partial) < len(whole)
    assert said["resumed"] == said["reloaded"] == said["idle"]
    assert [one["id"] for one in said["detached"]["messages"]] == [
        one["id"] for one in said["resumed"]["messages"]
    ]
    first, again = said["resumed"]["messages"][1], said["regenerated"]["messages"][1]
    assert again["id"] != first["id"]
    assert said["followed"]["messages"] == said["stored"]
    assert [one["role"] for one in said["stored"]] == ["user", "assistant"] * 2
    assert said["stored"][1] == again
