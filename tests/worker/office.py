"""A worker in simulated time: the SQLite engine, a scripted model, and readers of its answers."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from aizuchi import ports
from aizuchi.agent import Agent
from aizuchi.answers import Answer, Finished, Logged, ToolCall, fold
from aizuchi.attempt import Gate, Office, cancel
from aizuchi.brain import Brain
from aizuchi.engines.sqlite import open_engine
from aizuchi.errors import ModelError
from aizuchi.events import Message
from aizuchi.expiring import expire
from aizuchi.ports import Allowance, Declared, Ending, Engine, Model, PromptMessage, Text
from aizuchi.prompt import Brief
from aizuchi.rules import Rules
from aizuchi.sight import Sight, stored
from aizuchi.summaries import Summariser
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import message, running
from aizuchi.toolbox import Toolbox
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

NO_LIMITS = Allowance(0, 0, 0)
Part = Text | ToolCall | Ending | ModelError | Exception | float


class ScriptedModel:
    """Plays a script for each call: text, calls of tools, an ending, an error to raise, or seconds
    to wait."""

    def __init__(self, *scripts: Sequence[Part]) -> None:
        self._scripts = list(scripts)
        self.prompts: list[Sequence[PromptMessage]] = []
        self.tools: list[Sequence[Declared]] = []

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[ports.Part]:
        self.prompts.append(prompt)
        self.tools.append(tools)
        script = self._scripts[min(len(self.prompts), len(self._scripts)) - 1]
        for part in script:
            match part:
                case Exception():
                    raise part
                case float():
                    await asyncio.sleep(part)
                case _:
                    yield part


def saying(text: str, pause_s: float = 0.01) -> list[Part]:
    """A script that says a text word by word."""
    parts: list[Part] = []
    for word in text.split():
        parts += [pause_s, Text(f"{word} ")]
    return [*parts, Ending("stop", 10, len(parts) // 2)]


def using(*calls: ToolCall, text: str = "") -> list[Part]:
    """A script that asks for tools."""
    said: list[Part] = [Text(text)] if text else []
    return [*said, *calls, Ending("tools", 10, 5)]


class Desk:
    """What a test of the worker holds in its hands."""

    def __init__(self, engine: Engine, worker: Worker, *working: asyncio.Task[None]) -> None:
        self.engine, self.worker, self.working = engine, worker, working

    async def die_once_finished(self, end: Finished) -> None:
        """The process writes the end of the next answer, and is gone before it can settle it."""
        await cancel(*self.working)
        taken = await self.engine.queue.claim()
        await self.engine.log.append(taken, [end])

    async def say(self, *messages: Message) -> None:
        await self.engine.inbox.accept(messages, ())

    async def ask(self, text: str, turn_id: str = "1", conversation: str = "talk") -> Answer:
        """The answer to a question, read to its end."""
        await self.say(message(turn_id, conversation, text=text))
        return await self.read(turn_id)

    async def read(self, turn_id: str) -> Answer:
        return fold(await self.tail(turn_id))

    async def tail(self, turn_id: str) -> list[Logged]:
        return [line async for group in self.engine.log.follow(turn_id) for line in group]


@asynccontextmanager
async def desk(
    home: Path,
    model: Model,
    *,
    brief: Brief | None = None,
    bounds: Bounds | None = None,
    allowance: Allowance = NO_LIMITS,
    gate: Gate | None = None,
    tools: Toolbox | None = None,
    rules: Rules = Rules(),
    brain: Brain | None = None,
    notes: Model | None = None,
    sight: Sight = Sight(),
) -> AsyncIterator[Desk]:
    """A running worker on the store of a folder; `notes` writes the summaries, where any are."""
    bounds, brief = bounds or Bounds(), brief or Brief()

    opened = partial(open_engine, home, clock=virtual_time.clock, threads=False)
    async with running(opened, bounds, allowance) as engine:
        writing = (engine.memory, brief.scope, brief.window)
        summariser = Summariser(notes, *writing) if notes else None
        incidents = (f"i{number}" for number in itertools.count(1))
        office = Office(
            engine=engine,
            agent=Agent(
                model,
                engine.memory,
                brief,
                lambda: next(incidents),
                tools=tools or Toolbox(),
                rules=rules._replace(consents=engine.consents, clock=virtual_time.clock),
                brain=brain,
                sight=sight._replace(fetch={"web": partial(stored, engine.chats), **sight.fetch}),
            ),
            bounds=bounds,
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
            gate=gate or Gate(),
            summariser=summariser,
        )
        worker = Worker(office)
        working = [asyncio.create_task(worker.run())]
        working.append(asyncio.create_task(expire(engine.consents, engine.inbox)))
        if summariser:
            working.append(asyncio.create_task(summariser.run()))
        try:
            yield Desk(engine, worker, *working)
        finally:
            await cancel(*working)
