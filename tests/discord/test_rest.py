"""Calls of Discord's API: who makes them, when they may leave, and what becomes of each."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import httpx2
import pytest

from aizuchi.operations import Busy, Doubtful, Refused
from aizuchi.surfaces.discord.buckets import GLOBAL, Buckets, Route
from aizuchi.surfaces.discord.mends import ERRORS, MENDS
from aizuchi.surfaces.discord.rest import USER_AGENT, Answer, Call, File, Rest

BASE = "https://discord.test/api/v10"
POST = Call("POST", "/channels/{}/messages", ("7",))
FILL = Call("PATCH", "/webhooks/{}/{}/messages/{}", ("1", "tok/en", "@original"), by_bot=False)
Respond = Callable[[httpx2.Request], httpx2.Response]


class Line:
    """What went over the line, and who answers there."""

    def __init__(self, respond: Respond) -> None:
        self.requests: list[httpx2.Request] = []
        self._respond = respond

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self._respond(request)


@asynccontextmanager
async def calling(respond: Respond, token: str = "t0ken") -> AsyncIterator[tuple[Rest, Line]]:
    line = Line(respond)
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(line)) as client:
        yield Rest(client, f"{BASE}/", token), line


def says(status: int = 200, body: object = None, **headers: str) -> Respond:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx2.Response(
        status, json={"id": "9"} if body is None else body, headers=named
    )


async def test_the_bots_calls_carry_its_token_and_those_of_an_interaction_none() -> None:
    async with calling(says()) as (rest, line):
        assert await rest.call(POST, {"content": "雨"}) == Answer({"id": "9"})
        await rest.call(FILL, {"content": "雨"})
    first, second = line.requests
    assert str(first.url) == f"{BASE}/channels/7/messages"
    assert first.headers["authorization"] == "Bot t0ken"
    assert str(second.url) == f"{BASE}/webhooks/1/tok%2Fen/messages/@original"
    assert "authorization" not in second.headers
    for request in line.requests:
        assert request.headers["user-agent"] == USER_AGENT
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.content) == {"content": "雨"}


def test_the_user_agent_is_of_the_form_that_discord_asks_for() -> None:
    assert USER_AGENT.startswith("DiscordBot (https://")
    assert USER_AGENT.endswith(")")


async def test_without_a_token_the_bot_does_not_call() -> None:
    async with calling(says(), token="") as (rest, line):
        refused = await rest.call(POST, {})
        assert isinstance(refused, Refused)
        assert (refused.code, "DISCORD_BOT_TOKEN" in refused.mend) == ("no_token", True)
        assert await rest.call(FILL, {}) == Answer({"id": "9"})
    assert len(line.requests) == 1


async def test_a_file_goes_along_with_what_is_said() -> None:
    async with calling(says()) as (rest, line):
        await rest.call(FILL, {"flags": 4}, file=File("answer.md", "雨".encode()))
    body = line.requests[0].content
    assert b'name="payload_json"' in body
    assert b'"attachments": [{"id": 0, "filename": "answer.md"}]' in body
    assert b'name="files[0]"; filename="answer.md"' in body
    assert "雨".encode() in body


async def test_a_list_is_read_and_what_is_unreadable_is_in_doubt() -> None:
    async with calling(says(body=[{"id": "1"}, 3])) as (rest, _):
        assert await rest.call(POST) == Answer(listed=[{"id": "1"}])
    async with calling(lambda _: httpx2.Response(200, content=b"<html>")) as (rest, _):
        assert await rest.call(POST) == Doubtful()
    async with calling(lambda _: httpx2.Response(204)) as (rest, _):
        assert await rest.call(POST) == Answer({})


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"code": 50027}, "invalid_webhook_token"),
        (401, {"code": 0}, "unauthorized"),
        (403, {"code": 50013}, "missing_permissions"),
        (403, {"code": 12345}, "forbidden"),
        (404, {"code": 10062}, "unknown_interaction"),
        (404, {"code": 10008}, "unknown_message"),
        (404, "not JSON's own", "not_found"),
        (400, {"code": 50035}, "invalid_form_body"),
        (400, {"code": 99999}, "error_99999"),
        (418, {}, "error_418"),
    ],
)
async def test_a_refusal_has_a_name(status: int, body: object, code: str) -> None:
    async with calling(says(status, body)) as (rest, line):
        refused = await rest.call(POST, {})
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert refused.mend == MENDS.get(code, "")
    assert len(line.requests) == 1


def test_what_has_a_mend_can_happen() -> None:
    others = {"no_token", "in_doubt", "forbidden", "unauthorized"}
    assert MENDS.keys() <= {*ERRORS.values(), *others}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 301])
async def test_trouble_on_discords_side_leaves_doubt_and_no_second_call(status: int) -> None:
    async with calling(says(status, {})) as (rest, line):
        assert await rest.call(POST, {}) == Doubtful()
    assert len(line.requests) == 1


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (httpx2.ConnectError, Busy),
        (httpx2.ConnectTimeout, Busy),
        (httpx2.ReadTimeout, Doubtful),
        (httpx2.ReadError, Doubtful),
        (httpx2.RemoteProtocolError, Doubtful),
    ],
)
async def test_where_no_reply_came_it_counts_whether_the_call_left(
    error: type[httpx2.TransportError], reply: type[Busy | Doubtful]
) -> None:
    def fail(request: httpx2.Request) -> httpx2.Response:
        raise error("no", request=request)

    async with calling(fail) as (rest, line):
        assert isinstance(await rest.call(POST, {}), reply)
    assert len(line.requests) == 1


# ── when a call may leave ─────────────────────────────────────────────────────


async def test_a_bucket_that_is_used_up_is_not_called_before_it_is_full_again() -> None:
    spent = says(x_ratelimit_bucket="b", x_ratelimit_remaining="0", x_ratelimit_reset_after="2.5")
    async with calling(spent) as (rest, line):
        await rest.call(POST, {})
        assert await rest.call(POST, {}) == Busy(2.5)
        assert isinstance(await rest.call(POST._replace(ids=("8",)), {}), Answer)
        await asyncio.sleep(2.6)
        assert isinstance(await rest.call(POST, {}), Answer)
    assert len(line.requests) == 3


async def test_routes_of_one_bucket_wait_for_each_other() -> None:
    def spend() -> Iterator[httpx2.Response]:
        named = {"x-ratelimit-bucket": "b", "x-ratelimit-remaining": "3"}
        yield httpx2.Response(200, json={}, headers=named)
        used = {**named, "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "2"}
        yield httpx2.Response(200, json={}, headers=used)

    responses, follow = spend(), Call("POST", "/webhooks/{}/{}", FILL.ids[:2], by_bot=False)
    async with calling(lambda _: next(responses)) as (rest, _):
        await rest.call(follow, {})
        await rest.call(FILL, {})
        assert await rest.call(FILL, {}) == Busy(2.0)
        buckets = rest._buckets
        buckets.saw(follow.route, {"x-ratelimit-bucket": "b"}, 0.0)
        assert await rest.call(follow, {}) == Busy(2.0)


@pytest.mark.parametrize(
    ("body", "headers", "wait_s"),
    [
        ({"retry_after": 1.25}, {"retry_after": "2"}, 1.25),
        ({}, {"retry_after": "3"}, 3.0),
        ("no object", {}, 2.0),
        ({"retry_after": "soon"}, {}, 2.0),
        ({"retry_after": 0}, {}, 2.0),
    ],
)
async def test_too_many_requests_say_how_long_to_wait(
    body: object, headers: dict[str, str], wait_s: float
) -> None:
    async with calling(says(429, body, **headers)) as (rest, _):
        assert await rest.call(POST, {}) == Busy(wait_s)


async def test_a_global_limit_stops_the_bot_and_no_interaction() -> None:
    limited = says(429, {"retry_after": 4.0, "global": True})
    async with calling(
        lambda request: (limited if "channels" in str(request.url) else says())(request)
    ) as (rest, _):
        await rest.call(POST, {})
        assert await rest.call(POST._replace(ids=("8",)), {}) == Busy(4.0)
        assert isinstance(await rest.call(FILL, {}), Answer)


async def test_the_bot_as_a_whole_keeps_below_what_discord_allows() -> None:
    async with calling(says()) as (rest, line):
        calls = [await rest.call(POST._replace(ids=(str(number),)), {}) for number in range(60)]
        assert sum(isinstance(reply, Busy) for reply in calls) == 60 - GLOBAL.burst
    assert len(line.requests) == GLOBAL.burst


def test_what_is_known_of_buckets_has_a_bound() -> None:
    buckets = Buckets()
    for number in range(10_001):
        route = Route("POST", "/x", str(number))
        buckets.saw(route, {"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "9"}, number)
    assert len(buckets._closed_until) <= 6_000
    assert buckets.wait_s(Route("POST", "/x", "10000"), 10_000.0, by_bot=False) == 9.0
