"""`aizuchi worker` as a process: the same work on the same queues, without a function."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from tests.aws.stage import Stage, functions, stage
from tests.cli.processes import Place, Program, eventually, free_port, running

pytestmark = pytest.mark.real_time


@asynccontextmanager
async def containers(folder: Path) -> AsyncIterator[tuple[Stage, Place, Program]]:
    """A worker as a container, behind an ingress function; no worker function runs."""
    async with stage() as one, functions(one, folder, ["ingress"]):
        place = Place(folder, one.model)
        place.environment |= one.environ
        async with running(place, "worker") as program:
            await program.until("health")
            yield one, place, program


async def test_it_answers_what_a_function_took_in_and_ends_when_told(tmp_path: Path) -> None:
    async with containers(tmp_path) as (one, place, program):
        said = await one.ann.mentions("hello", one.slack.general)
        await one.until(lambda: one.slack.answers(one.slack.general, said.thread) != [])
        await one.until_settled()
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{place.port}") as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200
            assert (await client.post("/slack/events")).status_code == 401
            assert (await client.get("/")).status_code == 404
        program.process.terminate()
        assert await program.end(within_s=5) == 0
        assert "Traceback" not in program.text


async def test_one_that_listens_holds_the_gateway_of_discord(tmp_path: Path) -> None:
    """A mention comes by no address of ours, and is answered in its order like any other."""
    async with stage() as one:
        place = Place(tmp_path, one.model)
        place.environment |= one.environ
        async with (
            running(place, "worker", "--listen") as program,
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{place.port}") as client,
        ):
            await program.until("health")
            await eventually(lambda: is_ready(client))
            said = await one.bob.mentions("hello", one.discord.general)
            await one.until(lambda: one.discord.answers(one.discord.general) != [])
            await one.until_settled()
        (answer,) = one.discord.answers(one.discord.general)
        assert answer.splitlines()[0] == one.model.answer.strip()
        assert said.statuses == []


async def is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def test_what_it_cannot_end_in_time_another_one_goes_on_with(tmp_path: Path) -> None:
    async with containers(tmp_path) as (one, place, program):
        one.model.words, one.model.pause_s = 300, 0.1
        said = await one.ann.mentions("hello", one.slack.general)
        await one.model.asked()
        one.model.words = 5
        async with running(place, "worker", AIZUCHI_PORT=str(free_port())) as other:
            await other.until("health")
            begin = asyncio.get_running_loop().time()
            program.process.send_signal(signal.SIGTERM)
            assert await program.end(within_s=15) == 0
            assert asyncio.get_running_loop().time() - begin < 12
            await one.until_settled()
        assert one.slack.answers(one.slack.general, said.thread) == [one.model.answer.strip()]
        assert one.model.calls == 2


async def test_without_its_queues_it_says_what_is_missing(tmp_path: Path) -> None:
    async with stage() as one:
        place = Place(tmp_path, one.model)
        async with running(place, "worker") as program:
            assert await program.end() == 1
            assert "[aws] names none" in program.text
        async with running(place, "worker", AIZUCHI__AWS__TABLE="aizuchi") as program:
            assert await program.end() == 1
            assert "[aws] turns and [aws] side and [aws] key are not set" in program.text
