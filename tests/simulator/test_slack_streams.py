"""The fake Slack's streams, sessions, commands and clicks, and what a person sees of them."""

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse, Response
from tests.simulator.slack_house import House, house

from aizuchi.simulator.slack import CannotDo, Fault, Points, Said


class Streaming:
    """A stream that answers what ann has said."""

    def __init__(self, home: House, said: Said, ts: str) -> None:
        self._home, self.said, self.ts = home, said, ts

    async def append(self, text: str = "more", **given: Any) -> str:
        given = given or {"markdown_text": text}
        return await self._call("chat.appendStream", **given)

    async def stop(self, **given: Any) -> str:
        return await self._call("chat.stopStream", **given)

    async def edit(self, text: str) -> str:
        return await self._call("chat.update", markdown_text=text)

    async def _call(self, method: str, **given: Any) -> str:
        """The error's name, or nothing."""
        answer = await self._home.call(method, channel=self.said.channel, ts=self.ts, **given)
        return str(answer.get("error", ""))

    @property
    def shown(self) -> str:
        home = self._home
        channel = home.slack.state.channels[self.said.channel]
        return home.slack.thread(home.ann, channel, self.said.thread).split("\n", 1)[1].strip()


async def streaming(home: House, **given: Any) -> Streaming:
    said = await home.ann.mentions("hello", home.slack.general)
    started = await home.call(
        "chat.startStream",
        channel=said.channel,
        thread_ts=said.thread,
        recipient_user_id=home.ann.id,
        recipient_team_id=home.slack.team.id,
        unfurl_links=False,
        unfurl_media=False,
        **given,
    )
    assert started["ok"], started
    return Streaming(home, said, started["ts"])


async def test_a_stream_grows_and_ends() -> None:
    async with house() as home:
        stream = await streaming(home, markdown_text="one")
        assert stream.shown == "aizuchi: one ▌"
        assert await stream.append(" two") == ""
        assert await stream.stop(markdown_text=" three", blocks=[{"type": "divider"}]) == ""

        assert stream.shown == "aizuchi: one two three\n            ───"
        assert await stream.append() == "message_not_in_streaming_state"
        home.slack.assert_clean()


@pytest.mark.parametrize("lives_s", [300, 270])
async def test_a_stream_breaks_after_its_time_until_it_is_edited(lives_s: int) -> None:
    async with house(Points(stream_lives_s=lives_s)) as home:
        stream = await streaming(home, markdown_text="one")
        await asyncio.sleep(lives_s - 1)
        assert await stream.append(" two") == ""
        await asyncio.sleep(1)

        assert await stream.append(" three") == "message_not_in_streaming_state"
        assert await stream.stop() == "message_not_in_streaming_state"
        assert "[broken: this message never ended]" in stream.shown
        assert "is broken" in home.slack.findings()[0]
        assert await stream.edit("one two three") == ""
        assert stream.shown == "aizuchi: one two three (edited)"
        home.slack.assert_clean()


async def test_a_stream_may_also_break_when_it_is_idle() -> None:
    async with house(Points(stream_idle_s=120)) as home:
        stream = await streaming(home, markdown_text="one")
        await asyncio.sleep(100)
        assert await stream.append() == ""
        await asyncio.sleep(120)

        assert await stream.append() == "message_not_in_streaming_state"


async def test_an_open_stream_cannot_be_edited() -> None:
    async with house() as home:
        stream = await streaming(home, markdown_text="one")

        assert await stream.edit("two") == "streaming_state_conflict"
        assert "still streams" in home.slack.findings()[0]


async def test_a_stream_of_text_takes_no_chunks_and_one_of_chunks_shows_its_tasks() -> None:
    async with house() as home:
        text = await streaming(home, markdown_text="one")
        chunks = [{"type": "markdown_text", "text": " two"}]
        task = {"type": "task_update", "id": "1", "title": "Searching", "status": "in_progress"}
        assert await text.append(chunks=chunks) == "streaming_mode_mismatch"

        both = await streaming(home, chunks=[task])
        assert await both.append(chunks=chunks) == ""
        assert await both.append(chunks=[{"type": "dance"}]) == "invalid_chunks"
        assert "[in_progress] Searching" in both.shown
        assert await both.stop() == ""
        assert "[error] Searching" in both.shown


async def test_a_stream_holds_so_much_text() -> None:
    async with house() as home:
        stream = await streaming(home, markdown_text="x" * 11_999)

        assert await stream.append("xx") == "msg_too_long"
        assert await stream.append("x") == ""
        assert await stream.append("") == "no_text"


@pytest.mark.parametrize(
    ("without", "error"),
    [
        ("recipient_user_id", "missing_recipient_user_id"),
        ("recipient_team_id", "missing_recipient_team_id"),
        ("thread_ts", "invalid_arguments"),
    ],
)
async def test_a_stream_in_a_channel_says_for_whom_and_where(without: str, error: str) -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general)
        given: dict[str, Any] = {
            "recipient_user_id": home.ann.id,
            "recipient_team_id": home.slack.team.id,
        }
        given |= {"channel": said.channel, "thread_ts": said.thread}

        given.pop(without)
        refused = await home.call("chat.startStream", **given)

        assert refused["error"] == error


async def test_in_direct_messages_nobody_needs_to_be_named() -> None:
    async with house() as home:
        said = await home.ann.dm("hello")

        started = await home.call("chat.startStream", channel=said.channel, thread_ts=said.thread)

        assert started["ok"]


async def test_a_workspace_may_have_no_streams_and_an_app_be_no_agent() -> None:
    async with house() as home:
        home.slack.state.has_streams = home.slack.state.has_agent_view = False
        said = await home.ann.dm("hello")
        place = {"channel_id": said.channel, "thread_ts": said.thread, "status": "processing"}

        started = await home.call("chat.startStream", channel=said.channel)
        session = await home.call("agents.sessions.setStatus", **place)

        assert (started["error"], session["error"]) == ("unknown_method", "feature_disabled")


async def test_stop_ends_the_streams_of_a_thread_and_is_told() -> None:
    async with house() as home:
        stream = await streaming(home, markdown_text="one")
        said = await home.ann.mentions("another", home.slack.general)

        stopped = await home.ann.stops(home.slack.general, stream.said.thread)

        event = home.bot.got[-1].event
        assert event["type"] == "agent_session_stopped"
        assert (event["thread_ts"], event["user"]) == (stream.said.thread, home.ann.id)
        assert event["streaming_message_ts"] == [stream.ts]
        assert stopped.statuses == [200]
        assert await stream.append() == "stopped_by_user"
        assert stream.shown == "aizuchi: one [stopped]"
        with pytest.raises(CannotDo, match="nothing is at work"):
            await home.ann.stops(home.slack.general, said.thread)


async def test_a_session_works_until_it_is_told_otherwise_or_an_hour_has_passed() -> None:
    async with house() as home:
        said = await home.ann.dm("hello")
        place = {"channel_id": said.channel, "thread_ts": said.thread}

        await home.call("agents.sessions.setStatus", **place, status="processing")
        assert "still processing" in home.slack.findings()[0]
        await asyncio.sleep(3_601)

        home.slack.assert_clean()
        wrong = await home.call("agents.sessions.setStatus", **place, status="thinking…")
        assert wrong["error"] == "invalid_arguments"


async def test_without_its_stop_event_a_session_warns() -> None:
    async with house() as home:
        home.slack.state.subscribed.discard("agent_session_stopped")
        said = await home.ann.dm("hello")
        place = {"channel_id": said.channel, "thread_ts": said.thread, "status": "processing"}

        session = await home.call("agents.sessions.setStatus", **place)

        assert session["warning"] == "missing_agent_session_stopped_event_subscription"


async def test_a_stream_that_stops_leaves_its_session_active() -> None:
    async with house() as home:
        stream = await streaming(home, markdown_text="one")
        place = {"channel_id": stream.said.channel, "thread_ts": stream.said.thread}
        await home.call("agents.sessions.setStatus", **place, status="processing")

        await stream.stop()

        assert home.slack.state.session_status(*place.values()) == "active"


async def test_a_status_line_goes_with_the_answer_or_after_two_minutes() -> None:
    async with house() as home:
        said = await home.ann.mentions("hello", home.slack.general)
        place = {"channel_id": said.channel, "thread_ts": said.thread, "status": "thinks"}

        await home.call("assistant.threads.setStatus", **place)
        assert home.slack.transcript(home.ann).endswith("… thinks")
        await asyncio.sleep(120)
        assert home.slack.transcript(home.ann).endswith("hello")
        await home.call("assistant.threads.setStatus", **place)
        await home.posted("hi", thread_ts=said.thread)

        assert home.slack.transcript(home.ann).endswith("aizuchi: hi")


# ── commands ──────────────────────────────────────────────────────────────────


async def respond(home: House, said: Said, **given: Any) -> tuple[int, str]:
    url = said.deliveries[0].parcel.payload["response_url"]
    response = await home.client.post(url, json=given)
    return response.status_code, response.text


async def test_an_address_for_answers_lasts_five_uses() -> None:
    async with house() as home:
        bob = home.slack.person("bob")
        said = await home.ann.command("/mameka", "why?", home.slack.general)
        form = home.bot.got[0].form

        uses = [await respond(home, said, text=f"answer {n}") for n in range(6)]

        assert (form["command"], form["text"]) == ("/mameka", "why?")
        assert uses == [(200, "ok")] * 5 + [(404, "used_url")]
        assert "aizuchi (only you see this): answer 4" in home.slack.transcript(home.ann)
        assert home.slack.transcript(bob) == ""


@pytest.mark.parametrize(
    ("form", "body"), [("text", "expired_url"), ("json", '{"ok": false, "error": "expired_url"}')]
)
async def test_an_address_for_answers_lasts_half_an_hour(form: str, body: str) -> None:
    async with house(Points(response_url_errors="json" if form == "json" else "text")) as home:
        said = await home.ann.command("/mameka", "why?", home.slack.general)
        await asyncio.sleep(1_799)
        good = await respond(home, said, text="because", response_type="in_channel")
        await asyncio.sleep(1)

        assert good == (200, "ok")
        assert await respond(home, said, text="late") == (404, body)
        assert home.slack.answers(home.slack.general) == ["because"]


async def test_a_lost_answer_to_a_command_stands_all_the_same() -> None:
    async with house() as home:
        said = await home.ann.command("/mameka", "why?", home.slack.general)
        home.slack.faults.order(Fault(lost="reply"), "response_url")

        with pytest.raises(httpx2.RemoteProtocolError):
            await respond(home, said, text="because", response_type="in_channel")

        assert home.slack.answers(home.slack.general) == ["because"]


async def test_an_acknowledgement_can_be_an_answer() -> None:
    async with house() as home:
        home.bot.reply = JSONResponse({"response_type": "in_channel", "text": "on it"})

        await home.ann.command("/mameka", "why?", home.slack.general)

        assert home.slack.transcript(home.ann) == (
            "#general\n    ann: /mameka why?\n    aizuchi: on it"
        )


@pytest.mark.parametrize(("retried", "deliveries"), [(False, 1), (True, 4)])
async def test_a_command_that_fails_is_told_to_its_author(retried: bool, deliveries: int) -> None:
    async with house(Points(commands_are_retried=retried)) as home:
        home.bot.reply = Response(status_code=503)

        await home.ann.command("/mameka", "why?")
        await asyncio.sleep(1_000)

        assert "failed with the error “dispatch_failed”" in home.slack.transcript(home.ann)
        assert len(home.bot.got) == deliveries


async def test_a_click_replaces_the_message_it_was_on() -> None:
    async with house() as home:
        ts = await home.posted("Sure?")
        message = home.slack.state.messages[home.slack.general.id, ts]

        said = await home.ann.clicks(message, "yes", "42")
        await respond(home, said, text="Done.", replace_original=True)

        click = home.bot.got[0].json
        assert click["type"] == "block_actions"
        assert click["actions"][0]["value"] == "42"
        assert home.slack.answers(home.slack.general) == ["Done."]
