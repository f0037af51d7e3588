"""What the Runtime API is told of a response: each piece as a chunk, and at the end what broke."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from aizuchi.errors import StoreUnavailable
from aizuchi.hosts.aws_lambda.bridge import Head
from aizuchi.hosts.aws_lambda.chat import Exchange, answered, behind_a_gateway
from aizuchi.hosts.aws_lambda.responding import Response
from aizuchi.hosts.aws_lambda.shifts import Offer, Opened, Shifts
from aizuchi.settings import is_loopback, load
from aizuchi.testing.lambda_.server import Reply, Request, served

EVENT = {"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}
HEAD = {"statusCode": 200, "headers": {"a": "b"}, "cookies": []}


class Api:
    """Lambda, as far as it takes responses."""

    def __init__(self) -> None:
        self.bodies: list[list[bytes]] = []
        self.requests: list[Request] = []

    async def answer(self, request: Request) -> Reply:
        self.bodies.append([chunk async for chunk in request.chunks()])
        self.requests.append(request)
        return Reply(202)


class Out:
    """What was said to a client."""

    def __init__(self) -> None:
        self.status, self.body = 0, b""
        self.is_all: bool | None = None

    async def begin(self, head: Head) -> None:
        self.status = head["statusCode"]

    async def say(self, body: bytes) -> None:
        self.body += body

    async def end(self, *, is_all: bool) -> None:
        assert self.is_all is None
        self.is_all = is_all


class Assistant:
    """One that takes requests as a test wants, and breaks at once where it is to."""

    def __init__(self, take: Offer[Exchange], breaks: Exception | None = None) -> None:
        self._take, self._breaks = take, breaks

    @asynccontextmanager
    async def open(self, left_s: float) -> AsyncIterator[Opened[Exchange]]:
        yield Opened(self, self._take)

    async def work(self) -> None:
        if self._breaks:
            raise self._breaks
        await asyncio.Event().wait()

    async def hand_back(self) -> None: ...

    async def rest(self) -> None: ...


async def said(assistant: Assistant, event: object = EVENT) -> Out:
    out, shifts = Out(), Shifts(assistant.open)
    await answered(shifts, event, out, 60)
    await shifts.close()
    return out


@pytest.mark.real_time
async def test_a_response_comes_in_the_pieces_that_were_said() -> None:
    api = Api()
    async with served(api.answer) as address:
        response = Response(address, "42")
        await response.begin(HEAD)
        await response.say(b"one")
        await response.say(b"")
        await response.say(b"two")
        await response.end(is_all=True)
    (request,) = api.requests
    assert request.path == "/2018-06-01/runtime/invocation/42/response"
    assert request.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert "lambda-runtime-function-error-type" not in request.headers
    prelude, *pieces = api.bodies[0]
    assert json.loads(prelude.removesuffix(bytes(8))) == HEAD
    assert pieces == [b"one", b"two"]


@pytest.mark.real_time
async def test_that_one_broke_off_stands_in_the_trailers() -> None:
    api = Api()
    async with served(api.answer) as address:
        response = Response(address, "42")
        await response.begin(HEAD)
        await response.end(is_all=False)
    (request,) = api.requests
    assert request.headers["lambda-runtime-function-error-type"] == "Aizuchi.BrokenOff"
    told = json.loads(b64decode(request.headers["lambda-runtime-function-error-body"]))
    assert told["errorType"] == "BrokenOff"


# ── whatever happens, something is said ──────────────────────────────────────


async def test_a_response_that_breaks_in_the_middle_is_ended_as_broken() -> None:
    async def take(exchange: Exchange) -> bool:
        await exchange.send({"type": "http.response.start", "status": 200, "headers": []})
        await exchange.send({"type": "http.response.body", "body": b"one", "more_body": True})
        raise ValueError("no more of it")

    out = await said(Assistant(take))
    assert (out.status, out.body, out.is_all) == (200, b"one", False)


@pytest.mark.parametrize(
    ("breaks", "status", "words"),
    [
        (StoreUnavailable("The table is gone.", "Bring it back."), 503, b"Try again shortly"),
        (ValueError("a secret of ours"), 500, b"number"),
    ],
)
async def test_an_assistant_that_broke_is_told_in_words(
    breaks: Exception, status: int, words: bytes
) -> None:
    async def take(exchange: Exchange) -> bool:
        await asyncio.Event().wait()
        return True

    out = await said(Assistant(take, breaks))
    assert (out.status, out.is_all) == (status, True)
    assert words in out.body
    assert b"table" not in out.body
    assert b"secret" not in out.body


@pytest.mark.parametrize("event", [None, [], {}, {"Records": [{"body": "x"}]}])
async def test_what_is_no_request_is_told_so(event: object) -> None:
    async def take(exchange: Exchange) -> bool:
        raise AssertionError("nothing is taken")

    out = await said(Assistant(take), event)
    assert (out.status, out.is_all) == (400, True)


async def test_who_does_not_let_go_at_the_deadline_is_told_too() -> None:
    async def take(exchange: Exchange) -> bool:
        await asyncio.Event().wait()
        return True

    out = await said(Assistant(take))
    assert (out.status, out.is_all) == (503, True)


# ── behind a gateway ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("environment", "is_open"),
    [
        ({}, False),
        ({"AIZUCHI_WEB_TOKEN": "long and random"}, True),
        ({"AIZUCHI_WEB_TOKEN": "long and random", "AIZUCHI__WEB__ENABLED": "false"}, False),
    ],
)
def test_the_web_is_open_by_the_operators_token_alone(
    environment: Mapping[str, str], is_open: bool, tmp_path: Path
) -> None:
    given = {**environment, "SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"}
    (tmp_path / "aizuchi.toml").touch()
    settings = behind_a_gateway(load(tmp_path / "aizuchi.toml", given))
    assert settings.web.enabled is is_open
    assert settings.surfaces == ()
    assert not is_loopback(settings.server.host)
