"""One life of the assistant after another on the same store, and people who talk to it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aizuchi.agent import Agent, Brief
from aizuchi.answers import BEGINNING, Answer, Finished, Logged, fold
from aizuchi.attempt import Office, cancel
from aizuchi.engines.sqlite import open_engine
from aizuchi.events import Message
from aizuchi.ports import Allowance, Ending, Engine, PromptMessage, Said, Text
from aizuchi.testing import virtual_time
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

from .faults import Call, Fault, Moment, Process, ProcessDied, Wrapped, wrapped

WORDS = 6


class CountingModel:
    """Says its own call's number in every answer, so that a mixed text shows."""

    def __init__(self) -> None:
        self.prompts: list[Sequence[PromptMessage]] = []

    async def stream(self, prompt: Sequence[PromptMessage]) -> AsyncIterator[Text | Ending]:
        self.prompts.append(prompt)
        number = len(self.prompts)
        for word in range(WORDS):
            await asyncio.sleep(0.04)
            yield Text(f"{number}.{word} ")
        yield Ending("stop", 1, WORDS)


def is_whole(text: str) -> bool:
    """Whether a text is one whole answer of one call."""
    number = text.split(".", 1)[0]
    return text == "".join(f"{number}.{word} " for word in range(WORDS))


class Lives:
    """The assistant, started again whenever it has died."""

    def __init__(self, home: Path, fault: Fault | None) -> None:
        self._home = home
        self.model = CountingModel()
        self.process = Process(fault)
        self.engine: Engine | None = None
        self.changed = asyncio.Event()
        self.moments: list[tuple[Moment, Call]] = []
        self.reached = False

    async def run(self) -> None:
        while True:
            async with self._life():
                await self.process.died.wait()
                self.moments += self.process.moments
                self.reached = self.process.reached
            self.engine, self.process = None, Process()

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        async with open_engine(
            self._home,
            allowance=Allowance(0, 0, 0),
            clock=virtual_time.clock,
            threads=False,
        ) as engine:
            self.engine = wrapped(engine, self.process)
            tasks = [asyncio.create_task(engine.run())]
            tasks.append(asyncio.create_task(self._worker(self.engine, self.process).run()))
            tasks.append(asyncio.create_task(self._take_over(engine, self.process)))
            self.changed.set()
            self.changed = asyncio.Event()
            try:
                yield
            finally:
                await cancel(*tasks)

    async def _take_over(self, engine: Engine, frozen: Process) -> None:
        """A second process on the same store, sound, that comes when the first one freezes."""
        await frozen.frozen.wait()
        await self._worker(engine, Process()).run()

    def _worker(self, engine: Engine, process: Process) -> Worker:
        incidents = (f"i{number}" for number in itertools.count())
        model: Any = Wrapped("model", self.model, process)
        office = Office(
            engine=engine,
            agent=Agent(model, engine.memory, Brief(), lambda: next(incidents)),
            bounds=Bounds(),
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
        )
        return Worker(office)

    async def current(self) -> Engine:
        """The engine of the life that is, or of the next one."""
        while self.engine is None or self.process.died.is_set():
            await self.changed.wait()
        return self.engine

    async def converse(self, message: Message) -> Answer:
        """A person who sends until it is accepted, and reads until the answer ends."""
        await self._insist(lambda engine: engine.inbox.accept((message,), ()))
        return await self.read(message.turn_id)

    async def read(self, turn_id: str) -> Answer:
        log: list[Logged] = []
        await self._insist(lambda engine: _read_on(engine, turn_id, log))
        return fold(log)

    async def history(self, person: str, conversation: str) -> Sequence[Said]:
        """The thread as its owner reads it."""
        found: list[Said] = []

        async def look(engine: Engine) -> None:
            found[:] = await engine.chats.read(person, conversation) or ()

        await self._insist(look)
        return found

    async def _insist(self, step: Callable[[Engine], Awaitable[None]]) -> None:
        """Does a step until a process lives to its end; a connection breaks with its process."""
        while True:
            engine, process = await self.current(), self.process
            doing = asyncio.ensure_future(step(engine))
            died = asyncio.create_task(process.died.wait())
            await asyncio.wait({doing, died}, return_when=asyncio.FIRST_COMPLETED)
            await cancel(died)
            if doing.done() and not isinstance(doing.exception(), ProcessDied):
                return doing.result()
            await cancel(doing)


async def _read_on(engine: Engine, turn_id: str, log: list[Logged]) -> None:
    """Reads from where the log stands to the end."""
    after = log[-1].position if log else BEGINNING
    async for group in engine.log.follow(turn_id, after):
        log.extend(group)
    assert any(isinstance(line.entry, Finished) for line in log), "the answer broke off"
