"""The stock clients of the AI SDK, in Node: what they show is what is stored, also after a resume.

They need Node 22 or newer and the package `ai`: `AIZUCHI_WEB_MODULES` names the folder that has
them in its `node_modules`, which is `web/` where nothing is set.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.crash.server import TOKEN, Server, model_server

ROOT = Path(__file__).parents[2]
TALK = Path(__file__).with_name("stock_clients") / "talk.mjs"
MODULES = Path(os.environ.get("AIZUCHI_WEB_MODULES", ROOT / "web"))
MODEL = "openai:fake:pace=60,tokens=40,first=0.1"
WITHIN_S = 60.0

pytestmark = [
    pytest.mark.real_time,
    pytest.mark.skipif(not shutil.which("node"), reason="there is no node on the PATH"),
    pytest.mark.skipif(
        not (MODULES / "node_modules" / "ai").is_dir(),
        reason=f"the package ai is not in {MODULES}/node_modules (AIZUCHI_WEB_MODULES names it)",
    ),
]


@asynccontextmanager
async def serving(home: Path) -> AsyncIterator[Server]:
    async with model_server() as base_url:
        server = Server(home, MODEL, base_url)
        try:
            await server.start()
            yield server
        finally:
            await server.kill()


async def talk(server: Server, kind: str) -> dict[str, Any]:
    """What a client shows after each thing that it does."""
    command = ("node", str(TALK), str(MODULES), server.url, TOKEN, f"chat-{kind}", kind)
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
