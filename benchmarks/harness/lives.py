"""An assistant that is started, killed and started again, and what people see of it."""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import httpx2

from aizuchi.simulator.model import Behaviour, FakeModel
from benchmarks.harness.apps import App
from benchmarks.harness.process import Child, Failed

ANSWER = Behaviour(tokens=40, pace=40, first=0.2)
ANSWER_S = 1.2
POLL_S = 0.02
WORD = re.compile(r"(\d+)\.(\d+)\.\d+")
Said = TypeVar("Said")


class Lives(ABC, Generic[Said]):
    """A platform, a model, and one assistant after another on the same folder."""

    def __init__(
        self,
        app: App,
        home: Path,
        clock: Callable[[], float],
        model: FakeModel,
        client: httpx2.AsyncClient,
    ) -> None:
        self.app, self.clock, self.model, self.client = app, clock, model, client
        self._home = home
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        assert self._child
        return self._child.pid

    async def start(self, ahead_s: float = 0.0) -> None:
        """Returns when the assistant is ready; its clock is so much ahead of ours."""
        clock = {"AIZUCHI_BENCH_AHEAD_S": str(ahead_s)} if ahead_s else {}
        told = {**self._told(), **clock}
        self._child = await asyncio.to_thread(self.app.start, self._home, told, self.model.port)
        await asyncio.to_thread(self._child.__enter__)
        await self._connect(self._child.port)

    async def connected(self, platform: str, is_connected: Callable[[], bool]) -> None:
        if not await self.until(is_connected):
            raise Failed(f"{self.app.name} did not connect to {platform}")

    async def kill(self) -> None:
        if self._child:
            await asyncio.to_thread(self._child.kill)
            self._child = None

    async def answered(self, said: Said, count: int, within_s: float) -> float | None:
        """The seconds until so many whole answers stand in a conversation, and no work is shown
        there."""
        began = self.clock()
        is_there = partial(self._stand, said, count)
        return self.clock() - began if await self.until(is_there, within_s) else None

    async def until(self, holds: Callable[[], bool], within_s: float = 30.0) -> bool:
        deadline = self.clock() + within_s
        while not holds():  # what another process does is looked at, not waited for
            if self.clock() > deadline:
                return False
            await asyncio.sleep(POLL_S)
        return True

    @abstractmethod
    def _told(self) -> Mapping[str, str]:
        """The environment of the assistant."""

    @abstractmethod
    async def _connect(self, port: int) -> None:
        """From now on it is told of what people do; returns when it hears that."""

    @abstractmethod
    async def ask(self, text: str, after: Said | None = None) -> Said:
        """Somebody asks, in the conversation in which they have asked before or in another."""

    @abstractmethod
    def shown(self, said: Said) -> Sequence[str]:
        """All that people see of the assistant there, also what only one of them sees."""

    @abstractmethod
    def left(self, said: Said) -> int:
        """How often it is shown there that somebody is at work, whether or not anybody is."""

    @abstractmethod
    def _stand(self, said: Said, count: int) -> bool:
        """Whether so many whole answers stand there, and nobody is shown to be at work."""


def is_whole(text: str) -> bool:
    """Whether a text is one whole answer of one call of the model."""
    words = WORD.findall(text)
    calls = {call for call, _ in words}
    return len(calls) == 1 and [int(place) for _, place in words] == [*range(ANSWER.tokens)]
