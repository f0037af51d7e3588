"""An assistant on Slack that is started, killed and started again, and what people see of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from aizuchi.simulator.model import fake_model
from aizuchi.simulator.slack import FakeSlack, Said, serving
from aizuchi.simulator.slack.deliveries import Attempt
from aizuchi.simulator.slack.things import Message
from benchmarks.harness.apps import App, model_at
from benchmarks.harness.home import folder
from benchmarks.harness.lives import ANSWER, Lives, is_whole
from benchmarks.harness.process import Failed
from benchmarks.harness.slack import PATH, SIGNS, told_of

RETRY = Attempt(1, "http_timeout")


class SlackLives(Lives[Said]):
    """A Slack, in which ann asks by a mention; a conversation is a thread."""

    def __init__(self, slack: FakeSlack, more: Mapping[str, str], *given: Any) -> None:
        super().__init__(*given)
        self.slack, self._more = slack, more
        self.ann = slack.person("ann")

    def _told(self) -> Mapping[str, str]:
        return {**told_of(self.slack), **model_at(self.model.base_url), **self._more}

    async def _connect(self, port: int) -> None:
        self.slack.deliver_to(self.client, f"http://127.0.0.1:{port}{PATH}")
        if self.app.socket:
            await self.connected("Slack", lambda: self.slack.sockets.count > 0)

    async def ask(self, text: str, after: Said | None = None, *, times: int = 1) -> Said:
        thread = after.thread if after else ""
        return await self.ann.mentions(text, self.slack.general, thread, times=times)

    async def comes_again(self, said: Said) -> None:
        """Slack delivers it once more, as after a time that was too short; it has to be taken."""
        again = [self.slack.deliveries.send(one.parcel, RETRY) for one in said.deliveries]
        acks = await asyncio.gather(*(asyncio.shield(one.first) for one in again))
        if bad := [ack for ack in acks if not ack.is_good]:
            raise Failed(f"a copy was refused: {bad[0].status} {bad[0].reason}")

    def shown(self, said: Said) -> Sequence[str]:
        return [_text(message) for message in self._messages(said)]

    def left(self, said: Said) -> int:
        return self.slack.state.session_status(said.channel, said.thread) == "processing"

    def sign_at(self, since: float) -> float | None:
        """When the first sign was given since then."""
        calls = (made for made in self.slack.state.calls if made.at >= since)
        return next((made.at for made in calls if made.method in SIGNS), None)

    def _stand(self, said: Said, count: int) -> bool:
        closed = [one for one in self._messages(said) if not self.slack.state.is_streaming(one)]
        return sum(is_whole(_text(one)) for one in closed) >= count and not self.left(said)

    def _messages(self, said: Said) -> list[Message]:
        messages = self.slack.state.messages.values()
        return [one for one in messages if one.app and not one.deleted and one.root == said.thread]


def _text(message: Message) -> str:
    return message.markdown or message.text or str(message.blocks)


@asynccontextmanager
async def slack_lives(app: App, more: Mapping[str, str] = {}) -> AsyncIterator[SlackLives]:
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
            life = SlackLives(slack, more, app, home, slack.clock, model, client)
            try:
                yield life
            finally:
                await life.kill()
