"""A workspace in Slack that somebody asks in."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2

from aizuchi.simulator.slack import FakeSlack, Fault, Said, serving
from benchmarks.harness.apps import model_at
from benchmarks.harness.places import ROUND_TRIP_S, Called, Place, Refusing
from benchmarks.harness.speaker import Speaker

PATH = "/slack/events"
SIGNS = (
    "agents.sessions.setStatus",
    "assistant.threads.setStatus",
    "reactions.add",
    "reactions.remove",
)
LIMITED = ("ratelimited", "rate_limited")


def told_of(slack: FakeSlack) -> Mapping[str, str]:
    """The environment in which an app finds a Slack."""
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token if slack.state.socket_mode else "",
        "SLACK_API_BASE": slack.api_base,
        "SLACK_API_URL": slack.api_base,
    }


class Workspace(Place[Said]):
    """Each question begins a thread of its own."""

    writes = (
        "chat.startStream",
        "chat.appendStream",
        "chat.stopStream",
        "chat.postMessage",
        "chat.update",
    )
    signs = SIGNS
    appends = "chat.appendStream"

    def __init__(self, slack: FakeSlack, speaker: Speaker, client: httpx2.AsyncClient) -> None:
        super().__init__(slack.clock, speaker, client)
        self._slack, self._ann = slack, slack.person("ann")

    @property
    def environment(self) -> Mapping[str, str]:
        return {**told_of(self._slack), **model_at(self.speaker.base_url)}

    def deliver_to(self, port: int) -> None:
        self._slack.deliver_to(self.client, f"http://127.0.0.1:{port}{PATH}")

    async def _says(self) -> Said:
        return await self._ann.mentions("How is it?", self._slack.general)

    def _stands(self, said: Said) -> tuple[str, bool]:
        state, place = self._slack.state, (said.channel, said.thread)
        text = "".join(self._slack.answers(self._slack.general, said.thread))
        streams = any(state.is_streaming(message) for message in state.thread(*place))
        return text, streams or state.session_status(*place) == "processing"

    def _calls(self) -> list[Called]:
        calls = self._slack.state.calls
        return [Called(made.at, made.method, made.error in LIMITED) for made in calls]

    def _begin(self, refusing: Refusing | None) -> None:
        self._slack.state.calls.clear()

        def spoil(number: int, method: str) -> Fault | None:
            if refusing is None or method not in self.writes or not refusing.left_s():
                return None
            retry_after_s = math.ceil(refusing.left_s())
            refusing.said(retry_after_s)
            return Fault(status=429, retry_after=retry_after_s)

        self._slack.faults.spoil = spoil

    def _moved(self) -> asyncio.Event:
        return self._slack.state.moved


@asynccontextmanager
async def workspace(per_s: float, *, has_streams: bool) -> AsyncIterator[Workspace]:
    """A workspace of its own, with a model that says so many words a second."""
    slack = FakeSlack()
    slack.round_trip_s = ROUND_TRIP_S
    slack.state.has_streams = has_streams
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        serving(slack),
        Speaker(slack.clock, per_s).listening() as speaker,
    ):
        yield Workspace(slack, speaker, client)
