"""Each open point of Discord's behaviour changes what it says it does, and nothing needs a patch.

Those that are not here stand beside what they are about, in the other tests of the fake Discord.
"""

import asyncio
from typing import Any

import pytest
from tests.simulator.discord_house import QUIETLY, USER_AGENT, House, code, house
from tests.simulator.discord_link import Link, connected

from aizuchi.simulator.discord import FLIPPED, Points, name_of

EITHER = pytest.mark.parametrize("flag", [True, False])
REFUSALS = pytest.mark.parametrize("refusal", [(401, 50027), (404, 10015)])


def test_every_open_point_can_be_flipped_once() -> None:
    assert [name_of(points) for points in FLIPPED] == list(Points._fields)


@REFUSALS
async def test_a_token_that_is_too_old_has_different_words(refusal: tuple[int, int]) -> None:
    async with house(Points(expired_token=refusal)) as home:
        said = await home.asks()
        home.discord.advance(901)

        assert code(await home.fills(said, "x")) == refusal


@REFUSALS
async def test_a_token_that_died_early_has_different_words(refusal: tuple[int, int]) -> None:
    async with house(Points(early_death=refusal)) as home:
        said = await home.asks()
        home.discord.kill(said.interaction)

        assert code(await home.fills(said, "x")) == refusal


@pytest.mark.parametrize("refusal", [(404, 10015), (404, 10008)])
async def test_before_the_acknowledgement_there_are_different_words(
    refusal: tuple[int, int],
) -> None:
    async with house(Points(unacknowledged=refusal)) as home:
        said = await home.asks(bad_signature=True)

        assert code(await home.fills(said, "x")) == refusal


@pytest.mark.parametrize(("lasts_s", "count"), [(180.0, 1), (60.0, 2)])
async def test_a_nonce_is_remembered_for_so_long(lasts_s: float, count: int) -> None:
    async with house(Points(nonce_lasts_s=lasts_s)) as home:
        for _ in range(2):
            await home.posts("hello", nonce="abc", enforce_nonce=True)
            home.discord.advance(100)

        assert len(home.discord.answers(home.discord.general)) == count


@EITHER
async def test_a_follow_up_while_thinking_may_stand_by_itself(flag: bool) -> None:
    async with house(Points(followup_fills=flag)) as home:
        said = await home.asks()
        await home.call("POST", home.hook(said), {"content": "here", **QUIETLY})

        left = ["here"] if flag else ["thinking…", "here"]
        assert home.discord.answers(home.discord.general) == left


@EITHER
async def test_a_bot_may_take_thinking_away(flag: bool) -> None:
    async with house(Points(bot_edits_thinking=flag)) as home:
        message = home.discord.shown(await home.asks())
        place = f"/channels/{message.channel}/messages/{message.id}"

        assert (await home.call("DELETE", place)).status_code == (204 if flag else 403)


async def counted(home: House, method: str, path: str, fields: Any = None) -> int:
    """How many of ten calls are let through at once."""
    sent = [await home.call(method, path, fields) for _ in range(10)]
    return sum(one.is_success for one in sent)


@pytest.mark.parametrize("most", [1, 5])
async def test_every_bucket_has_its_size(most: int) -> None:
    size = (most, 5.0)
    points = Points(
        post_bucket=size,
        edit_bucket=size,
        webhook_bucket=size,
        read_bucket=size,
        command_bucket=size,
    )
    async with house(points) as home:
        hello = {"content": "hello", **QUIETLY}
        said = await home.ann.mentions("hello", home.discord.general)
        channel = f"/channels/{said.channel}/messages"
        asked = await home.asks()
        thinking = home.discord.shown(asked)

        assert [
            await counted(home, "POST", channel, hello),
            await counted(home, "PATCH", f"{channel}/{thinking.id}", hello),
            await counted(home, "PATCH", home.original(asked), hello),
            await counted(home, "GET", channel),
            await counted(home, "GET", f"/applications/{home.discord.app_id}/commands"),
        ] == [most] * 5


@pytest.mark.parametrize("most", [3, 50])
async def test_the_bot_has_so_many_calls_a_second(most: int) -> None:
    async with house(Points(global_per_s=most)) as home:
        assert await counted(home, "GET", "/users/@me") == min(most, 10)


@EITHER
async def test_answers_may_need_a_user_agent_too(flag: bool) -> None:
    async with house(Points(agents_of_answers_count=flag)) as home:
        said = await home.asks()
        url = home.discord.api_base + home.original(said)
        bare = await home.client.patch(url, json={"content": "x", **QUIETLY})
        named = await home.client.get(url, headers={"user-agent": USER_AGENT})

        assert (bare.status_code, named.status_code) == (403 if flag else 200, 200)
        assert any("is none" in one for one in home.discord.findings())


@EITHER
async def test_a_ping_in_code_may_reach_people(flag: bool) -> None:
    async with house(Points(pings_in_code=flag)) as home:
        text = f"look: `<@{home.ann.id}>`\n```\n<@{home.ann.id}>\n```"
        await home.posts(text, allowed_mentions={"parse": ["users"]})

        assert len(home.discord.findings()) == flag


@pytest.mark.parametrize(("lives_s", "op"), [(180.0, 0), (5.0, 9)])
async def test_a_session_lives_so_long_without_a_connection(lives_s: float, op: int) -> None:
    async with house(Points(session_lives_s=lives_s)) as home:
        first, second = Link(home), Link(home)
        async with connected(home, first):
            await first.identify()
            await first.leave()
        await asyncio.sleep(10)
        async with connected(home, second):
            await second.resume(first.events("READY")[0]["session_id"], first.seq)

            assert second.frames[-1]["op"] == op


@pytest.mark.parametrize("every_s", [41.25, 5.0])
async def test_the_gateway_wants_to_hear_so_often(every_s: float) -> None:
    async with house(Points(heartbeat_s=every_s)) as home:
        link = Link(home)
        async with connected(home, link):
            await asyncio.sleep(every_s * 1.4)
            alive = not link.closed.is_set()
            await asyncio.sleep(every_s * 0.2)

            assert alive
            assert link.frames[0]["d"] == {"heartbeat_interval": every_s * 1000}
            assert link.code == 4009
