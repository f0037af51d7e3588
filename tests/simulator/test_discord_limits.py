"""The fake Discord's rate limits: buckets and their headers, the whole, and what counts as bad."""

import asyncio
from typing import Any

import pytest
from tests.simulator.discord_house import House, code, house

from aizuchi.simulator.discord import Fault, Points

POST = "POST /channels/{channel}/messages"


async def test_a_bucket_tells_what_is_left_of_it() -> None:
    async with house() as home:
        told = [(await home.posts(str(number))).headers for number in range(5)]

        assert [one["x-ratelimit-remaining"] for one in told] == ["4", "3", "2", "1", "0"]
        assert told[0]["x-ratelimit-limit"] == "5"
        assert float(told[0]["x-ratelimit-reset-after"]) == pytest.approx(5)
        assert len({one["x-ratelimit-bucket"] for one in told}) == 1


async def test_a_bucket_that_is_empty_says_when_it_is_full_again() -> None:
    async with house() as home:
        for number in range(5):
            await home.posts(str(number))
        await asyncio.sleep(1)
        limited = await home.posts("one more")
        await asyncio.sleep(float(limited.json()["retry_after"]))
        after = await home.posts("later")

        assert limited.status_code == 429
        assert limited.json() == {
            "message": "You are being rate limited.",
            "retry_after": 4.0,
            "global": False,
        }
        assert limited.headers["retry-after"] == "4"
        assert limited.headers["x-ratelimit-scope"] == "user"
        assert after.status_code == 200
        assert home.discord.invalid_requests() == 1


async def test_each_channel_and_each_token_has_its_own() -> None:
    async with house() as home:
        other = home.discord.channel("other")
        for number in range(5):
            await home.posts(str(number))
        elsewhere = await home.call("POST", f"/channels/{other.id}/messages", {"content": "x"})
        one, two = await home.asks(), await home.asks()
        for number in range(5):
            await home.fills(one, str(number))

        assert elsewhere.status_code == 200
        assert (await home.fills(one, "x")).status_code == 429
        assert (await home.fills(two, "x")).status_code == 200


async def test_the_bot_has_fifty_calls_a_second_and_interactions_do_not_count() -> None:
    async with house() as home:
        said = await home.asks()
        statuses = [(await home.call("GET", "/users/@me")).status_code for _ in range(51)]
        limited = await home.call("GET", "/users/@me")

        assert statuses == [200] * 50 + [429]
        assert limited.json()["global"]
        assert limited.headers["x-ratelimit-global"] == "true"
        assert (await home.fills(said, "x")).status_code == 200


@pytest.mark.parametrize(
    ("scope", "words", "counted"),
    [
        ("user", "You are being rate limited.", 1),
        ("global", "You are being rate limited.", 1),
        ("shared", "The resource is being rate limited.", 0),
    ],
)
async def test_a_limit_may_be_ordered(scope: Any, words: str, counted: int) -> None:
    async with house() as home:
        home.discord.faults.order(Fault(status=429, scope=scope, retry_after=1336.57), POST)
        limited = await home.posts()

        assert limited.headers["x-ratelimit-scope"] == scope
        assert limited.headers["retry-after"] == "1337"
        assert limited.json() == {
            "message": words,
            "retry_after": 1336.57,
            "global": scope == "global",
        }
        assert home.discord.invalid_requests() == counted


async def test_ten_thousand_bad_calls_are_a_ban() -> None:
    async with house() as home:
        for _ in range(10_000):
            home.discord.rest.budgets.note(401, home.discord.clock())
        banned = await home.call("GET", "/users/@me")
        home.discord.advance(601)
        later = await home.call("GET", "/users/@me")

        assert (banned.status_code, later.status_code) == (429, 200)
        assert home.discord.findings() == ["banned: 10,000 invalid calls in ten minutes"]


async def test_buckets_need_not_be_told() -> None:
    async with house(Points(buckets_are_told=False)) as home:
        assert "x-ratelimit-limit" not in (await home.posts()).headers


async def put(home: House, *commands: Any) -> Any:
    path = f"/applications/{home.discord.app_id}/commands"
    return await home.call("PUT", path, [*commands])


async def test_two_hundred_commands_may_be_created_in_a_day() -> None:
    async with house(Points(command_bucket=(1000, 1.0))) as home:
        for day in range(2):
            names = [{"name": f"n{day}-{n}", "description": "x"} for n in range(99)]
            assert (await put(home, *names)).status_code == 200
        names = [{"name": f"m{n}", "description": "x"} for n in range(5)]
        refused = await put(home, *names)
        home.discord.advance(86_401)

        assert code(refused) == (400, 30034)
        assert (await put(home, *names)).status_code == 200
