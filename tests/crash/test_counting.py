"""Tools that count, over a thousand lives with crashes and freezes at any moment, most of them
around a click that comes once, late, or again and again: what was allowed is done once at most,
what was not is not done, and what the person is told of it is true."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple, get_args

import pytest

from aizuchi.answers import Finished, ToolCall
from aizuchi.attempt import cancel
from aizuchi.consent import Decision, Verdict, decision_id
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Tool
from aizuchi.tools.function import tool_of

from .clicks import end_of, send
from .faults import FROZEN_S, Kind, Sudden
from .lives import Lives
from .people import AtThePorts
from .tally import Judged, Tally

LONGEST_LIFE = 110  # moments of a life without a fault
AROUND_A_CLICK = 45
DONE, DOUBT = "was done before that: ", "I was interrupted while I did this: "
BROKEN_OFF = ("failed", "timed_out")


class Plan(NamedTuple):
    """What a seed has in store: the tools that have to be allowed and how often a safe one is used
    beside them, the clicks with the time before each, the faults of the first lives, and one after
    the first click."""

    unsafe: tuple[str, ...]
    safe: int
    clicks: tuple[tuple[float, Verdict], ...]
    faults: tuple[Sudden, ...]
    at_click: Sudden | None


def plan(seed: int) -> Plan:
    chance = Random(seed)

    def fault(within: int) -> Sudden:
        return Sudden(chance.choice(get_args(Kind)), chance.randint(1, within))

    verdict: Verdict = "yes" if chance.random() < 0.85 else "no"
    other: Verdict = "no" if verdict == "yes" else "yes"
    clicks = [(0.0, verdict)] + [
        (chance.choice((0.0, 0.05, 0.3, 5.0, 120.0)), other if chance.random() < 0.1 else verdict)
        for _ in range(chance.randint(0, 3))
    ]
    return Plan(
        tuple("abc"[: chance.randint(1, 3)]),
        chance.randint(0, 2),
        tuple(clicks),
        tuple(fault(LONGEST_LIFE) for _ in range(chance.randint(0, 3))),
        fault(AROUND_A_CLICK) if chance.random() < 0.8 else None,
    )


class Counting:
    """What was really done, tool by tool; and a model that wants it, then says what it was told."""

    def __init__(self, planned: Plan) -> None:
        self._planned = planned
        self.done: Counter[str] = Counter()

    @property
    def tools(self) -> list[Tool]:
        async def look() -> str:
            """Looks."""
            await asyncio.sleep(0.05)
            self.done["look"] += 1
            return "looked"

        return [tool_of(look), *(self._counter(name) for name in self._planned.unsafe)]

    def _counter(self, name: str) -> Tool:
        async def count() -> str:
            """Counts."""
            await asyncio.sleep(0.1)
            self.done[name] += 1
            await asyncio.sleep(0.1)
            return f"counted {name}"

        count.__name__ = f"count_{name}"
        return tool_of(count, unsafe=True)

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        await asyncio.sleep(0.04)
        told = [line.text.split("\n")[-1] for line in prompt if line.role == "tool"]
        if told:
            yield Text("; ".join(told))
        elif prompt[-1].text == "question 2":
            yield Text("hello")
        else:
            wanted = [f"count_{name}" for name in self._planned.unsafe]
            for name in [*wanted, *["look"] * self._planned.safe]:
                yield ToolCall("", name, "{}")
            yield Ending("tools", 1, 1)
            return
        yield Ending("stop", 1, 1)


class Story(NamedTuple):
    """How it went: what was decided first, what the person was told in the end, what was done."""

    told: Finished
    done: Counter[str]
    faults: int


async def story(home: Path, planned: Plan) -> Story:
    counting = Counting(planned)
    first, *later = planned.faults or (None,)
    lives = Struck(home, first, counting, tools=counting.tools, later=[*filter(None, later)])
    running = asyncio.create_task(lives.run())
    try:
        await send(lives, message("1"))
        asked = await end_of(lives, "1")
        if asked.consent is None:  # it was interrupted too often to ask, and said so
            assert asked.outcome in BROKEN_OFF, asked
            return Story(asked, counting.done, lives.faults)
        if planned.at_click:
            lives.process.strike_after(*planned.at_click)
        clicks = [
            asyncio.create_task(_click(lives, asked.consent.digest, *each))
            for each in planned.clicks
        ]
        await clicks[0]
        told = await end_of(lives, decision_id("1"))
        await asyncio.gather(*clicks)
        assert (await AtThePorts(lives).say("talk", "2", asyncio.Event())).text == "hello"
        await asyncio.sleep(2 * FROZEN_S)  # who was frozen has woken
        lives.remember()
        return Story(told, counting.done, lives.faults)
    finally:
        await cancel(running)


class Struck(Lives):
    """Lives that know how many faults struck them."""

    faults = 0

    def remember(self) -> None:
        super().remember()
        self.faults += self.process.reached


async def _click(lives: Lives, digest: str, after_s: float, verdict: Verdict) -> None:
    await asyncio.sleep(after_s)
    said = str(Decision(verdict, digest, "ann"))
    await send(lives, message(decision_id("1"))._replace(text="", decides=said))


def _is_told(told: Finished, name: str) -> str:
    """What the person is told of a tool: done, in doubt, or not done."""
    if told.outcome in BROKEN_OFF:
        done, doubt = (told.said.partition(words)[2].partition(".")[0] for words in (DONE, DOUBT))
    else:
        done = told.text
        doubt = told.said.partition(DOUBT)[2].partition(".")[0]
    if f"count_{name}" in doubt:
        return "in doubt"
    return "done" if f"count_{name}" in done or f"counted {name}" in done else "not done"


TRUE = {"done": (1,), "in doubt": (0, 1), "not done": (0,)}


def judged(planned: Plan, found: Story) -> Judged:
    verdicts = {verdict for _, verdict in planned.clicks}
    told = {name: _is_told(found.told, name) for name in planned.unsafe}
    lies = [name for name, said in told.items() if found.done[name] not in TRUE[said]]
    forbidden = [name for name in planned.unsafe if verdicts == {"no"} and found.done[name]]
    return Judged(
        faults=found.faults,
        torn=len(lies) + len(forbidden),
        doubled=sum(found.done[name] > 1 for name in planned.unsafe),
        repeated=sum(said == "in doubt" for said in told.values()),
    )


@pytest.mark.parametrize(
    "seeds", [range(40), pytest.param(range(40, 1040), marks=pytest.mark.proof)], ids=["few", "all"]
)
def test_nothing_is_counted_twice_and_what_is_told_is_true(
    seeds: range, tmp_path: Path, tally: Tally
) -> None:
    wrong: list[str] = []
    ends: Counter[str] = Counter()
    for seed in seeds:
        home = tmp_path / str(seed)
        home.mkdir()
        planned = plan(seed)
        found = virtual_time.run(story(home, planned))
        result = judged(planned, found)
        tally.add("a counting tool and clicks", "told as in doubt", result)
        ends.update(_is_told(found.told, name) for name in planned.unsafe)
        if not result.is_kept:
            wrong.append(f"seed {seed}: {found}")
    assert not wrong, "\n".join(wrong)
    assert all(ends[end] for end in TRUE), ends
