"""SIGTERM in mid-answer: it ends in time, and what it had taken is answered once, now or later."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from .server import Client, Server, model_server

MODEL = "openai:fake:pace=40,tokens=40,first=0.1"
ANSWER_S = 1.2
EXIT_S = 10.0
LONGEST_WAIT_S = 60.0

pytestmark = pytest.mark.real_time


async def stop_once(home: Path, base_url: str, at_s: float, drain_s: float) -> None:
    """Ends the server so long after a message was sent, starts it again, and asks once more."""
    server = Server(home, MODEL, base_url, drain_s=drain_s)
    await server.start()
    client = Client(server)
    try:
        async with asyncio.timeout(LONGEST_WAIT_S):
            asking = asyncio.create_task(client.ask("talk", "asked"))
            await asyncio.sleep(at_s)
            assert await server.stop(EXIT_S) == 0
            await server.start()
            answer = await asking
            assert client.outcome == "answered"
            following = await client.ask("talk", "after")
            assert answer
            assert await client.stored("talk") == [answer, following]
    finally:
        await client.close()
        await server.kill()


@pytest.mark.parametrize("drain_s", [0.2, 6.0], ids=["handed-back", "let-end"])
async def test_a_server_that_is_told_to_stop_loses_nothing(drain_s: float, tmp_path: Path) -> None:
    async with model_server() as base_url:
        await stop_once(tmp_path, base_url, 0.5, drain_s)


@pytest.mark.proof
@pytest.mark.parametrize("drain_s", [0.2, 6.0], ids=["handed-back", "let-end"])
@pytest.mark.parametrize("seed", range(25))
async def test_at_fifty_random_moments(seed: int, drain_s: float, tmp_path: Path) -> None:
    async with model_server() as base_url:
        at_s = Random(f"{seed} {drain_s}").uniform(0, ANSWER_S)
        await stop_once(tmp_path, base_url, at_s, drain_s)
