"""kill -9 of the server in mid-answer: one whole answer stands in Slack, and the next one too."""

import asyncio
import time
from pathlib import Path

import httpx2
import pytest
from tests.crash.server import Server, model_server

from aizuchi.simulator.slack import FakeSlack, Said, serving

MODEL = "openai:fake:pace=40,tokens=40,first=0.1"
ANSWER_S = 1.3
FINAL_S = 5.0
LONGEST_WAIT_S = 60.0

pytestmark = pytest.mark.real_time


async def kill_once(home: Path, base_url: str, at_s: float, *, warm: bool) -> float:
    """Kills the server so long after a mention was acknowledged; how long after the next start
    its answer was whole."""
    async with serving(FakeSlack()) as slack, httpx2.AsyncClient(trust_env=False) as client:
        more = {
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_BASE": slack.api_base,
        }
        server = Server(home, MODEL, base_url, more=more)
        slack.deliver_to(client, f"{server.url}/slack/events")
        ann = slack.person("ann")
        await server.start()
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                if warm:
                    await answered(slack, await ann.mentions("Warm?", slack.general), 1)
                said = await ann.mentions("Is it so?", slack.general)
                assert said.statuses == [200]
                await asyncio.sleep(at_s)
                await server.kill()
                await server.start()
                began = time.monotonic()
                await answered(slack, said, 1)
                took_s = time.monotonic() - began
                await ann.mentions("And now?", slack.general, said.thread)
                await answered(slack, said, 2)
                slack.assert_clean()
        finally:
            await server.kill()
    return took_s


async def answered(slack: FakeSlack, said: Said, count: int) -> None:
    """Returns when so many answers stand there whole; more of them never may."""

    def stands() -> bool:
        shown = slack.answers(slack.general, said.thread)
        return not slack.findings() and len(shown) >= count

    while not stands():  # noqa: ASYNC110 - another process answers
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    shown = slack.answers(slack.general, said.thread)
    assert len(shown) == count, shown
    assert not slack.findings()


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
async def test_a_killed_server_goes_on(warm: bool, tmp_path: Path) -> None:
    async with model_server() as base_url:
        await kill_once(tmp_path, base_url, 0.6, warm=warm)


@pytest.mark.proof
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("moment", range(10))
async def test_at_ten_moments_of_an_answer(moment: int, warm: bool, tmp_path: Path) -> None:
    async with model_server() as base_url:
        took_s = await kill_once(tmp_path, base_url, moment * ANSWER_S / 10, warm=warm)
    assert took_s <= FINAL_S + ANSWER_S
