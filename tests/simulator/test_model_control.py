"""Telling the fake model what to do: by a script, by a model's name, as a process."""

import asyncio
import json
import os
import signal
import sys

import pytest
from tests.simulator.asking import ask, question, request

from aizuchi.simulator.model import BadBehaviour, Behaviour, fake_model
from aizuchi.simulator.model.behaviour import of_json, of_name

pytestmark = pytest.mark.real_time


def test_a_name_says_what_to_do() -> None:
    assert of_name("fake:pace=50,tokens=40,first=0.2") == Behaviour(tokens=40, pace=50, first=0.2)
    assert of_name("fake:fail=429,retry_after=2,null=1").null
    assert of_name("gpt-5-mini") == of_name("fake") == of_name("fake:") == Behaviour()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"tokes": 1}, "there is no 'tokes'"),
        ({"tokens": "many"}, "tokens cannot be 'many'"),
        ({"end": "bang"}, "it is one of stop"),
        ({"end": ["stop"]}, "it is one of stop"),
        ({"fail": "200"}, "a status from 300"),
        ("cut", "a behaviour is an object"),
    ],
)
def test_a_bad_behaviour_is_told_with_what_there_is(given: object, says: str) -> None:
    with pytest.raises(BadBehaviour, match=says):
        of_json(given)


async def test_a_bad_name_is_told_to_whoever_asks() -> None:
    async with fake_model() as model:
        got = await ask(model, question("fake:tokes=3"))
    assert got.status == 400
    assert "there is no 'tokes'" in got.json()["error"]["message"]


async def test_each_request_takes_one_of_a_script_and_the_last_one_repeats() -> None:
    script = json.dumps([{"fail": "503"}, {"tokens": 3}, {"tokens": 1}]).encode()
    async with fake_model() as model:
        assert (await request(model, "POST", "/_control/script", script)).status == 200
        got = [await ask(model, question("fake:fail=500")) for _ in range(4)]
    assert [one.status for one in got] == [503, 200, 200, 200]
    assert [one.text.count(" ") for one in got[1:]] == [3, 1, 1]


@pytest.mark.parametrize("script", [b"{}", b"[", b'[{"tokes": 1}]'])
async def test_a_bad_script_changes_nothing(script: bytes) -> None:
    async with fake_model() as model:
        assert (await request(model, "POST", "/_control/script", script)).status == 400
        assert (await ask(model)).status == 200


async def test_what_was_received_is_told_in_order_and_forgotten_at_a_reset() -> None:
    async with fake_model(api_key="secret") as model:
        for text in ("one", "two"):
            await ask(model, question(text=text), authorization="Bearer secret")
        told = (await request(model, "GET", "/_control/requests")).json()
        assert (await request(model, "POST", "/_control/reset")).status == 200
        after = (await request(model, "GET", "/_control/requests")).json()
    assert [one["body"]["messages"][0]["content"] for one in told] == ["one", "two"]
    assert [one["call"] for one in told] == [1, 2]
    assert told[0]["headers"]["authorization"] == "Bearer secret"
    assert after == []


async def test_many_ask_at_once() -> None:
    async with fake_model() as model:
        asked = [ask(model, question("fake:tokens=20,pace=200", str(one))) for one in range(50)]
        got = await asyncio.gather(*asked)
    assert all(one.whole and one.text.count(" ") == 20 for one in got)
    assert len({one.text.split(".")[0] for one in got}) == 50


async def test_the_models_are_listed() -> None:
    async with fake_model() as model:
        listed = (await request(model, "GET", "/v1/models")).json()
    assert [one["id"] for one in listed["data"]] == ["fake"]


async def test_it_is_a_process_that_prints_its_address_and_ends_when_asked() -> None:
    command = (sys.executable, "-m", "aizuchi.simulator.model", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    base_url = json.loads(await process.stdout.readline())["base_url"]
    port = int(base_url.removeprefix("http://127.0.0.1:").removesuffix("/v1"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/models HTTP/1.1\r\n\r\n")
    assert b"200 OK" in await reader.readline()
    os.kill(process.pid, signal.SIGTERM)
    assert await process.wait() == -signal.SIGTERM
    writer.close()
