"""A conversation of the terminal: asks, follows the answer, and stops it at Ctrl-C."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Literal

import httpx2

from aizuchi.answers import Outcome
from aizuchi.cli.local_server import LocalServer
from aizuchi.cli.paper import Paper, language
from aizuchi.errors import AizuchiError
from aizuchi.settings.memo import Question
from aizuchi.surfaces.terminal.client import Client
from aizuchi.surfaces.terminal.screen import asking
from aizuchi.surfaces.terminal.tail import End, Sign
from aizuchi.surfaces.terminal.tail import Question as Asked

Ending = Outcome | Literal["left", ""]


class Conversation:
    """One chat on a server, which is started again where it has gone."""

    def __init__(self, server: LocalServer, http: httpx2.AsyncClient, paper: Paper) -> None:
        self._server, self._http, self._paper = server, http, paper
        self._client = Client(http, self._revive)
        self._interrupts = 0
        self.question: Asked | None = None

    @classmethod
    async def open(cls, server: LocalServer, paper: Paper) -> "Conversation":
        """Looks for the server, or starts one."""
        await server.ensure()
        http = server.client()
        http.headers["Accept-Language"] = language()
        return cls(server, http, paper)

    @property
    def was_interrupted(self) -> bool:
        """Whether the last answer was ended by Ctrl-C."""
        return self._interrupts > 0

    async def ask(self, question: Question) -> Ending:
        """Sends a message and shows its answer; returns how that ended. One that was sent before
        is not answered twice: what there is of its answer is shown, and the rest as it comes."""
        return await self._show(question.chat, self._client.ask(*question))

    async def catch_up(self, chat: str, begin: Callable[[str], None]) -> None:
        """Shows what is still being answered in the chat, to its end; `begin` is told the last
        question before."""
        question = await self._client.last_question(chat)
        while await self._show(chat, _announced(self._client.resume(chat), question, begin)):
            pass

    async def decide(self, chat: str, verdict: str) -> None:
        """Answers what was asked last, and shows what comes of it."""
        asked, self.question = self.question, None
        if asked:
            await self._show(chat, self._client.decide(chat, asked, verdict))

    async def look_for_question(self, chat: str) -> str:
        """What is still asked in the chat from the last time, as it is shown."""
        self.question = await self._client.open_question(chat)
        return asking(self.question, language()) if self.question else ""

    async def stop(self, chat: str) -> None:
        """Stops what is being answered in the chat."""
        await self._client.stop(chat)

    async def close(self) -> None:
        await self._http.aclose()

    async def _show(self, chat: str, signs: AsyncGenerator[Sign, None]) -> Ending:
        """Shows answers to the end of the last one; empty where there was none. The first Ctrl-C
        stops the answer, a second one leaves it."""
        self._interrupts = 0
        following = asyncio.ensure_future(self._follow(signs))
        with _on_interrupt(lambda: self._interrupt(chat, following)):
            try:
                return await following
            except asyncio.CancelledError:
                if self._interrupts < 2:
                    raise
                return "left"
            finally:
                self._paper.leave()

    async def _follow(self, signs: AsyncGenerator[Sign, None]) -> Ending:
        ending: Ending = ""
        async with aclosing(signs):
            async for sign in signs:
                self._paper.show(sign)
                if isinstance(sign, End):
                    ending, self.question = sign.outcome, sign.question
        return ending

    def _interrupt(self, chat: str, following: "asyncio.Future[Ending]") -> None:
        self._interrupts += 1
        if self._interrupts > 1:
            following.cancel()
        else:
            self._stopping = asyncio.ensure_future(self._stop_if_there(chat))

    async def _stop_if_there(self, chat: str) -> None:
        with suppress(AizuchiError, httpx2.TransportError):
            await self._client.stop(chat)

    async def _revive(self) -> None:
        with suppress(AizuchiError):
            await self._server.ensure()
            self._http.base_url = httpx2.URL(self._server.address)


async def _announced(
    signs: AsyncGenerator[Sign, None], question: str, begin: Callable[[str], None]
) -> AsyncGenerator[Sign, None]:
    """The signs; before the first of them `begin` is told what they answer."""
    announced = False
    async with aclosing(signs):
        async for sign in signs:
            if not announced:
                begin(question)
            announced = True
            yield sign


@contextmanager
def _on_interrupt(act: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, act)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
