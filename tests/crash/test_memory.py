"""Die or freeze at every call while summaries are made, somebody starts afresh, and somebody is
forgotten: what was told holds, and nothing else is lost."""

import asyncio
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from aizuchi.answers import Finished, fold
from aizuchi.attempt import cancel
from aizuchi.events import Message
from aizuchi.prompt import Brief
from aizuchi.recall import Window
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import message

from .faults import Fault, Kind
from .lives import Lives

BRIEF = Brief(turns=2)
HALL = ("hall talk", "hall")


def said(number: str, text: str = "", sender: str = "ann") -> Message:
    talk, place = HALL
    return message(number, talk, text=text, sender=sender, place=place, audience="shared")


async def tell(lives: Lives, asked: Message) -> Finished:
    """The end of an answer, through however many lives; and time for what follows in its shadow."""

    async def send(lives: Lives) -> None:
        assert lives.engine is not None
        await lives.engine.inbox.accept((asked,), ())

    ends: list[Finished] = []

    async def read(lives: Lives) -> None:
        assert lives.engine is not None
        found = [line async for group in lives.engine.log.follow(asked.turn_id) for line in group]
        end = fold(found).finished
        assert end is not None, f"{asked.turn_id} broke off"
        ends.append(end)

    await lives.insist(send)
    await lives.insist(read)
    await asyncio.sleep(2)
    return ends[-1]


async def scenario(home: Path, fault: Fault | None) -> Lives:
    """Ann and Bob speak in the hall, Bob starts afresh in private, Ann wishes to be forgotten."""
    lives = Lives(home, fault, brief=BRIEF, notes=True)
    running = asyncio.create_task(lives.run())
    try:
        for number in ("a1", "a2"):
            await tell(lives, said(number, f"CANARY {number}"))
        for number in ("b1", "b2"):
            await tell(lives, said(number, sender="bob"))
        await tell(lives, message("o1", "bobs", sender="bob"))
        await tell(lives, message("o2", "bobs", sender="bob", text="reset"))
        wish = await tell(lives, message("wish", text="forget me"))
        assert "Deleted: 2 of your messages" in wish.said
        for number in ("b3", "b4"):
            await tell(lives, said(number, sender="bob"))
        await lives.insist(look)
        lives.remember()
    finally:
        await cancel(running)
    assert b"CANARY" not in (home / "aizuchi.db").read_bytes(), "its bytes are still there"
    return lives


async def look(lives: Lives) -> None:
    """What is remembered in the end."""
    assert lives.engine is not None
    memory = lives.engine.memory
    own = await memory.recall(message("x", "bobs", sender="bob"), "thread", BRIEF.window)
    hall = await memory.recall(said("x", sender="bob"), "thread", Window(10))
    exported = await memory.export("test:home:ann")
    kept = await memory.export("test:home:bob")
    assert list(own.exchanges) == [], "what was forgotten is recalled"
    assert [each.said.turn_id for each in exported] == ["wish"]
    assert {each.said.turn_id for each in kept} == {"b1", "b2", "b3", "b4", "o1", "o2"}
    assert len(hall.summaries) == 1, "no summary stands for what was said before"
    assert hall.exchanges[-1].question == "question b4"


def outcome(home: Path, fault: Fault) -> str:
    home.mkdir()
    try:
        lives = virtual_time.run(scenario(home, fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    return "" if lives.reached else f"{fault}: never reached"


@pytest.mark.parametrize("every", [11, pytest.param(1, marks=pytest.mark.proof)])
def test_memory_over_a_fault_at_every_call(every: int, tmp_path: Path) -> None:
    moments = virtual_time.run(scenario(tmp_path, None)).moments
    called = {call.method for _, call in moments if call.port == "memory"}
    assert called >= {"recall", "overflow", "summarise", "holds", "due"}
    faults = [Fault(kind, *moment) for moment, kind in product(moments, get_args(Kind))]
    assert len(faults) > 300
    wrong = [outcome(tmp_path / str(n), fault) for n, fault in enumerate(faults[::every])]
    assert not any(wrong), "\n".join(filter(None, wrong))
