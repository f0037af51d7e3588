"""The fake model's refusals: what it is told to refuse, and what OpenAI would."""

import asyncio
import json
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import pytest
from tests.simulator.asking import Got, ask, question, request

from aizuchi.simulator.model import CANARY, fake_model
from aizuchi.simulator.model.refusals import REFUSALS

pytestmark = pytest.mark.real_time

HEADERS_WITH_CANARY = ("x-request-id", "openai-organization", "www-authenticate")


def has_canary_everywhere(got: Got) -> bool:
    """Whether each text field of the error and each header that is the endpoint's own has it."""
    error = got.json().get("error") or got.json()
    texts = [one for name, one in error.items() if isinstance(one, str) and name != "object"]
    own = [got.headers[name] for name in HEADERS_WITH_CANARY]
    return len(texts) > 1 and all(CANARY in text for text in [*texts, *own])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 529])
async def test_it_refuses_with_any_status(status: int) -> None:
    async with fake_model() as model:
        got = await ask(model, question(f"fake:fail={status}"))
    assert got.status == status
    assert "retry-after" not in got.headers
    assert has_canary_everywhere(got)


@pytest.mark.parametrize("fail", REFUSALS)
async def test_it_refuses_in_the_words_of_each_server(fail: str) -> None:
    async with fake_model() as model:
        got = await ask(model, question(f"fake:fail={fail}"))
    assert got.status == 400
    assert has_canary_everywhere(got)


async def test_a_refusal_says_when_to_come_back_in_each_form() -> None:
    names = [f"fake:fail=429,retry_after=7,retry_form={form}" for form in ("seconds", "ms", "date")]
    async with fake_model() as model:
        seconds, ms, date = [(await ask(model, question(name))).headers for name in names]
    assert seconds["retry-after"] == "7"
    assert ms["retry-after-ms"] == "7000"
    assert 5 < parsedate_to_datetime(date["retry-after"]).timestamp() - time() <= 7


async def test_a_prompt_beyond_the_context_is_refused() -> None:
    async with fake_model() as model:
        short = await ask(model, question("fake:context=5,vendor=llamacpp", "one two three"))
        long = await ask(model, question("fake:context=5,vendor=llamacpp", "word " * 6))
    assert short.status == 200
    assert long.json()["error"]["type"].startswith("exceed_context_size_error")


async def test_an_older_server_refuses_stream_options() -> None:
    name = "fake:stream_options=refused"
    async with fake_model() as model:
        refused = await ask(model, question(name, stream_options={"include_usage": True}))
        taken = await ask(model, question(name))
    assert (refused.status, taken.status) == (400, 200)
    assert "stream_options" in refused.json()["error"]["message"]


SAID = {"role": "user", "content": "Hi"}
BAD: dict[str, tuple[Any, str]] = {
    "no-json": (b"{", ""),
    "no-object": ([1], ""),
    "no-model": ({"messages": [SAID]}, ""),
    "no-messages": ({"model": "fake"}, "messages"),
    "empty-messages": ({"model": "fake", "messages": []}, "messages"),
    "messages-are-text": ({"model": "fake", "messages": "Hi"}, "messages"),
    "model-is-a-number": ({"model": 4, "messages": [SAID]}, "model"),
    "message-is-text": ({"model": "fake", "messages": ["Hi"]}, "messages[0]"),
    "no-role": ({"model": "fake", "messages": [{"content": "Hi"}]}, "messages[0].role"),
    "bad-role": (question() | {"messages": [SAID | {"role": "bot"}]}, "messages[0].role"),
    "no-content": (question() | {"messages": [{"role": "user"}]}, "messages[0].content"),
    "bad-content": (question() | {"messages": [SAID | {"content": 4}]}, "messages[0].content"),
    "stream-is-text": (question(stream="yes"), "stream"),
    "hot": (question(temperature=3), "temperature"),
    "temperature-is-text": (question(temperature="warm"), "temperature"),
    "no-tokens": (question(max_tokens=0), "max_tokens"),
    "half-a-token": (question(max_tokens=1.5), "max_tokens"),
    "true-tokens": (question(max_tokens=True), "max_tokens"),
    "unknown": (question(frobnicate=1), "frobnicate"),
    "options-without-stream": (
        question(stream=False, stream_options={"include_usage": True}),
        "stream_options",
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_request_that_openai_refuses_is_refused(name: str) -> None:
    body, param = BAD[name]
    async with fake_model() as model:
        got = await ask(model, body if isinstance(body, bytes) else json.dumps(body).encode())
    assert got.status == 400
    error = got.json()["error"]
    assert error["type"].split()[0] == "invalid_request_error"
    assert error["param"].removesuffix(CANARY).strip() == param


async def test_the_key_is_checked_where_one_is_set() -> None:
    async with fake_model(api_key="secret") as model:
        without = await ask(model)
        wrong = await ask(model, authorization="Bearer wrong")
        right = await ask(model, authorization="Bearer secret")
        models = await request(model, "GET", "/v1/models")
    assert [one.status for one in (without, wrong, right, models)] == [401, 401, 200, 401]
    assert len(model.received) == 1


async def test_a_wrong_path_is_not_found() -> None:
    async with fake_model() as model:
        got = await request(model, "POST", "/chat/completions", b"{}")
    assert got.status == 404


async def test_what_is_no_http_ends_the_connection() -> None:
    async with fake_model() as model:
        reader, writer = await asyncio.open_connection("127.0.0.1", model.port)
        writer.write(b"hello\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
