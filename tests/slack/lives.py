"""One life of the assistant in Slack after another, and people who write to it meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx2
from tests.crash.faults import Fault, Process, Wrapped
from tests.crash.lives import Lives, is_whole
from tests.crash.platforms import Line, worker_on
from tests.crash.tally import Asked

from aizuchi.hearing import FirstSigns
from aizuchi.hosts.asgi import make_app
from aizuchi.intake import Intake
from aizuchi.pace import LocalPace
from aizuchi.ports import Engine
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.slack import FakeSlack, SlackTransport, app_of
from aizuchi.simulator.slack import Fault as Trouble
from aizuchi.simulator.slack.people import Person, Said
from aizuchi.simulator.slack.things import BOT_SCOPES
from aizuchi.surfaces.slack import BUDGETS
from aizuchi.surfaces.slack.courier import SlackCourier
from aizuchi.surfaces.slack.opening import opened_with
from aizuchi.surfaces.slack.webapi import WebApi
from aizuchi.testing import virtual_time
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

Way = Literal["mention", "direct", "command"]
Shown = Literal["streams", "edits", "once"]
LOSSY = ("chat.postMessage", "chat.startStream", "chat.update", "chat.stopStream", "response_url")
URL = "http://bot/slack/events"
PATIENCE_S = 150.0
"""When somebody gives a command again that Slack said had failed; both may be answered."""


class SlackLives(Lives):
    """The assistant in Slack, started again whenever it has died."""

    def __init__(self, home: Path, fault: Fault | None, shown: Shown, *, lossy: bool) -> None:
        super().__init__(home, fault)
        self.slack = FakeSlack(virtual_time.clock)
        self.slack.round_trip_s = 0.05
        self.slack.state.has_streams = shown == "streams"
        if shown == "once":
            token = self.slack.state.token_of(self.slack.team.id)
            token.scopes = BOT_SCOPES - {name for name in BOT_SCOPES if "history" in name}
        self.lost_replies: set[str] = set()
        if lossy:
            self.slack.faults.spoil = self._lose_once
        self.line = Line()
        self.slack.deliver_to(httpx2.AsyncClient(transport=self.line), URL)
        self.http = httpx2.AsyncClient(transport=SlackTransport(app_of(self.slack)), timeout=5)
        self.signs: FirstSigns | None = None

    def _lose_once(self, number: int, method: str) -> Trouble | None:
        """The first call of each method that writes is done, and its reply lost."""
        if method not in LOSSY or method in self.lost_replies:
            return None
        self.lost_replies.add(method)
        return Trouble(lost="reply")

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        async with super()._life():
            try:
                yield
            finally:
                self.line.app = None
                if self.signs:
                    await self.signs.close()

    def _worker(self, engine: Engine, process: Process) -> Worker:
        client: Any = Wrapped("slack", self.http, process)
        pace: Any = Wrapped("pace", self._pace(), process)
        settings = SlackSettings(
            bot_token=Secret(self.slack.bot_token),
            signing_secret=Secret(self.slack.signing_secret),
            api_base=self.slack.api_base,
        )
        api = WebApi(client, settings.api_base, settings.tokens)
        opened = opened_with(api, SlackCourier(api), settings, virtual_time.clock)
        signs = FirstSigns(opened.courier, pace, opened.has_sign, Bounds().call_timeout_s)
        if process is self.process:
            self.signs = signs
            intake = Intake(engine.inbox, {"slack": signs})
            webhooks = {"/slack/events": opened.surface}
            self.line.app = make_app(inbox=intake, clock=virtual_time.clock, webhooks=webhooks)
        model: Any = Wrapped("model", self.model, process)
        return worker_on("slack", opened, signs, engine, pace, model)

    def _pace(self) -> LocalPace:
        return LocalPace(asyncio.get_running_loop().time, BUDGETS)


class Talk:
    """What a person says to the assistant in one way, and what comes back. `threads` has all the
    questions by where they stand; commands stand in none."""

    def __init__(self, lives: SlackLives, way: Way) -> None:
        self._lives, self._way, self._slack = lives, way, lives.slack
        self.ann: Person = lives.slack.person("ann")
        self.threads: dict[str, list[Asked]] = {}
        self._said: list[tuple[str, Said]] = []

    async def ask(self, text: str, thread: str = "") -> str:
        """The thread in which the answer belongs, once the message is taken."""
        while True:
            asked = Asked(text, self._acknowledged())
            said = await self._say(text, thread)
            self._said.append((text, said))
            self.threads.setdefault(said.thread, []).append(asked)
            if self._way != "command" or said.acks[0].is_good:
                return said.thread
            await asyncio.sleep(PATIENCE_S)

    async def _say(self, text: str, thread: str) -> Said:
        match self._way:
            case "mention":
                return await self.ann.mentions(text, self._slack.general, thread)
            case "direct":
                return await self.ann.dm(text, thread)
            case "command":
                return await self.ann.command("/ask", text, self._slack.general)

    def _acknowledged(self) -> frozenset[str]:
        return frozenset(
            text
            for text, said in self._said
            if any(ack.is_good for delivery in said.deliveries for ack in delivery.acks)
        )

    def answers(self, thread: str) -> list[str]:
        """What ann sees of us there, oldest first."""
        return [
            message.markdown or _of_blocks(message.blocks)
            for message in self._slack.state.messages.values()
            if message.app
            and not message.deleted
            and thread in ("", message.root)
            and message.ephemeral_to in ("", self.ann.id)
        ]

    async def answered(self, thread: str, count: int) -> list[str]:
        """What stands there when this many answers are whole, and nothing else comes."""
        for _ in range(600):
            await asyncio.sleep(1)
            texts = self.answers(thread)
            if len(texts) >= count and all(map(whole, texts)) and not self._slack.findings():
                break
        await asyncio.sleep(150)
        return self.answers(thread)


def whole(text: str) -> bool:
    return is_whole(f"{text.strip()} ")


def _of_blocks(blocks: list[dict[str, Any]]) -> str:
    return "".join(str(block.get("text", "")) for block in blocks)
