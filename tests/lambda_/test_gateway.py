"""HTTP reaches a function as API Gateway and function URLs bring it, and streams come back live."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from aizuchi.testing.asgi_client import AsgiClient
from aizuchi.testing.lambda_ import Spec, gateway_of, running
from aizuchi.testing.lambda_.events import Asked, Form, answer_of, event_of

FOLDER = Path(__file__).parent / "functions"
STREAMING = (str(FOLDER / "streaming.py"),)


def asked(body: bytes = b"", **more: Any) -> Asked:
    headers = [("Host", "a.test"), ("X-Twice", "1"), ("X-Twice", "2"), ("Cookie", "a=1; b=2")]
    kind = more.pop("kind", "application/json")
    return Asked("POST", "/slack/ev%20ents", "a=1&a=2&b=", [*headers, ("Content-Type", kind)], body)


def test_a_function_is_found_by_its_name_and_over_tls() -> None:
    event = json.loads(event_of(asked(), "url"))
    assert event["requestContext"]["domainName"] == event["headers"]["host"] == "a.test"
    assert event["headers"]["x-forwarded-proto"] == "https"


def test_format_2_has_small_letters_and_joins_what_comes_twice() -> None:
    event = json.loads(event_of(asked(b'{"a":1}'), "v2"))
    assert event["headers"]["x-twice"] == "1,2"
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert (event["rawPath"], event["rawQueryString"]) == ("/slack/ev ents", "a=1&a=2&b=")
    assert (event["body"], event["isBase64Encoded"]) == ('{"a":1}', False)
    assert event["requestContext"]["http"]["method"] == "POST"


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/x-www-form-urlencoded", b"a=1"), ("application/json", b"\xff"), ("", b"x")],
)
def test_format_2_has_other_bodies_in_base64(kind: str, body: bytes) -> None:
    event = json.loads(event_of(asked(body, kind=kind), "url"))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == body


def test_format_1_keeps_letters_and_every_value() -> None:
    event = json.loads(event_of(asked(b"a=1"), "v1"))
    assert event["headers"]["X-Twice"] == "2"
    assert event["multiValueHeaders"]["X-Twice"] == ["1", "2"]
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}
    assert (event["httpMethod"], event["body"]) == ("POST", "a=1")


@pytest.mark.parametrize(
    ("returned", "form", "status", "body"),
    [
        ({"statusCode": 401, "body": "no"}, "v1", 401, b"no"),
        ({"statusCode": 200, "body": "eA==", "isBase64Encoded": True}, "v2", 200, b"x"),
        ({"a": 1}, "v2", 200, b'{"a": 1}'),
        ({"a": 1}, "v1", 502, b'{"message": "Internal Server Error"}'),
        ({"statusCode": "200"}, "v2", 500, b'{"message": "Internal Server Error"}'),
    ],
)
def test_what_a_function_returns_becomes_an_answer(
    returned: Any, form: Form, status: int, body: bytes
) -> None:
    answer = answer_of(json.dumps(returned).encode(), form)
    assert (answer.status, answer.body) == (status, body)


def test_an_answer_may_set_several_cookies() -> None:
    returned = {"statusCode": 200, "headers": {"a": "b"}, "cookies": ["x=1", "y=2"]}
    answer = answer_of(json.dumps(returned).encode(), "v2")
    assert answer.headers == [("a", "b"), ("set-cookie", "x=1"), ("set-cookie", "y=2")]


@pytest.mark.real_time
@pytest.mark.parametrize("form", ["v1", "v2", "url"])
async def test_a_request_goes_through_to_the_function_and_back(form: Form) -> None:
    async with running(Spec("handlers.echo", FOLDER)) as function:
        transport = httpx2.ASGITransport(gateway_of(function, form))
        async with httpx2.AsyncClient(transport=transport, base_url="http://bot.test") as client:
            answer = await client.post("/a?b=c", content=b"{}", timeout=30)
        assert (answer.status_code, answer.headers["x-a"]) == (200, "b")
        assert answer.json()["body"] in ("{}", base64.b64encode(b"{}").decode())


@pytest.mark.real_time
async def test_what_fails_behind_it_says_nothing_of_itself() -> None:
    async with running(Spec("handlers.fail", FOLDER)) as function:
        transport = httpx2.ASGITransport(gateway_of(function))
        async with httpx2.AsyncClient(transport=transport, base_url="http://bot.test") as client:
            answer = await client.get("/", timeout=30)
        assert (answer.status_code, answer.text) == (500, '{"message": "Internal Server Error"}')


@pytest.mark.real_time
async def test_a_stream_comes_piece_by_piece() -> None:
    async with running(Spec("well", FOLDER, command=STREAMING)) as function:
        invocation = function.begin(b"{}")
        seen = [(asyncio.get_running_loop().time(), chunk) async for chunk in invocation.chunks()]
        assert [chunk for _, chunk in seen if chunk] == [
            f"data: {number}\n\n".encode() for number in range(4)
        ]
        assert invocation.prelude["statusCode"] == 201
        assert seen[-1][0] - seen[0][0] > 0.25
        assert (await invocation.outcome()).is_good


@pytest.mark.real_time
async def test_a_stream_goes_through_a_function_url() -> None:
    async with running(Spec("well", FOLDER, command=STREAMING)) as function:
        transport = httpx2.ASGITransport(gateway_of(function, "url", streams=True))
        async with httpx2.AsyncClient(transport=transport, base_url="http://bot.test") as client:
            answer = await client.get("/", timeout=30)
        assert (answer.status_code, answer.headers["content-type"]) == (201, "text/event-stream")
        assert answer.text.count("data:") == 4


@pytest.mark.real_time
async def test_a_stream_that_breaks_off_is_a_failure() -> None:
    async with running(Spec("breaks", FOLDER, command=STREAMING)) as function:
        failed = await function.invoke(b"{}")
        assert (failed.kind, failed.json()["errorType"]) == ("failed", "Broken")


@pytest.mark.real_time
async def test_its_client_sees_that_it_broke_off() -> None:
    async with running(Spec("breaks", FOLDER, command=STREAMING)) as function:
        client = AsgiClient(gateway_of(function, "url", streams=True))
        async with client.open("GET", "/") as connection:
            assert await connection.read_all() == b"data: 0\n\ndata: 1\n\n"
            assert not connection.is_whole


@pytest.mark.real_time
async def test_that_a_client_left_no_function_is_told() -> None:
    async with running(Spec("well", FOLDER, command=STREAMING)) as function:
        client = AsgiClient(gateway_of(function, "url", streams=True))
        async with client.open("GET", "/") as leaving:
            await leaving.read()
        (invocation,) = function.invocations
        assert (await invocation.outcome()).payload.count(b"data:") == 4


@pytest.mark.real_time
async def test_a_wrapper_may_start_something_else(tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(f'#!/bin/sh\nexec "$1" {STREAMING[0]} well\n', "utf-8")
    wrapper.chmod(0o755)
    environ = {"AWS_LAMBDA_EXEC_WRAPPER": str(wrapper)}
    async with running(Spec("handlers.echo", FOLDER, environ)) as function:
        assert (await function.invoke(b"{}")).payload.count(b"data:") == 4
