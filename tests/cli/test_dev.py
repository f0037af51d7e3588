"""`aizuchi dev` as two processes: the port stays open, the child is replaced, and both end."""

import asyncio
import os
import signal
from pathlib import Path

import httpx2
import pytest
from tests.cli.processes import (
    Place,
    Program,
    ask,
    children_of,
    eventually,
    gone,
    is_alive,
    place_with_model,
    question,
    running,
    stored,
)

pytestmark = pytest.mark.real_time
READY = "Ctrl-C ends it"


async def child_of(program: Program) -> int:
    """The server that runs now."""

    async def started() -> bool:
        return bool(children_of(program.process.pid))

    await eventually(started)
    return children_of(program.process.pid)[0]


async def press_kill(client: httpx2.AsyncClient) -> int:
    return (await client.post("/dev/kill")).status_code


async def test_it_greets_once_it_is_ready_and_answers(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        await dev.until(READY)
        assert f"http://127.0.0.1:{place.port}/?token=" in dev.text
        async with place.client as client:
            await ask(client, "c", "m")
            assert await stored(client, "c") == [model.answer]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_told_to_stop_both_end(tmp_path: Path, number: int, code: int) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)
        child = await child_of(dev)
        dev.process.send_signal(number)
        assert await dev.end(within_s=5) == code
        assert not is_alive(child)
        assert "Traceback" not in dev.text


async def test_ctrl_c_in_a_terminal_reaches_both_and_both_end_cleanly(tmp_path: Path) -> None:
    async with (
        place_with_model(tmp_path) as (place, _),
        running(place, "dev", terminal=True) as dev,
    ):
        await dev.until(READY)
        os.killpg(dev.process.pid, signal.SIGINT)
        assert await dev.end(within_s=5) == 130
        assert "Traceback" not in dev.text
        assert "ended by itself" not in dev.text


async def test_the_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)
        child = await child_of(dev)
        dev.process.kill()
        await dev.process.wait()
        await gone(child)


async def test_the_kill_button_crashes_the_server_and_the_answer_comes_all_the_same(
    tmp_path: Path,
) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "dev") as dev:
        model.words, model.pause_s = 40, 0.05
        await dev.until(READY)
        async with place.client as client:
            async with client.stream("POST", "/api/chat", json=question("c", "m")) as response:
                await anext(response.aiter_raw())
                child = await child_of(dev)
                assert await press_kill(client) == 202
            await gone(child)
            await dev.until("It runs again.")
            assert "[DONE]" in await ask(client, "c", "m")
            assert await stored(client, "c") == [model.answer]
        assert "Killed, as asked." in dev.text


async def test_a_change_starts_the_server_again_and_nobody_is_refused(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)
        before = await child_of(dev)
        (tmp_path / "aizuchi.toml").write_text('[persona]\nname = "Mai"')
        async with place.client as client:
            while "It runs again." not in dev.text:
                assert (await client.get("/healthz")).status_code == 200
                await asyncio.sleep(0.01)
        assert "aizuchi.toml changed." in dev.text
        assert await child_of(dev) != before


async def test_a_broken_file_is_told_and_the_server_stays(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)
        before = await child_of(dev)
        (tmp_path / "aizuchi.toml").write_text("[persona]\nnam = 1")
        await dev.until("Did you mean name? Until then it runs as it was.")
        assert await child_of(dev) == before


async def test_a_crashed_server_is_started_again(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "dev") as dev:
        await dev.until(READY)
        os.kill(await child_of(dev), signal.SIGKILL)
        await dev.until("The server ended by itself (by signal 9). It starts again at once.")
        await dev.until("It runs again.")
        async with place.client as client:
            assert (await client.get("/healthz")).status_code == 200


async def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as holder:
        await holder.until("State")
        other = Place(tmp_path, _)
        async with running(other, "dev") as dev:
            await dev.until("It starts again in")
            assert "aizuchi: " in dev.text


async def test_serve_has_no_kill_button(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as server:
        await server.until("State")
        async with place.client as client:
            assert await press_kill(client) == 404


@pytest.mark.parametrize("at_word", [0, 3, 10])
async def test_after_a_kill_of_the_whole_group_the_next_start_finishes_the_answer(
    tmp_path: Path, at_word: int
) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 30, 0.03
        async with running(place, "dev") as dev:
            await dev.until(READY)
            async with (
                place.client as client,
                client.stream("POST", "/api/chat", json=question("c", "m")) as response,
            ):
                seen = ""
                async for piece in response.aiter_text():
                    seen += piece
                    if seen.count('"text-delta"') >= at_word:
                        break
                os.killpg(dev.process.pid, signal.SIGKILL)
        async with running(place, "dev") as dev, place.client as client:
            await dev.until(READY)
            assert "[DONE]" in await ask(client, "c", "m")
            await ask(client, "c", "m2")
            assert await stored(client, "c") == [model.answer] * 2
