"""Die or freeze at every call between a question and what comes of it: an unsafe tool never runs
twice, and the person is told what is known."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from aizuchi.answers import ToolCall
from aizuchi.attempt import cancel
from aizuchi.consent import Decision, decision_id
from aizuchi.loop import IN_DOUBT
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import message
from aizuchi.toolbox import Tool
from aizuchi.tools.function import tool_of

from .clicks import end_of, send
from .faults import Fault, Kind
from .lives import Lives
from .people import AtThePorts


class DeletingModel:
    """Wants something deleted, then says what it was told."""

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        await asyncio.sleep(0.04)
        told = [line.text for line in prompt if line.role == "tool"]
        if prompt[-1].role == "user" and prompt[-1].text != "question 2":
            yield ToolCall("", "delete", "{}")
            yield Ending("tools", 1, 1)
        else:
            yield Text(told[-1] if told else "hello")
            yield Ending("stop", 1, 1)


class Deletions:
    """Counts what is done, and what was begun."""

    def __init__(self) -> None:
        self.done = 0

    @property
    def tool(self) -> Tool:
        async def delete() -> str:
            """Deletes."""
            await asyncio.sleep(0.1)
            self.done += 1
            return "deleted"

        return tool_of(delete, unsafe=True)


async def scenario(home: Path, fault: Fault | None) -> tuple[Lives, Deletions]:
    """A wish, the question, another message, the click, and what comes of it."""
    deletions = Deletions()
    lives = Lives(home, fault, DeletingModel(), tools=(deletions.tool,))
    running = asyncio.create_task(lives.run())
    try:
        await send(lives, message("1"))
        asked = await end_of(lives, "1")
        assert asked.outcome == "asks", asked
        assert asked.consent
        said = await AtThePorts(lives).say("talk", "2", asyncio.Event())
        assert said.text == "hello", said
        click = message(decision_id("1"))._replace(
            text="", decides=str(Decision("yes", asked.consent.digest, "ann"))
        )
        await send(lives, click)
        ended = await end_of(lives, decision_id("1"))
        assert ended.outcome == "answered", ended
        if ended.text == IN_DOUBT:
            assert ended.code == "in_doubt"
        else:
            assert ended.text.endswith("\ndeleted"), ended
            assert deletions.done == 1
        lives.remember()
    finally:
        await cancel(running)
    return lives, deletions


def outcome(home: Path, fault: Fault) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        lives, deletions = virtual_time.run(scenario(home, fault))
        assert deletions.done <= 1, f"done {deletions.done} times"
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    return "" if lives.reached else f"{fault}: never reached"


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.proof)])
def test_at_every_call_of_every_port(every: int, tmp_path: Path) -> None:
    lives, deletions = virtual_time.run(scenario(tmp_path, None))
    assert deletions.done == 1
    assert "consents" in {call.port for _, call in lives.moments}
    faults = [Fault(kind, *moment) for moment, kind in product(lives.moments, get_args(Kind))]
    chosen = enumerate(faults[::every])
    wrong = [outcome(tmp_path / str(n), fault) for n, fault in chosen]
    assert not any(wrong), "\n".join(filter(None, wrong))
