"""What the fake Slack delivers, when, and to whom."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import Response
from tests.simulator.slack_house import Bot, house

from aizuchi.simulator.slack import CannotDo, Points


async def test_a_mention_is_one_event_and_two_where_channel_messages_are_heard_too() -> None:
    async with house() as home:
        await home.ann.mentions("hello", home.slack.general)
        home.slack.state.subscribed.add("message.channels")
        await home.ann.mentions("hello again", home.slack.general)

        assert home.bot.events == ["app_mention", "app_mention", "message"]
        first, mention, twin = (noted.json for noted in home.bot.got)
        assert mention["event_id"] != twin["event_id"]
        assert mention["event"]["ts"] == twin["event"]["ts"] != first["event"]["ts"]
        assert first["event"]["text"] == f"<@{home.slack.team.bot_user}> hello"


async def test_a_direct_message_says_its_channel_type() -> None:
    async with house() as home:
        said = await home.ann.dm("psst")

        event = home.bot.got[0].event
        assert (event["channel_type"], event["text"]) == ("im", "psst")
        assert (event["channel"], event["ts"]) == (said.channel, said.thread)


async def test_what_is_not_acknowledged_comes_again_at_once_after_a_minute_and_after_five() -> None:
    async with house() as home:
        home.bot.reply = Response(status_code=503)
        began = home.slack.clock()

        said = await home.ann.dm("psst")
        await asyncio.sleep(1_000)

        retries = [noted.headers.get("x-slack-retry-num") for noted in home.bot.got]
        assert retries == [None, "1", "2", "3"]
        assert home.bot.got[1].headers["x-slack-retry-reason"] == "http_error"
        times = [int(noted.headers["x-slack-request-timestamp"]) - began for noted in home.bot.got]
        assert times == [0, 0, 60, 360]
        assert len({noted.json["event_id"] for noted in home.bot.got}) == 1
        assert [ack.status for ack in said.deliveries[0].acks] == [503] * 4


class Slow(Bot):
    """An app that takes ten seconds for everything."""

    finished = 0

    async def _take(self, request: Request) -> Response:
        response = await super()._take(request)
        await asyncio.sleep(10)
        self.finished += 1
        return response


async def test_what_takes_too_long_comes_again_while_the_first_still_runs() -> None:
    async with house() as home:
        slow = Slow()
        home.listen(slow)

        said = await home.ann.dm("psst")
        await asyncio.sleep(0.1)
        by_then = (len(slow.got), slow.finished)
        await asyncio.sleep(1_000)

        assert said.acks[0].reason == "http_timeout"
        assert by_then == (2, 0)
        assert slow.got[1].headers["x-slack-retry-reason"] == "http_timeout"
        assert (len(slow.got), slow.finished) == (4, 4)


async def test_no_retry_is_obeyed() -> None:
    async with house() as home:
        home.bot.reply = Response(status_code=503, headers={"x-slack-no-retry": "1"})

        await home.ann.dm("psst")
        await asyncio.sleep(1_000)

        assert len(home.bot.got) == 1


async def test_time_that_a_test_lets_pass_brings_the_retries() -> None:
    async with house() as home:
        home.bot.reply = Response(status_code=500)
        await home.ann.dm("psst")
        await asyncio.sleep(0.1)
        before = len(home.bot.got)

        home.slack.advance(60)
        await asyncio.sleep(0.1)

        assert (before, len(home.bot.got)) == (2, 3)


async def test_copies_of_one_delivery_come_at_once() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general, times=4)

        assert said.statuses == [200] * 4
        assert len({noted.json["event_id"] for noted in home.bot.got}) == 1


async def test_the_apps_own_messages_and_edits_come_back() -> None:
    async with house() as home:
        home.slack.state.subscribed.add("message.channels")
        ts = await home.posted("hello")
        await home.call("chat.update", channel=home.slack.general.id, ts=ts, text="hi")
        await asyncio.sleep(1)

        post, edit = (noted.event for noted in home.bot.got)
        assert post["bot_id"] == home.slack.team.bot_id
        assert "subtype" not in post
        assert (edit["subtype"], edit["hidden"]) == ("message_changed", True)
        assert edit["message"]["text"] == "hi"
        assert edit["previous_message"]["text"] == "hello"


async def test_a_private_channel_that_the_app_is_not_in_is_silent() -> None:
    async with house() as home:
        secret = home.slack.channel("secret", "group", home.ann, invited=False)

        await home.ann.mentions("hello", secret)

        assert home.bot.got == []


@pytest.mark.parametrize("reaches", [True, False])
async def test_a_mention_where_the_app_is_a_guest(reaches: bool) -> None:
    async with house(Points(mention_reaches_guest=reaches)) as home:
        other = home.slack.channel("other", "channel", home.ann, invited=False)

        await home.ann.mentions("hello", other)

        assert len(home.bot.got) == reaches


async def test_somebody_of_another_organisation_is_told_apart() -> None:
    async with house() as home:
        guest = home.slack.person("guest", outside="T9OTHER")
        home.slack.join(guest, home.slack.general)

        await guest.mentions("hello", home.slack.general)

        got = home.bot.got[0].json
        assert got["is_ext_shared_channel"]
        assert got["team_id"] == home.slack.team.id
        assert got["event"]["user_team"] == got["event"]["team"] == "T9OTHER"


async def test_nobody_writes_where_they_cannot() -> None:
    async with house() as home:
        home.slack.general.archived = True

        with pytest.raises(CannotDo, match="archived"):
            await home.ann.mentions("hello", home.slack.general)


async def test_the_address_is_verified_with_a_challenge() -> None:
    async with house() as home:
        await home.slack.verifies_url("abc")
        await home.slack.checks_ssl()

        assert home.bot.got[0].json["challenge"] == "abc"
        assert home.bot.got[1].form["ssl_check"] == "1"


async def test_what_somebody_types_is_escaped_and_shown_as_it_was_typed() -> None:
    async with house() as home:
        await home.ann.dm(f"1 < 2 && <@{home.ann.id}> &lt;")
        await home.call("chat.postMessage", channel=home.ann.direct.id, text="&lt;b&gt; &amp;lt;")

        assert home.bot.got[0].event["text"] == f"1 &lt; 2 &amp;&amp; <@{home.ann.id}> &amp;lt;"
        assert home.slack.transcript(home.ann) == (
            "direct messages\n    ann: 1 < 2 && @ann &lt;\n    aizuchi: <b> &lt;"
        )
