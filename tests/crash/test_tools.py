"""Die or freeze at every call, tools among them: what a tool has returned is not done again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import product
from pathlib import Path
from typing import get_args

from aizuchi.answers import ToolCall
from aizuchi.attempt import cancel
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.rounds import rounds_of
from aizuchi.testing import virtual_time
from aizuchi.toolbox import Tool
from aizuchi.tools.function import tool_of

from .faults import Fault, Kind
from .lives import Lives
from .people import AtThePorts, Read

ROUNDS = 2


class CallingModel:
    """Counts in two rounds of two calls, then says what it was told last."""

    def __init__(self) -> None:
        self.prompts: list[Sequence[PromptMessage]] = []

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        self.prompts.append(prompt)
        question = next(line.text for line in reversed(prompt) if line.role == "user")
        done = sum(line.role == "assistant" and bool(line.calls) for line in prompt)
        await asyncio.sleep(0.04)
        if done < ROUNDS:
            yield Text(f"round {done} ")
            for place in range(2):
                yield ToolCall("", "count", f'{{"what": "{question} {done} {place}"}}')
            yield Ending("tools", 1, 1)
        else:
            yield Text(" ".join(line.text.split("\n")[1] for line in prompt if line.role == "tool"))
            yield Ending("stop", 1, 1)


class Counter:
    """Counts each of its uses."""

    def __init__(self) -> None:
        self.done: list[str] = []

    @property
    def tool(self) -> Tool:
        async def count(what: str) -> str:
            """Counts."""
            await asyncio.sleep(0.1)
            self.done.append(what)
            return f"<{self.done.count(what)}>"

        return tool_of(count)


async def scenario(home: Path, fault: Fault | None) -> tuple[Lives, Counter]:
    """Two messages in one conversation, and what they had done."""
    counter = Counter()
    lives = Lives(home, fault, CallingModel(), tools=(counter.tool,))
    running = asyncio.create_task(lives.run())
    person = AtThePorts(lives)
    try:
        taken = asyncio.Event()
        first = asyncio.create_task(person.say("talk", "1", taken))
        await taken.wait()
        second = asyncio.create_task(person.say("talk", "2", asyncio.Event()))
        read = dict(zip("12", await asyncio.gather(first, second), strict=True))
        for number, answer in read.items():
            await _check(lives, number, answer)
        lives.remember()
    finally:
        await cancel(running)
    return lives, counter


async def _check(lives: Lives, number: str, answer: Read) -> None:
    """The answer is told by what the log says was returned, once for each call."""
    assert answer.outcome == "answered", (number, answer)
    told: list[str] = []

    async def look(lives: Lives) -> None:
        assert lives.engine
        rounds = rounds_of(await lives.engine.log.read(number))
        told[:] = [each.returned[place].text for each in rounds for place in range(2)]

    await lives.insist(look)
    assert answer.text == f"round 0 \n\nround 1 \n\n{' '.join(told)}", answer.text


def outcome(home: Path, fault: Fault) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        lives, counter = virtual_time.run(scenario(home, fault))
        again = len(counter.done) - len(set(counter.done))
        assert again <= 2, f"done again: {counter.done}"  # one round was under way
        assert not again or fault.call.port in ("tool", "log", "queue"), counter.done
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    return "" if lives.reached else f"{fault}: never reached"


def test_at_every_call_of_every_port(tmp_path: Path) -> None:
    lives, counter = virtual_time.run(scenario(tmp_path, None))
    assert len(counter.done) == len(set(counter.done)) == 8
    assert sum(call.port == "tool" for _, call in lives.moments) == 16
    faults = [Fault(kind, *moment) for moment, kind in product(lives.moments, get_args(Kind))]
    wrong = [outcome(tmp_path / str(n), fault) for n, fault in enumerate(faults)]
    assert not any(wrong), "\n".join(filter(None, wrong))
