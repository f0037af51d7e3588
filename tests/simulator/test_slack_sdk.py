"""Slack's own clients are satisfied with the fake: slack_sdk over a network, slack_bolt in process.

They want real time and, with aiohttp beneath them, real sockets.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.simulator.slack_house import house

from aizuchi.simulator.slack import FakeSlack, serving

QUIETLY: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[FakeSlack, AsyncWebClient]]:
    async with serving(FakeSlack()) as slack:
        yield slack, AsyncWebClient(slack.bot_token, base_url=slack.api_base)


@pytest.mark.real_time
async def test_the_web_client_posts_edits_reads_and_deletes() -> None:
    async with listening() as (slack, client):
        general = slack.general.id
        me = await client.auth_test()
        posted = await client.chat_postMessage(channel=general, text="one", **QUIETLY)
        await client.chat_update(channel=general, ts=posted["ts"], markdown_text="**two**")
        await client.chat_postMessage(
            channel=general, text="three", thread_ts=posted["ts"], **QUIETLY
        )
        replies = await client.conversations_replies(channel=general, ts=posted["ts"])
        history = await client.conversations_history(channel=general, limit=5)
        info = await client.conversations_info(channel=general)
        await client.reactions_add(channel=general, timestamp=posted["ts"], name="eyes")

        assert me["bot_id"] == slack.team.bot_id
        assert [one["text"] for one in replies["messages"]] == ["**two**", "three"]
        assert [one["reply_count"] for one in history["messages"]] == [1]
        assert info["channel"]["is_member"]
        await client.chat_delete(channel=general, ts=posted["ts"])
        assert slack.answers(slack.general) == ["three"]
        slack.assert_clean()


@pytest.mark.real_time
async def test_the_streaming_helper_streams_an_answer() -> None:
    async with listening() as (slack, client):
        ann = slack.person("ann")
        said = await ann.mentions("hello", slack.general)
        stream = await client.chat_stream(
            channel=said.channel,
            thread_ts=said.thread,
            recipient_user_id=ann.id,
            recipient_team_id=slack.team.id,
            buffer_size=10,
            **QUIETLY,
        )
        for word in ("Here ", "is ", "a long ", "answer."):
            await stream.append(markdown_text=word)
        await stream.stop()

        assert slack.answers(slack.general, said.thread) == ["Here is a long answer."]
        assert slack.methods_called()[0] == "chat.startStream"
        assert slack.methods_called()[-1] == "chat.stopStream"
        slack.assert_clean()


@pytest.mark.real_time
async def test_the_web_client_raises_what_slack_refuses() -> None:
    async with listening() as (slack, client):
        with pytest.raises(SlackApiError) as missing:
            await client.chat_postMessage(channel="C404", text="x")
        for _ in range(4):
            await client.chat_postMessage(channel=slack.general.id, text="x")
        with pytest.raises(SlackApiError) as limited:
            await client.chat_postMessage(channel=slack.general.id, text="x")

        assert missing.value.response["error"] == "channel_not_found"
        assert limited.value.response.headers["Retry-After"] == "4"


@pytest.mark.real_time
async def test_the_sessions_of_an_agent_are_known_to_the_web_client() -> None:
    async with listening() as (slack, client):
        ann = slack.person("ann")
        said = await ann.dm("hello")
        place: dict[str, Any] = {"channel_id": said.channel, "thread_ts": said.thread}

        session = await client.agents_sessions_setStatus(
            **place, status="processing", title="Hello", initiator_user_id=ann.id
        )
        await client.assistant_threads_setStatus(**place, status="thinking…")

        assert (session["status"], session["title"]) == ("processing", "Hello")
        assert slack.thread(ann, ann.direct, said.thread).endswith("… working [Stop]")


@pytest.mark.real_time
async def test_the_webhook_client_answers_a_command() -> None:
    async with listening() as (slack, _):
        ann = slack.person("ann")
        said = await ann.command("/ask", "why?", slack.general)
        url = said.deliveries[0].parcel.payload["response_url"]

        responses = [await AsyncWebhookClient(url).send(text=f"answer {n}") for n in range(6)]

        assert [(one.status_code, one.body) for one in responses[4:]] == [
            (200, "ok"),
            (404, "used_url"),
        ]


@pytest.mark.real_time
async def test_the_socket_client_gets_events_and_answers_commands() -> None:
    async with listening() as (slack, client):
        slack.state.socket_mode = True
        socket = SocketModeClient(slack.app_token, web_client=client, ping_interval=1)
        got: list[SocketModeRequest] = []

        async def take(_: Any, request: SocketModeRequest) -> None:
            got.append(request)
            answer = {"text": "on it"} if request.type == "slash_commands" else None
            await socket.send_socket_mode_response(
                SocketModeResponse(request.envelope_id, payload=answer)
            )

        socket.socket_mode_request_listeners.append(take)
        await socket.connect()  # type: ignore[no-untyped-call]  # the library has no types here
        try:
            ann = slack.person("ann")
            said = await ann.mentions("hello", slack.general)
            await ann.command("/ask", "why?", slack.general)
            await slack.sockets.disconnect("refresh_requested")
            await until_connected(slack)
            again = await ann.dm("still there?")
        finally:
            await socket.close()  # type: ignore[no-untyped-call]  # nor here

        assert said.statuses == again.statuses == [200]
        assert [request.type for request in got] == [
            "events_api",
            "slash_commands",
            "events_api",
        ]
        assert got[0].payload["event"]["type"] == "app_mention"
        assert got[0].retry_attempt == 0
        assert "aizuchi (only you see this): on it" in slack.transcript(ann)


async def until_connected(slack: FakeSlack) -> None:
    while not slack.sockets.count:
        await slack.state.moved.wait()


class Now(Clock):
    """The fake's time, for the verifier."""

    def __init__(self, at: str) -> None:
        self._at = float(at)

    def now(self) -> float:
        return self._at


async def test_the_signature_verifier_accepts_what_is_delivered_and_nothing_else() -> None:
    async with house() as home:
        await home.ann.mentions("こんにちは", home.slack.general)
        await home.ann.command("/ask", "why?", home.slack.general)
        await home.ann.dm("forged", bad_signature=True)

        verdicts = [
            SignatureVerifier(
                home.slack.signing_secret, Now(noted.headers["x-slack-request-timestamp"])
            ).is_valid_request(noted.body, dict(noted.headers))
            for noted in home.bot.got
        ]
        assert verdicts == [True, True, False]


@pytest.mark.real_time
async def test_a_bolt_app_understands_every_kind_of_delivery() -> None:
    async with listening() as (slack, client):
        app = AsyncApp(signing_secret=slack.signing_secret, client=client)
        heard: list[str] = []

        @app.event("app_mention")
        async def _mention(event: dict[str, Any], say: Any) -> None:
            heard.append("mention")
            await say(text="hi", thread_ts=event["ts"], **QUIETLY)

        @app.event("message")
        async def _message(event: dict[str, Any]) -> None:
            heard.append(event["channel_type"])

        @app.command("/ask")
        async def _command(ack: Any, respond: Any) -> None:
            heard.append("command")
            await ack("one moment")
            await respond("because", **QUIETLY)

        @app.action("good")
        async def _click(ack: Any, action: dict[str, Any]) -> None:
            heard.append(action["value"])
            await ack()

        handler = AsyncSlackRequestHandler(app)

        async def events(request: Request) -> Response:
            return await handler.handle(request)

        bot = Starlette(routes=[Route("/slack/events", events, methods=["POST"])])
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(bot)) as deliver:
            slack.deliver_to(deliver, "http://bot.test/slack/events")
            ann = slack.person("ann")
            said = await ann.mentions("hello", slack.general)
            assert await slack.quiet(said)
            answer = slack.state.thread(slack.general.id, said.thread)[1]
            acks = [
                (await ann.dm("psst")).acks[0],
                (await ann.command("/ask", "why?", slack.general)).acks[0],
                (await ann.clicks(answer, "good", "yes")).acks[0],
                await slack.verifies_url("abc"),
                await slack.checks_ssl(),
                (await ann.dm("forged", bad_signature=True)).acks[0],
            ]

        assert [ack.status for ack in acks] == [200] * 5 + [401]
        assert heard == ["mention", "im", "command", "yes"]
        seen = slack.transcript(ann, slack.general)
        assert seen.startswith("#general\n    ann: @aizuchi hello\n        aizuchi: hi\n")
        assert "aizuchi (only you see this): one moment" in seen
        assert "aizuchi (only you see this): because" in seen
        slack.assert_clean()
