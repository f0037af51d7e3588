"""Sockets before real functions, under the real awslambdaric: what a stock client shows, and a kill
in the middle of an answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from tests.aws.sockets import as_client
from tests.aws.stage import PLACE, TIMEOUT_S, Stage, stage
from tests.browser.requirements import lacks
from tests.crash.server import TOKEN, model_server
from tests.web.test_stock_clients import lacking, talk, texts
from websockets.asyncio.client import ClientConnection, connect

from aizuchi.attempt import cancel
from aizuchi.simulator.serving import address_of, listener, served
from aizuchi.testing.lambda_ import (
    EventSource,
    Function,
    Source,
    Spec,
    SqsClient,
    gateway_of,
    integration_of,
)
from aizuchi.testing.lambda_ import running as running_function

MODEL = "openai:fake:pace=16,tokens=40,first=0.1"

pytestmark = pytest.mark.real_time


class Played(NamedTuple):
    """Where the page is, and what answers."""

    url: str
    side: Function
    socket: Function
    stage: Stage


@asynccontextmanager
async def played(folder: Path) -> AsyncIterator[Played]:
    """The function of the sockets, the one that answers, and the one behind the page."""
    async with stage() as one, model_server() as base_url:
        environ = {
            **{name: value for name, value in one.environ.items() if "SLACK" not in name},
            "AIZUCHI__AWS__SOCKETS": one.aws.sockets_at,
            "AIZUCHI_WEB_TOKEN": TOKEN,
            "AIZUCHI_MODEL": MODEL,
            "OPENAI_BASE_URL": base_url,
        }
        environ = {name: value for name, value in environ.items() if "DISCORD" not in name}
        specs = {
            name: Spec(
                f"{PLACE}.{name}.handler",
                folder,
                {**environ, "AIZUCHI_HOME": str(folder / name)},
                TIMEOUT_S,
            )
            for name in ("side", "socket", "stream")
        }
        listening = listener()
        async with (
            running_function(specs["side"]) as side,
            running_function(specs["socket"]) as socket,
            running_function(specs["stream"]) as stream,
            served(gateway_of(stream, "url", clock=one.clock), listening),
            httpx2.AsyncClient() as http,
        ):
            one.aws.sockets.integrate(integration_of(socket))
            one.functions = {"side": side, "socket": socket, "stream": stream}
            queues = SqsClient(http, one.aws.environment(), one.clock)
            source = EventSource(Source(one.cloud.queues.side), queues, side.invoke)
            polling = asyncio.create_task(source.run())
            try:
                yield Played(address_of(listening), side, socket, one)
            finally:
                await cancel(polling)


@pytest.mark.proof
async def test_what_a_stock_client_shows_is_what_is_stored(tmp_path: Path) -> None:
    if missing := lacking():
        lacks(missing)
    async with played(tmp_path) as there:
        said = await talk(there, "socket")
        trouble = there.socket.log + there.side.log
    asked, whole = texts(said["resumed"])
    assert asked == "question one"
    assert said["resumed"] == said["reloaded"] == said["idle"]
    assert whole.startswith(texts(said["detached"])[1])
    assert said["followed"]["messages"] == said["stored"]
    assert "ERROR" not in trouble


@pytest.mark.proof
async def test_a_function_that_is_killed_in_the_middle_is_taken_over(tmp_path: Path) -> None:
    async with played(tmp_path) as there, httpx2.AsyncClient() as http:
        bearer = {"authorization": f"Bearer {TOKEN}"}
        given = (await http.post(f"{there.url}/api/ticket", headers=bearer)).json()
        async with connect(f"{given['url']}?ticket={given['ticket']}") as socket:
            await socket.send(json.dumps(question("Count for me")))
            frames = [await frame(socket)]
            while frames[-1]["chunk"]["type"] != "text-delta":
                frames.append(await frame(socket))
            await there.side.kill()
            there.stage.passes(60)
            while frames[-1]["type"] != "end":
                frames.append(await frame(socket))
        stored = (await http.get(f"{there.url}/api/chat/c1", headers=bearer)).json()["messages"]
    taken = [one["chunk"] for one in as_client(frames) if one["type"] == "chunk"]
    kinds = [chunk["type"] for chunk in taken]
    last = len(kinds) - kinds[::-1].index("reset-step")
    text = "".join(chunk.get("delta", "") for chunk in taken[last:])
    assert text == stored[-1]["parts"][0]["text"]
    assert kinds[-1] == "finish"


def question(text: str) -> Mapping[str, Any]:
    message = {"id": "m1", "role": "user", "parts": [{"type": "text", "text": text}]}
    sent = {"type": "send", "requestId": "r1", "id": "c1", "trigger": "submit-message"}
    return {**sent, "messages": [message], "headers": {}, "body": {}}


async def frame(socket: ClientConnection) -> Any:
    async with asyncio.timeout(60):
        return json.loads(await socket.recv())
