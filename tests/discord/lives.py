"""One life of the assistant in Discord after another, and people who write to it meanwhile."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import httpx2
from tests.crash.faults import Fault, Process, Wrapped
from tests.crash.lives import CountingModel, Lives, is_whole
from tests.crash.platforms import Line, worker_on
from tests.crash.tally import Asked

from aizuchi.attempt import cancel
from aizuchi.events import HttpResponse, Reception
from aizuchi.hearing import FirstSigns
from aizuchi.hosts.asgi import accept, make_app
from aizuchi.intake import Intake
from aizuchi.pace import LocalPace
from aizuchi.ports import Declared, Engine, Part, PromptMessage, Text
from aizuchi.settings import Settings
from aizuchi.settings.discord import DiscordSettings
from aizuchi.settings.secrets import Secret
from aizuchi.simulator.discord import FakeDiscord, InProcessTransport, app_of
from aizuchi.simulator.discord import Fault as Trouble
from aizuchi.simulator.discord.people import Person, Said
from aizuchi.simulator.discord.things import Channel, Message
from aizuchi.surfaces import Opened, Take
from aizuchi.surfaces.discord import BUDGETS, PLUG
from aizuchi.surfaces.discord.courier import DiscordCourier
from aizuchi.surfaces.discord.gateway import INTENTS
from aizuchi.surfaces.discord.inbound import DiscordSurface
from aizuchi.surfaces.discord.opening import has_sign, limits_of, open_surface
from aizuchi.surfaces.discord.rest import Rest
from aizuchi.surfaces.discord.socket import DiscordSocket
from aizuchi.testing import virtual_time
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

Way = Literal["command", "ephemeral", "gateway", "mention", "direct"]
READS = ("GET /users/@me", "GET /channels/{channel}/messages")
PATIENCE_S = 150.0
"""When somebody asks again because nothing came of it; both may be answered."""

SIGN_WITHIN_S = 60.0
"""How long somebody waits for a sign that they were heard."""


FILLER = "and so it goes on " * 45
_WORD = re.compile(r"\d+\.\d+")


class LongModel(CountingModel):
    """Says so much around each of its words that an answer takes several pages."""

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        async for part in super().stream(prompt, tools):
            yield Text(f"{part.text}{FILLER}\n\n") if isinstance(part, Text) else part


class DiscordLives(Lives):
    """The assistant in Discord, started again whenever it has died."""

    def __init__(
        self, home: Path, fault: Fault | None, way: Way, *, lossy: bool, long: bool
    ) -> None:
        super().__init__(home, fault, LongModel() if long else None)
        self.discord = FakeDiscord(virtual_time.clock)
        self.discord.round_trip_s = 0.05
        option = {"name": "text", "description": "Question", "type": 3}
        self.discord.register({"name": "ask", "description": "Ask", "options": [option]})
        self.lost_replies: set[str] = set()
        if lossy:
            self.discord.faults.spoil = self._lose_once
        self.line = Line()
        if way in ("command", "ephemeral"):
            client = httpx2.AsyncClient(transport=self.line)
            self.discord.deliver_to(client, f"http://bot{PLUG.paths[0]}")
        self.http = httpx2.AsyncClient(
            transport=InProcessTransport(app_of(self.discord)), timeout=5
        )
        self.settings = Settings(
            discord=DiscordSettings(
                bot_token=Secret(self.discord.bot_token),
                public_key=self.discord.public_key,
                api_base=self.discord.api_base,
                ephemeral=way == "ephemeral",
            )
        )
        self.taken: set[str] = set()
        self._open: list[Callable[[], Any]] = []

    def _lose_once(self, number: int, route: str) -> Trouble | None:
        """The first call of each route that writes is done, and its reply lost."""
        if route in READS or route in self.lost_replies:
            return None
        self.lost_replies.add(route)
        return Trouble(lost="reply")

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        async with super()._life():
            try:
                yield
            finally:
                self.line.app = None
                for close in self._open:
                    await close()
                self._open.clear()

    def _worker(self, engine: Engine, process: Process) -> Worker:
        client: Any = Wrapped("discord", self.http, process)
        pace: Any = Wrapped("pace", LocalPace(_now(), BUDGETS), process)
        rest = Rest(client, self.settings.discord.api_base, self.discord.bot_token)
        courier = DiscordCourier(rest, virtual_time.clock)
        surface = open_surface(self.settings)
        surface.bot_id = courier.finder.own_user = self.discord.app_id
        limits = partial(limits_of, courier, rest, virtual_time.clock, buttons=True)
        opened = Opened(surface, courier, limits, has_sign)
        signs = FirstSigns(courier, pace, has_sign, Bounds().call_timeout_s)
        if process is self.process:
            self._listen(engine, opened, signs, rest)
        model: Any = Wrapped("model", self.model, process)
        return worker_on("discord", opened, signs, engine, pace, model)

    def _listen(self, engine: Engine, opened: Opened, signs: FirstSigns, rest: Rest) -> None:
        """Takes what comes as a request and over the Gateway, for as long as the process lives."""
        intake = Intake(engine.inbox, {"discord": signs})
        webhooks = {PLUG.paths[0]: opened.surface}
        self.line.app = make_app(inbox=intake, clock=virtual_time.clock, webhooks=webhooks)
        surface, courier, clock = opened.surface, opened.courier, virtual_time.clock
        assert isinstance(courier, DiscordCourier)
        assert isinstance(surface, DiscordSurface)
        take = self._noting(intake)
        socket = DiscordSocket(self.settings.discord, surface, courier, rest, clock, take)
        session = self.discord.gateway.listen(socket._heard, INTENTS.value)

        async def leave() -> None:
            session.leave()
            self.discord.gateway.sessions.remove(session)
            await cancel(*socket._tasks)
            await signs.close()

        self._open.append(leave)

    def _noting(self, intake: Intake) -> Take:
        """Notes which messages were taken: who sees no sign of that asks again."""

        async def take(reception: Reception) -> HttpResponse:
            response = await accept(intake, reception)
            self.taken |= {message.ref for message in reception.messages}
            return response

        return take


def _now() -> Callable[[], float]:
    return asyncio.get_running_loop().time


class Talk:
    """What a person says to the assistant in one way, and what comes back. Who asks in a channel
    has one conversation there; `asked` are all the questions by channel."""

    def __init__(self, lives: DiscordLives, way: Way) -> None:
        self._lives, self._way, self._discord = lives, way, lives.discord
        self.ann: Person = lives.discord.person("ann")
        self.kitchen = lives.discord.channel("kitchen")
        self.asked: dict[str, list[Asked]] = {}
        self._acknowledged: set[str] = set()

    async def ask(self, text: str, channel: Channel) -> None:
        """Returns once the message is taken; who sees no sign of that asks again."""
        place = self.ann.direct if self._way == "direct" else channel
        while True:
            self.asked.setdefault(place.id, []).append(Asked(text, frozenset(self._acknowledged)))
            said = await self._say(text, place)
            if await self._is_taken(said):
                self._acknowledged.add(text)
                return
            await asyncio.sleep(PATIENCE_S)

    async def _say(self, text: str, channel: Channel) -> Said:
        match self._way:
            case "mention":
                return await self.ann.mentions(text, channel)
            case "direct":
                return await self.ann.dm(text)
            case "command" | "ephemeral" | "gateway":
                return await self.ann.command("ask", {"text": text}, channel)

    async def _is_taken(self, said: Said) -> bool:
        if said.interaction:
            return said.is_taken
        for _ in range(int(SIGN_WITHIN_S * 10)):
            if said.id in self._lives.taken:
                return True
            await asyncio.sleep(0.1)
        return False

    def answers(self, channel: str) -> list[str]:
        """What ann sees of us there, oldest first; and what only she may see and came to her
        direct messages, with all that was asked elsewhere."""
        if self._way != "ephemeral":
            return self._standing({channel})
        asked = {one.question for one in self.asked.get(channel, ())}
        seen = self._standing({channel, self.ann.direct.id})
        return [text for text in seen if self._lives.question_of(text) in asked]

    def _standing(self, channels: set[str]) -> list[str]:
        return joined(
            message.content
            for message in self._discord.state.messages.values()
            if _is_an_answer(message, self._discord.app_id)
            and message.channel in channels
            and message.ephemeral_to in ("", self.ann.id)
        )

    async def answered(self, channel: str, count: int) -> list[str]:
        """What stands there when this many answers are whole, and nothing else comes."""
        for _ in range(600):
            await asyncio.sleep(1)
            texts = self.answers(channel)
            if len(texts) >= count and all(map(whole, texts)) and not self._discord.findings():
                break
        await asyncio.sleep(150)
        return self.answers(channel)


def _is_an_answer(message: Message, app: str) -> bool:
    return message.author == app and message.made_by != "discord" and not message.deleted


def joined(pages: Iterable[str]) -> list[str]:
    """The answers that stand on these pages, without what fills them. A command that waits has its
    first page before the last ones of the answer before it, so they are told apart by number."""
    answers: dict[str, list[str]] = {}
    for word in chain.from_iterable(map(_WORD.findall, pages)):
        answers.setdefault(word.partition(".")[0], []).append(word)
    return [" ".join(words) for words in answers.values()]


def whole(text: str) -> bool:
    return is_whole(f"{text.strip()} ")
