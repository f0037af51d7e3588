"""An assistant on Slack that is started, killed and started again, and what people see of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx2

from aizuchi.simulator.model import Behaviour, FakeModel, fake_model
from aizuchi.simulator.slack import FakeSlack, Said, serving
from aizuchi.simulator.slack.deliveries import Attempt
from aizuchi.simulator.slack.things import Message
from benchmarks.harness.home import folder
from benchmarks.harness.process import Child, Failed
from benchmarks.harness.slack import PATH, SIGNS, told_of
from benchmarks.harness.slack_apps import App

ANSWER = Behaviour(tokens=40, pace=40, first=0.2)
ANSWER_S = 1.2
POLL_S = 0.02
WORD = re.compile(r"(\d+)\.(\d+)\.\d+")
RETRY = Attempt(1, "http_timeout")


class Lives:
    """A Slack, a model, and one assistant after another on the same folder."""

    def __init__(
        self,
        app: App,
        home: Path,
        slack: FakeSlack,
        model: FakeModel,
        client: httpx2.AsyncClient,
        more: Mapping[str, str],
    ) -> None:
        self.slack, self.model, self._more = slack, model, more
        self.ann = slack.person("ann")
        self._app, self._home, self._client = app, home, client
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        assert self._child
        return self._child.pid

    async def start(self, ahead_s: float = 0.0) -> None:
        """Returns when the assistant is ready; its clock is so much ahead of ours."""
        told = {**told_of(self.slack, self.model.base_url), **self._more}
        clock = {"AIZUCHI_BENCH_AHEAD_S": str(ahead_s)} if ahead_s else {}
        self._child = await asyncio.to_thread(
            self._app.start, self._home, {**told, **clock}, self.model.port
        )
        await asyncio.to_thread(self._child.__enter__)
        self.slack.deliver_to(self._client, f"http://127.0.0.1:{self._child.port}{PATH}")
        if self._app.socket:
            await self.connected("Slack", lambda: self.slack.sockets.count > 0)

    async def connected(self, platform: str, is_connected: Callable[[], bool]) -> None:
        if not await self._until(is_connected):
            raise Failed(f"{self._app.name} did not connect to {platform}")

    async def kill(self) -> None:
        if self._child:
            await asyncio.to_thread(self._child.kill)
            self._child = None

    async def ask(self, text: str, thread: str = "", *, times: int = 1) -> Said:
        return await self.ann.mentions(text, self.slack.general, thread, times=times)

    async def comes_again(self, said: Said) -> None:
        """Slack delivers it once more, as after a time that was too short; it has to be taken."""
        again = [self.slack.deliveries.send(one.parcel, RETRY) for one in said.deliveries]
        acks = await asyncio.gather(*(asyncio.shield(one.first) for one in again))
        if bad := [ack for ack in acks if not ack.is_good]:
            raise Failed(f"a copy was refused: {bad[0].status} {bad[0].reason}")

    async def answered(self, said: Said, count: int, within_s: float) -> float | None:
        """The seconds until so many whole answers stand in a thread, and no work is shown there."""
        began = self.slack.clock()
        is_there = partial(self._stand, said, count)
        if not await self._until(is_there, within_s):
            return None
        return self.slack.clock() - began

    def shown(self, said: Said) -> list[str]:
        """All that people see of the assistant in that thread, also what only one of them sees."""
        return [_text(message) for message in self._messages(said)]

    def sign_at(self, since: float) -> float | None:
        """When the first sign was given since then."""
        calls = (made for made in self.slack.state.calls if made.at >= since)
        return next((made.at for made in calls if made.method in SIGNS), None)

    def _messages(self, said: Said) -> list[Message]:
        messages = self.slack.state.messages.values()
        return [one for one in messages if one.app and not one.deleted and one.root == said.thread]

    def _stand(self, said: Said, count: int) -> bool:
        whole = [
            message
            for message in self._messages(said)
            if is_whole(_text(message)) and not self.slack.state.is_streaming(message)
        ]
        working = self.slack.state.session_status(said.channel, said.thread) == "processing"
        return len(whole) >= count and not working

    async def _until(self, holds: Callable[[], bool], within_s: float = 30.0) -> bool:
        deadline = self.slack.clock() + within_s
        while not holds():  # what another process does is looked at, not waited for
            if self.slack.clock() > deadline:
                return False
            await asyncio.sleep(POLL_S)
        return True


def _text(message: Message) -> str:
    return message.markdown or message.text or str(message.blocks)


def is_whole(text: str) -> bool:
    """Whether a text is one whole answer of one call of the model."""
    words = WORD.findall(text)
    calls = {call for call, _ in words}
    return len(calls) == 1 and [int(place) for _, place in words] == [*range(ANSWER.tokens)]


@asynccontextmanager
async def lives(app: App, more: Mapping[str, str] = {}) -> AsyncIterator[Lives]:
    """A Slack of its own for an assistant that has not been started yet, and is told more."""
    slack = FakeSlack()
    slack.state.socket_mode = app.socket
    async with (
        httpx2.AsyncClient(trust_env=False) as client,
        serving(slack),
        fake_model() as model,
    ):
        model.script(ANSWER)
        with folder() as home:
            life = Lives(app, home, slack, model, client, more)
            try:
                yield life
            finally:
                await life.kill()
