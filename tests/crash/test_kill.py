"""kill -9 of the whole process group in mid-answer: whoever waits gets one whole answer."""

import asyncio
from pathlib import Path

import pytest

from .server import Client, Server, model_server

ANSWER_S = 1.0
MODEL = "openai:fake:pace=40,tokens=40,first=0.1"
LONGEST_WAIT_S = 60.0

pytestmark = pytest.mark.real_time


async def kill_once(home: Path, base_url: str, at_s: float, *, warm: bool) -> None:
    """Kills the server so long after a message was sent, starts it again, and asks once more."""
    server = Server(home, MODEL, base_url)
    await server.start()
    client = Client(server)
    try:
        async with asyncio.timeout(LONGEST_WAIT_S):
            if warm:
                await client.ask("talk", "warm-up")
            asking = asyncio.create_task(client.ask("talk", "asked"))
            await asyncio.sleep(at_s)
            await server.kill()
            await server.start()
            answer = await asking
            assert client.outcome == "answered"
            following = await client.ask("talk", "after")
            assert client.outcome == "answered"
            assert (await client.stored("talk"))[-2:] == [answer, following]
            assert answer
    finally:
        await client.close()
        await server.kill()


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
async def test_a_killed_server_goes_on(warm: bool, tmp_path: Path) -> None:
    async with model_server() as base_url:
        await kill_once(tmp_path, base_url, 0.5, warm=warm)


@pytest.mark.proof
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("moment", range(20))
async def test_at_twenty_moments_of_an_answer(moment: int, warm: bool, tmp_path: Path) -> None:
    async with model_server() as base_url:
        await kill_once(tmp_path, base_url, moment * (ANSWER_S + 0.3) / 20, warm=warm)
