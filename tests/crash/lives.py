"""One life of the assistant after another on the same store."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from aizuchi.agent import Agent
from aizuchi.attempt import Office, cancel
from aizuchi.endpoints import MAIN, Endpoint, Endpoints
from aizuchi.engines.sqlite import open_engine
from aizuchi.errors import ModelCut
from aizuchi.expiring import expire
from aizuchi.hosts.asgi import make_app
from aizuchi.ports import Allowance, Declared, Ending, Engine, Model, Part, PromptMessage, Text
from aizuchi.prompt import Brief
from aizuchi.rules import Rules
from aizuchi.summaries import Summariser
from aizuchi.surfaces.web.auth import Gate
from aizuchi.surfaces.web.routes import WebRoutes
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient
from aizuchi.toolbox import Tool, Toolbox
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

from .faults import Call, Fault, Moment, Process, ProcessDied, Sudden, Wrapped, wrapped

WORDS = 6
BEARER = {"authorization": "Bearer ann"}


class CountingModel:
    """Says its own call's number in every answer, so that a mixed text shows."""

    def __init__(self, before: int = 0) -> None:
        self.prompts: list[Sequence[PromptMessage]] = []
        self._before = before

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        self.prompts.append(prompt)
        number = self._before + len(self.prompts)
        for word in range(WORDS):
            await asyncio.sleep(0.04)
            yield Text(f"{number}.{word} ")
        yield Ending("stop", 1, WORDS)


class BreakingModel(CountingModel):
    """Breaks off in the middle of every answer."""

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        said = 0
        async with aclosing(super().stream(prompt, tools)) as parts:  # type: ignore[type-var]
            async for part in parts:
                yield part
                said += 1
                if said == WORDS // 2:
                    raise ModelCut("the connection broke off")


def is_whole(text: str) -> bool:
    """Whether a text is one whole answer of one call."""
    number = text.split(".", 1)[0]
    return text == "".join(f"{number}.{word} " for word in range(WORDS))


class Lives:
    """The assistant, started again whenever it has died; `spare` answers where its model fails."""

    def __init__(
        self,
        home: Path,
        fault: Fault | Sudden | None,
        model: Model | None = None,
        *,
        tools: Sequence[Tool] = (),
        brief: Brief = Brief(),
        notes: bool = False,
        spare: Model | None = None,
        later: Sequence[Sudden] = (),
    ) -> None:
        self._home, self._tools = home, tools
        self._brief, self._notes = brief, notes
        self.model, self.spare = model or CountingModel(), spare
        self.process, self._later = Process(fault), iter(later)
        self._summariser: Summariser | None = None
        self.engine: Engine | None = None
        self.client: AsgiClient | None = None
        self.changed = asyncio.Event()
        self.moments: list[tuple[Moment, Call]] = []
        self.reached = False

    def question_of(self, answer: str) -> str:
        """What a whole answer of the counting model is the answer to."""
        assert isinstance(self.model, CountingModel)
        return self.model.prompts[int(answer.split(".", 1)[0]) - 1][-1].text

    async def run(self) -> None:
        while True:
            async with self._life():
                await self.process.died.wait()
                self.remember()
            self.engine, self.client, self.process = None, None, Process(next(self._later, None))

    def remember(self) -> None:
        """Keeps what happened to the process that is."""
        self.moments += self.process.moments
        self.reached |= self.process.reached

    @asynccontextmanager
    async def _life(self) -> AsyncIterator[None]:
        async with open_engine(
            self._home,
            allowance=Allowance(0, 0, 0),
            clock=virtual_time.clock,
            threads=False,
        ) as engine:
            self.engine = wrapped(engine, self.process)
            self.client = AsgiClient(_app(self.engine), headers=BEARER)
            tasks = [asyncio.create_task(engine.run())]
            tasks.append(asyncio.create_task(self._worker(self.engine, self.process).run()))
            tasks.append(asyncio.create_task(_expire(self.engine)))
            tasks.append(asyncio.create_task(self._take_over(engine, self.process)))
            if self._summariser:
                tasks.append(asyncio.create_task(self._summariser.run()))
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
        model: Any = self._endpoints(process)
        writing = (engine.memory, self._brief.scope, self._brief.window)
        self._summariser = Summariser(model, *writing) if self._notes else None
        office = Office(
            engine=engine,
            agent=Agent(
                model,
                engine.memory,
                self._brief,
                lambda: next(incidents),
                tools=Toolbox([_wrapped(tool, process) for tool in self._tools]),
                rules=Rules(engine.consents, clock=virtual_time.clock),
            ),
            bounds=Bounds(),
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
            summariser=self._summariser,
        )
        return Worker(office)

    def _endpoints(self, process: Process) -> Endpoints:
        """The model as one process sees it, at one endpoint or two."""
        models = {MAIN: self.model} | ({"spare": self.spare} if self.spare else {})
        wrapped: dict[str, Any] = {
            name: Wrapped(name, model, process) for name, model in models.items()
        }
        return Endpoints([Endpoint(*pair) for pair in wrapped.items()])

    async def insist(self, step: Callable[["Lives"], Awaitable[None]]) -> None:
        """Does a step until a process lives to its end; a connection breaks with its process."""
        while True:
            while self.engine is None or self.process.died.is_set():
                await self.changed.wait()
            process = self.process
            doing = asyncio.ensure_future(step(self))
            died = asyncio.create_task(process.died.wait())
            await asyncio.wait({doing, died}, return_when=asyncio.FIRST_COMPLETED)
            await cancel(died)
            if doing.done() and not isinstance(doing.exception(), ProcessDied):
                return doing.result()
            await cancel(doing)


async def _expire(engine: Engine) -> None:
    with suppress(ProcessDied):
        await expire(engine.consents, engine.inbox)


def _wrapped(tool: Tool, process: Process) -> Tool:
    """The tool as one process calls it."""
    port: Any = Wrapped("tool", tool, process)
    return tool._replace(call=port.call)


class Everybody:
    """Whoever shows a token is the person of that name."""

    def person_of(self, token: str) -> str | None:
        return token

    def person_of_cookie(self, cookie: str) -> str | None:
        return None


def _app(engine: Engine) -> ASGIApp:
    web = WebRoutes(
        inbox=engine.inbox,
        log=engine.log,
        chats=engine.chats,
        memory=engine.memory,
        tickets=engine.tickets,
        gate=Gate(Everybody()),
        clock=virtual_time.clock,
    )
    return make_app(inbox=engine.inbox, clock=virtual_time.clock, web=web)
