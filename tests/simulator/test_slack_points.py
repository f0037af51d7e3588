"""Each open point of Slack's behaviour changes what it says it does, and nothing needs a patch."""

import asyncio
from typing import Any

import pytest
from tests.simulator.slack_house import House, house

from aizuchi.simulator.slack import FLIPPED, Points, name_of

EITHER = pytest.mark.parametrize("flag", [True, False])


def test_every_open_point_can_be_flipped_once() -> None:
    assert [name_of(points) for points in FLIPPED] == list(Points._fields)


async def start(home: House, **given: Any) -> dict[str, Any]:
    place = {"channel": home.slack.general.id, "recipient_user_id": home.ann.id}
    return await home.call(
        "chat.startStream", **place, recipient_team_id=home.slack.team.id, **given
    )


@EITHER
async def test_a_stream_in_a_channel_may_need_no_thread(flag: bool) -> None:
    async with house(Points(stream_needs_thread=flag)) as home:
        assert (await start(home))["ok"] is not flag


@EITHER
async def test_streams_may_come_back_as_events(flag: bool) -> None:
    async with house(Points(stream_events=flag)) as home:
        home.slack.state.subscribed.add("message.channels")
        ts = await home.posted()
        stream = await start(home, thread_ts=ts, markdown_text="one")
        await home.call("chat.stopStream", channel=home.slack.general.id, ts=stream["ts"])
        await asyncio.sleep(1)

        assert len(home.bot.events) == (3 if flag else 1)


@pytest.mark.parametrize("error", ["stopped_by_user", "message_not_in_streaming_state"])
async def test_a_stream_that_was_stopped_says_so_again_or_not(error: str) -> None:
    async with house(Points(stopped_again=error)) as home:
        ts = await home.posted()
        stream = await start(home, thread_ts=ts)
        place = {"channel": home.slack.general.id, "ts": stream["ts"]}
        await home.ann.stops(home.slack.general, ts)

        first, second = [
            await home.call("chat.appendStream", **place, markdown_text="x") for _ in range(2)
        ]

        assert (first["error"], second["error"]) == ("stopped_by_user", error)


async def test_what_is_not_there_has_different_names() -> None:
    async with house(Points(no_streaming="method_deprecated", no_agent="x")) as home:
        home.slack.state.has_streams = home.slack.state.has_agent_view = False
        place = {"channel_id": home.slack.general.id, "status": "active"}

        assert (await start(home))["error"] == "method_deprecated"
        assert (await home.call("agents.sessions.setStatus", **place))["error"] == "x"


async def test_a_workspace_takes_so_many_posts() -> None:
    async with house(Points(posts_per_minute=2)) as home:
        places = [home.slack.channel(f"c{number}").id for number in range(3)]

        statuses = [
            (await home.asked("chat.postMessage", json={"channel": place, "text": "x"})).status_code
            for place in places
        ]

        assert statuses == [200, 200, 429]


async def test_threads_may_be_read_seldom_and_little() -> None:
    async with house(Points(reads_per_minute=1, reads_at_most=2)) as home:
        root = await home.posted()
        await home.posted(thread_ts=root)
        await home.posted(thread_ts=root)
        place = {"channel": home.slack.general.id, "ts": root, "limit": 50}

        read = await home.read("conversations.replies", **place)
        again = await home.read("conversations.replies", **place)

        assert (len(read["messages"]), read["has_more"]) == (2, True)
        assert again["error"] == "ratelimited"


@EITHER
async def test_the_twins_of_a_mention_come_in_either_order(flag: bool) -> None:
    async with house(Points(message_twin_first=flag)) as home:
        home.slack.state.subscribed.add("message.channels")

        await home.ann.mentions("hello", home.slack.general)

        first = "message" if flag else "app_mention"
        assert home.bot.events[0] == first


@EITHER
async def test_a_ping_in_code_may_reach_people(flag: bool) -> None:
    async with house(Points(pings_in_code=flag)) as home:
        await home.posted("look: `<!here>`\n```\n<!channel>\n```")

        assert len(home.slack.findings()) == flag


@EITHER
async def test_an_edit_may_make_names_active(flag: bool) -> None:
    async with house(Points(update_parses_names=flag)) as home:
        ts = await home.posted()
        place = {"channel": home.slack.general.id, "ts": ts, "text": "hello @channel"}
        await home.call("chat.update", **place)

        assert len(home.slack.findings()) == flag
        await home.call("chat.update", **place, parse="none")
        home.slack.assert_clean()


@EITHER
async def test_what_is_ephemeral_may_be_lost_in_a_quiet_thread(flag: bool) -> None:
    async with house(Points(quiet_ephemeral=flag)) as home:
        said = await home.ann.mentions("hello", home.slack.general)
        place = {"channel": said.channel, "user": home.ann.id, "thread_ts": said.thread}

        await home.call("chat.postEphemeral", **place, text="psst")

        assert ("psst" in home.slack.transcript(home.ann)) is not flag
