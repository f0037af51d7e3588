"""R7 and R8: how soon a person is told that the model failed, after how many calls, in whose words.

Each cause is a question over the web to a whole server, whose endpoint is the simulator's.
"""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx2

from aizuchi.simulator.model import CANARY, Behaviour, FakeModel, fake_model
from benchmarks.harness.command import free_port
from benchmarks.harness.home import TOKEN, assistant, folder
from benchmarks.harness.process import Failed
from benchmarks.harness.report import Report, Row, at_most, shown

AT_ONCE_S, SOON_S = 1.0, 5.0
MOST_CALLS = 2
TOLD_WITHIN_S = 60.0
DATA = re.compile(r"^data: (\{.*\})$", re.MULTILINE)


class Cause(NamedTuple):
    """What the endpoint does, and within what time that has to be told; 0 is no target of ours."""

    name: str
    behaviour: Behaviour
    within_s: float = 0.0


class Told(NamedTuple):
    """What came of a question: after what time, with how many calls, and whether it leaked."""

    seconds: float
    calls: int
    leaked: bool
    said: Sequence[str]


CAUSES = (
    Cause("400", Behaviour(fail="400"), AT_ONCE_S),
    Cause("401", Behaviour(fail="401"), AT_ONCE_S),
    Cause("404", Behaviour(fail="404"), AT_ONCE_S),
    Cause("500", Behaviour(fail="500"), SOON_S),
    Cause("503", Behaviour(fail="503"), SOON_S),
    Cause("429", Behaviour(fail="429")),
    Cause("context too long", Behaviour(fail="context_openai")),
    Cause("content filter", Behaviour(fail="filter_openai")),
    Cause("cut in the middle", Behaviour(tokens=5, end="cut")),
    Cause("an error in the stream", Behaviour(tokens=5, end="error")),
    Cause("a chunk that is no JSON", Behaviour(tokens=5, end="bad_json")),
    Cause("a web page", Behaviour(form="html")),
)
REFUSED = Cause("refused connection", Behaviour(), AT_ONCE_S)


def run(quick: bool) -> Report:
    rounds = 1 if quick else 5
    with folder() as there, folder() as gone:
        told = asyncio.run(_measure(there, gone, rounds))
    return Report(
        "failures",
        [row for cause in (REFUSED, *CAUSES) for row in _of(cause, told[cause.name])]
        + _of_all([one for each in told.values() for one in each]),
        notes=[
            f"the slowest of {rounds} rounds, from the question to the end of its stream; the "
            "canary stands in every field and header of the endpoint's errors, and is looked for "
            "in the stream, the history and the export"
        ],
        rounds={name: [one._asdict() for one in each] for name, each in told.items()},
    )


async def _measure(there: Path, gone: Path, rounds: int) -> dict[str, list[Told]]:
    async with fake_model() as model:
        causes = [(cause, model) for cause in CAUSES]
        told = await _ask_all(there, causes, model.port, rounds)
    return told | await _ask_all(gone, [(REFUSED, None)], free_port(), rounds)


async def _ask_all(
    home: Path, causes: Sequence[tuple[Cause, FakeModel | None]], model_port: int, rounds: int
) -> dict[str, list[Told]]:
    """Every cause in every round, at one server."""
    told: dict[str, list[Told]] = {cause.name: [] for cause, _ in causes}
    server = assistant(home, "openai:fake", model_port)
    await asyncio.to_thread(server.__enter__)
    try:
        async with _client(server.port) as client:
            for number in range(rounds):
                for place, (cause, model) in enumerate(causes):
                    chat = f"chat-{number}-{place}"
                    told[cause.name].append(await _ask(client, chat, cause, model))
    finally:
        await asyncio.to_thread(server.end)
    return told


def _client(port: int) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"authorization": f"Bearer {TOKEN}"},
        timeout=TOLD_WITHIN_S,
        trust_env=False,
    )


async def _ask(
    client: httpx2.AsyncClient, chat: str, cause: Cause, model: FakeModel | None
) -> Told:
    if model:
        model.reset()
        model.script(cause.behaviour)
    began = time.perf_counter()
    stream = (await client.post("/api/chat", json=_question(chat))).text
    seconds = time.perf_counter() - began
    calls = len(model.received) if model else 0
    later = [await _text(client, f"/api/chat/{chat}{path}") for path in ("", "/export")]
    said = _ends(stream)
    if not said:
        raise Failed(f"{cause.name}: nothing was said to the person: {stream[-300:]!r}")
    return Told(seconds, calls, any(CANARY in text for text in (stream, *later)), said)


async def _text(client: httpx2.AsyncClient, path: str) -> str:
    return (await client.get(path)).raise_for_status().text


def _question(chat: str) -> dict[str, Any]:
    parts = [{"type": "text", "text": "What is it?"}]
    messages = [{"id": f"m-{chat}", "role": "user", "parts": parts}]
    return {"id": chat, "trigger": "submit-message", "messages": messages}


def _ends(stream: str) -> list[str]:
    """What the stream says of an end that is not simply an answer."""
    chunks = [json.loads(found) for found in DATA.findall(stream)]
    ends = [chunk["data"]["text"] for chunk in chunks if chunk.get("type") == "data-outcome"]
    return [text for text in ends if text]


def _of(cause: Cause, told: Sequence[Told]) -> list[Row]:
    what, slowest = f"{cause.name}: told after", max(one.seconds for one in told)
    if not cause.within_s:
        return [shown(what, slowest, "s")]
    return [at_most(what, slowest, "s", cause.within_s)]


def _of_all(told: Sequence[Told]) -> list[Row]:
    return [
        at_most(
            "model calls, the most for a message", max(one.calls for one in told), "", MOST_CALLS
        ),
        at_most("lines said for a failure, the most", max(len(one.said) for one in told), "", 1),
        at_most("answers with a byte of the provider's", sum(one.leaked for one in told), "", 0),
    ]
