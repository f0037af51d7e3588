"""A Slack that somebody asks in, and what is to be seen there of each answer, and when."""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import httpx2

from aizuchi.simulator.slack import FakeSlack, Fault, Said, serving
from benchmarks.harness.seen import Run, Watched
from benchmarks.harness.speaker import Speaker

PATH = "/slack/events"
ROUND_TRIP_S = 0.1
QUIET_S = 1.0
"""What may still come once an answer is closed."""
SAYS: tuple[str, ...] = (
    "chat.startStream",
    "chat.appendStream",
    "chat.stopStream",
    "chat.postMessage",
    "chat.update",
)
SIGNS: tuple[str, ...] = (
    "agents.sessions.setStatus",
    "assistant.threads.setStatus",
    "reactions.add",
    "reactions.remove",
)
LIMITED = ("ratelimited", "rate_limited")
MINUTE_S = 60.0
PADDING = 4000


class Limit(NamedTuple):
    """From a moment on all that writes is refused, for so long."""

    after_s: float
    retry_after_s: float


class Refusing:
    """Refuses all that writes between two moments, and says how long."""

    def __init__(self, slack: FakeSlack, limit: Limit) -> None:
        self._clock = slack.clock
        self._from = slack.clock() + limit.after_s
        self._until = self._from + limit.retry_after_s
        self.over_at = 0.0

    def spoil(self, number: int, method: str) -> Fault | None:
        now = self._clock()
        if not (self._from <= now < self._until and method in SAYS):
            return None
        retry_after_s = math.ceil(self._until - now)
        self.over_at = now + ROUND_TRIP_S / 2 + retry_after_s
        return Fault(status=429, retry_after=retry_after_s)


def told_of(slack: FakeSlack, base_url: str) -> Mapping[str, str]:
    """The environment in which an app finds a Slack and a model."""
    return {
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token if slack.state.socket_mode else "",
        "SLACK_API_BASE": slack.api_base,
        "SLACK_API_URL": slack.api_base,
        "OPENAI_BASE_URL": base_url,
        "OPENAI_API_KEY": "none",
    }


class Workspace:
    """A fake Slack over HTTP and a model that speaks; an app is to be told of both."""

    def __init__(self, slack: FakeSlack, speaker: Speaker, client: httpx2.AsyncClient) -> None:
        self.slack, self.speaker = slack, speaker
        self._client = client
        self._ann = slack.person("ann")

    @property
    def environment(self) -> Mapping[str, str]:
        """What an app has to be told."""
        return told_of(self.slack, self.speaker.base_url)

    def deliver_to(self, port: int) -> None:
        self.slack.deliver_to(self._client, f"http://127.0.0.1:{port}{PATH}")

    async def ask(
        self, tokens: int, patience_s: float, streams: int = 1, limit: Limit | None = None
    ) -> Run:
        """Asks in so many threads at once; what is not there so long after the last word is given
        up."""
        self._begin(tokens, limit)
        refusing = Refusing(self.slack, limit) if limit else None
        self.slack.faults.spoil = refusing.spoil if refusing else lambda number, method: None
        said = [await self._ann.mentions("How is it?", self.slack.general) for _ in range(streams)]
        within_s = tokens / self.speaker.per_s + patience_s
        watched = await asyncio.gather(*(self._watch(one, within_s) for one in said))
        calls, over_at = self.slack.state.calls, refusing.over_at if refusing else 0.0
        return Run(
            [one.seen(ROUND_TRIP_S / 2, over_at) for one in watched],
            Counter(made.method for made in calls),
            sum(made.method in SAYS for made in calls),
            sum(made.method in SIGNS for made in calls),
            sum(made.error in LIMITED for made in calls),
            self._busiest_minute("chat.appendStream"),
            patience_s,
        )

    def _begin(self, tokens: int, limit: Limit | None) -> None:
        self.slack.state.calls.clear()
        self.speaker.spoken.clear()
        self.speaker.tokens = tokens
        self.speaker.padding = PADDING if limit else 0

    async def _watch(self, said: Said, within_s: float) -> Watched:
        watched = Watched()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not watched.is_closed:
                    await self._look(said, watched)
        await asyncio.sleep(QUIET_S)
        return watched

    async def _look(self, said: Said, watched: Watched) -> None:
        """Looks at the thread, and waits for the app's next call."""
        moved = self.slack.state.moved
        text = "".join(self.slack.answers(self.slack.general, said.thread))
        at_work = self._is_at_work(said)
        watched.stands(text, self.speaker.spoken, self.slack.clock(), at_work=at_work)
        if not watched.is_closed:
            await moved.wait()

    def _is_at_work(self, said: Said) -> bool:
        state, place = self.slack.state, (said.channel, said.thread)
        streams = any(state.is_streaming(message) for message in state.thread(*place))
        return streams or state.session_status(*place) == "processing"

    def _busiest_minute(self, method: str) -> int:
        """The most calls of a method that were taken in any minute."""
        calls = self.slack.state.calls
        times = [made.at for made in calls if made.method == method and not made.error]
        return max((sum(at <= other < at + MINUTE_S for other in times) for at in times), default=0)


@asynccontextmanager
async def workspace(per_s: float, **state: Any) -> AsyncIterator[Workspace]:
    """A workspace of its own, with a model that says so many words a second."""
    slack = FakeSlack()
    slack.round_trip_s = ROUND_TRIP_S
    for name, value in state.items():
        setattr(slack.state, name, value)
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        serving(slack),
        Speaker(slack.clock, per_s).listening() as speaker,
    ):
        yield Workspace(slack, speaker, client)
