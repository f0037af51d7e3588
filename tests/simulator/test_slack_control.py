"""The fake Slack worked from outside, as `aizuchi trigger` does it; and its sockets without one."""

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from tests.simulator.slack_house import Bot, House, house

from aizuchi.simulator.slack import Points


class Answering(Bot):
    """An app that answers every mention after a while, by a post and an edit."""

    def __init__(self, home: House) -> None:
        super().__init__()
        self._home = home
        self.answers: set[asyncio.Task[None]] = set()

    async def _take(self, request: Request) -> Response:
        response = await super()._take(request)
        self.answers.add(asyncio.create_task(self._answer(self.got[-1].event)))
        return response

    async def _answer(self, event: dict[str, Any]) -> None:
        await asyncio.sleep(5)
        ts = await self._home.posted("thinking", thread_ts=event["ts"])
        await asyncio.sleep(1)
        await self._home.call(
            "chat.update", channel=event["channel"], ts=ts, markdown_text="It is so."
        )


async def ordered(home: House, what: str, token: str = "", **order: Any) -> httpx2.Response:
    headers = {"authorization": f"Bearer {token or home.slack.control_token}"}
    url = f"{home.slack.address}/control/{what}"
    return await home.client.post(url, headers=headers, json=order, timeout=None)


def answering(home: House) -> Answering:
    bot = Answering(home)
    home.listen(bot)
    return bot


async def test_a_mention_from_outside_comes_back_as_a_transcript_of_its_answer() -> None:
    async with house() as home:
        bot = answering(home)

        seen = (await ordered(home, "mention", text="Is it?", times=3)).json()
        await asyncio.gather(*bot.answers)

        assert seen["statuses"] == [200] * 3
        assert seen["quiet"]
        assert "ann: @aizuchi Is it?" in seen["transcript"]
        assert "aizuchi: It is so. (edited)" in seen["transcript"]
        assert seen["findings"] == []


async def test_an_order_without_an_answer_ends_at_its_bound() -> None:
    async with house() as home:
        began = home.slack.clock()

        seen = (await ordered(home, "dm", text="Is it?", within_s=20)).json()

        assert (seen["statuses"], seen["quiet"]) == ([200], False)
        assert home.slack.clock() - began == pytest.approx(20)


async def test_a_bad_signature_is_told_at_once() -> None:
    async with house() as home:
        home.bot.reply = Response(status_code=401)
        began = home.slack.clock()

        seen = (await ordered(home, "command", text="x", bad_signature=True)).json()

        assert (seen["statuses"], seen["quiet"]) == ([401], False)
        assert home.slack.clock() - began < 1


async def test_a_stop_from_outside_finds_its_thread() -> None:
    async with house() as home:
        said = await home.ann.dm("hello")
        place = {"channel_id": said.channel, "thread_ts": said.thread}
        early = await ordered(home, "stop", thread=said.thread)
        await home.call("agents.sessions.setStatus", **place, status="processing")

        stopped = (await ordered(home, "stop", thread=said.thread, within_s=1)).json()

        assert "there is no Stop button" in early.json()["error"]
        assert stopped["statuses"] == [200]
        assert stopped["transcript"].endswith("ann: hello\n        … working [Stop]")
        assert home.bot.got[-1].event["type"] == "agent_session_stopped"


async def test_what_is_wrong_elsewhere_is_not_told_here() -> None:
    async with house() as home:
        other = await home.ann.dm("hello")
        bot = answering(home)
        place = {"channel_id": other.channel, "thread_ts": other.thread}
        await home.call("agents.sessions.setStatus", **place, status="processing")

        seen = (await ordered(home, "mention", text="Is it?")).json()
        await asyncio.gather(*bot.answers)

        assert seen["findings"] == []
        assert home.slack.findings() == [
            f"the session of {other.thread} in ann is still processing"
        ]


async def test_nobody_else_gives_orders() -> None:
    async with house() as home:
        assert (await ordered(home, "dm", token="guessed")).status_code == 401


@pytest.mark.parametrize(
    ("what", "order", "words"),
    [
        ("dance", {}, "nobody can 'dance'"),
        ("dm", {"colour": "red"}, "colour='red' is not understood"),
        ("dm", {"file": {"name": "a", "type": "b", "content": "!"}}, "a file has a name, a type"),
        ("dm", {"file": {"name": "a"}}, "a file has a name, a type"),
        ("dm", {"times": 0}, "times=0 is not between 1 and 100"),
        ("dm", {"times": "three"}, "times='three' is not understood"),
        ("stop", {"thread": "1.0"}, "there is no thread '1.0'"),
    ],
)
async def test_an_order_that_cannot_be_says_why(
    what: str, order: dict[str, Any], words: str
) -> None:
    async with house() as home:
        refused = await ordered(home, what, **order)

        assert refused.status_code == 400
        assert words in refused.json()["error"]


async def test_without_a_connection_events_come_again_and_are_lost_in_the_end() -> None:
    async with house() as home:
        home.slack.state.socket_mode = True

        said = await home.ann.dm("hello")
        await asyncio.sleep(1_000)

        assert [ack.reason for ack in said.deliveries[0].acks] == ["no_connection"] * 4
        assert home.bot.got == []


@pytest.mark.parametrize("most", [50, 1])
async def test_addresses_to_connect_to_have_their_budget(most: int) -> None:
    async with house(Points(opens_per_minute=most)) as home:
        home.slack.state.socket_mode = True

        opened = [
            await home.asked("apps.connections.open", home.slack.app_token) for _ in range(most + 1)
        ]

        assert opened[0].json()["url"].startswith("ws://slack.test/link/")
        assert [one.status_code for one in opened[-2:]] == [200, 429]


async def test_the_apps_token_and_the_bots_are_not_mistaken() -> None:
    async with house() as home:
        opened = await home.call("apps.connections.open")
        posted = await home.call("chat.postMessage", home.slack.app_token, channel="C1")

        assert opened["error"] == posted["error"] == "not_allowed_token_type"
