"""`aizuchi serve` as a process: it starts, answers, refuses to start with a word, and ends."""

import asyncio
import signal
from pathlib import Path

import pytest
from tests.cli.processes import ask, eventually, place_with_model, question, running, stored

pytestmark = pytest.mark.real_time


async def test_it_prints_the_address_and_answers(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "serve") as server:
        await server.until("State")
        token = (place.home / "web-token").read_text().strip()
        assert f"http://127.0.0.1:{place.port}/?token={token}" in server.text
        async with place.client as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/readyz")).status_code == 200
            assert "[DONE]" in await ask(client, "c", "m")
            assert await stored(client, "c") == [model.answer]


async def test_a_platform_that_is_not_set_up_lets_nobody_in(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as server:
        await server.until("State")
        async with place.client as client:
            for path in ("/slack/events", "/discord/interactions"):
                assert (await client.post(path, json={"type": 1})).status_code == 401
                assert (await client.get(path)).status_code == 405
                assert (await client.post(path, content=b"x" * 300_000)).status_code == 413


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_it_ends_at_once_when_nothing_runs(tmp_path: Path, number: int, code: int) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as server:
        await server.until("State")
        server.process.send_signal(number)
        assert await server.end(within_s=3) == code
        assert "Traceback" not in server.text


async def test_told_to_stop_it_lets_an_answer_end(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "serve") as server:
        model.words, model.pause_s = 20, 0.05
        await server.until("State")
        async with place.client as client:
            asking = asyncio.create_task(ask(client, "c", "m"))
            await model.asked()
            server.process.terminate()
            assert "word19" in await asking
        assert await server.end(within_s=5) == 0
    assert model.calls == 1


async def test_told_to_stop_it_takes_no_new_message(tmp_path: Path) -> None:
    """On a connection that it kept as on a new one; a stop it still takes."""
    async with place_with_model(tmp_path) as (place, model), running(place, "serve") as server:
        model.words, model.pause_s = 500, 0.1
        await server.until("State")
        async with place.client as kept, place.client as new:
            assert (await kept.get("/readyz")).status_code == 200
            asking = asyncio.create_task(ask(new, "c", "m"))
            await model.asked()
            server.process.terminate()

            async def stopping() -> bool:
                return (await new.get("/readyz")).status_code == 503

            await eventually(stopping)
            for client in (kept, new):
                refused = await client.post("/api/chat", json=question("c", "late"))
                assert (refused.status_code, refused.headers["connection"]) == (503, "close")
                assert "I did not take it" in refused.text
            assert (await new.post("/api/chat/c/stop")).status_code == 200
            assert "word0" in await asking
        assert await server.end(within_s=3) == 0
        async with running(place, "serve") as again, place.client as client:
            await again.until("State")
            history = (await client.get("/api/chat/c")).json()["messages"]
            assert [message["role"] for message in history] == ["user", "assistant"]
    assert model.calls == 1


async def test_what_does_not_end_in_time_goes_on_at_the_next_start(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model):
        model.words, model.pause_s = 200, 0.05
        async with running(place, "serve", AIZUCHI__SERVER__DRAIN_S="0.5") as server:
            await server.until("State")
            async with (
                place.client as client,
                client.stream("POST", "/api/chat", json=question("c", "m")) as response,
            ):
                await anext(response.aiter_raw())
                server.process.terminate()
                assert await server.end(within_s=4) == 0
        model.words, model.pause_s = 3, 0.0
        async with running(place, "serve") as server, place.client as client:
            await server.until("State")
            await eventually(lambda: stored(client, "c"))
            assert await stored(client, "c") == [model.answer]


async def test_told_twice_it_does_not_wait(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, model), running(place, "serve") as server:
        model.words, model.pause_s = 500, 0.1
        await server.until("State")
        async with (
            place.client as client,
            client.stream("POST", "/api/chat", json=question("c", "m")) as response,
        ):
            await anext(response.aiter_raw())
            await model.asked()
            server.process.terminate()
            await asyncio.sleep(0.3)
            assert server.process.returncode is None
            server.process.terminate()
            assert await server.end(within_s=3) == 0


async def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as first:
        await first.until("State")
        async with running(place, "serve", AIZUCHI_HOME=str(tmp_path / "other")) as second:
            assert await second.end() == 1
            assert f"Port {place.port} on 127.0.0.1 is in use" in second.text
            assert f"AIZUCHI_PORT={place.port + 1}" in second.text
            assert "Traceback" not in second.text


async def test_a_home_in_use_is_told(tmp_path: Path) -> None:
    async with place_with_model(tmp_path) as (place, _), running(place, "serve") as first:
        await first.until("State")
        async with running(place, "serve", AIZUCHI_PORT=str(place.port + 1)) as second:
            assert await second.end() == 1
            assert second.text.startswith("aizuchi: ")
            assert "Traceback" not in second.text


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AIZUCHI_HOME", "/dev/null/x", "/dev/null/x cannot be written"),
        ("AIZUCHI__SERVER__HOST", "0.0.0.0", "would open the chat to the network"),
        ("AIZUCHI_MODEL", "nonsense", 'There is no model "nonsense"'),
    ],
)
async def test_it_says_why_it_cannot_start(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    async with (
        place_with_model(tmp_path) as (place, _),
        running(place, "serve", terminal=False, **{variable: value}) as server,
    ):
        assert await server.end() == 1
        assert said in server.text
        assert len(server.text.splitlines()) == 2


async def test_no_secret_is_logged(tmp_path: Path) -> None:
    key = "sk-canary-5521"
    async with (
        place_with_model(tmp_path) as (place, _),
        running(
            place, "serve", "-v", OPENAI_API_KEY=key, OPENAI_BASE_URL="http://127.0.0.1:9/v1"
        ) as server,
    ):
        await server.until("State")
        async with place.client as client:
            assert key not in await ask(client, "c", "m")
        server.process.terminate()
        await server.end()
        assert key not in server.text
