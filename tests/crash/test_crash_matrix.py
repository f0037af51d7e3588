"""Die or freeze at every call on every port: nothing is lost, doubled or out of order."""

import asyncio
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time

from .faults import Fault, Kind
from .lives import Lives, is_whole
from .people import AtThePage, AtThePorts, InTheTerminal, Person
from .socketeers import OverASocket

Place = Callable[[Lives], Person]
World = Callable[[Path, Fault | None], Lives]
EVERY_PORT = {"inbox", "queue", "log", "memory", "usage", "chats", "consents", "model"}
MORE_PORTS: dict[Place, set[str]] = {OverASocket: {"tickets"}}


async def scenario(place: Place, home: Path, fault: Fault | None, world: World = Lives) -> Lives:
    """Two messages in one conversation and one in another; then one more in the first."""
    lives = world(home, fault)
    running = asyncio.create_task(lives.run())
    person = place(lives)
    try:
        taken = asyncio.Event()
        first = asyncio.create_task(person.say("talk", "1", taken))
        third = asyncio.create_task(person.say("other", "3", asyncio.Event()))
        await taken.wait()
        second = asyncio.create_task(person.say("talk", "2", asyncio.Event()))
        read = dict(zip("123", await asyncio.gather(first, second, third), strict=True))
        read["4"] = await person.say("talk", "4", asyncio.Event())
        for number, answer in read.items():
            assert answer.outcome == "answered", (number, answer)
            assert is_whole(answer.text), f"{number} is not one whole answer: {answer.text!r}"
        assert await person.history("talk") == [(number, read[number]) for number in "124"]
        assert await person.history("other") == [("3", read["3"])]
        lives.remember()
    finally:
        await cancel(running)
    return lives


def outcome(place: Place, home: Path, fault: Fault, world: World = Lives) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        lives = virtual_time.run(scenario(place, home, fault, world))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    return "" if lives.reached else f"{fault}: never reached"


@pytest.mark.parametrize(
    ("place", "every"),
    [
        (AtThePorts, 1),
        (AtThePage, 1),
        (InTheTerminal, 1),
        (OverASocket, 3),
        pytest.param(OverASocket, 1, marks=pytest.mark.proof),
    ],
)
def test_at_every_call_of_every_port(place: Place, every: int, tmp_path: Path) -> None:
    """At every third call for those who call like others: three shares no factor with the four
    faults of a call, so each kind comes up at each port."""
    moments = virtual_time.run(scenario(place, tmp_path, None)).moments
    assert {call.port for _, call in moments} == EVERY_PORT | MORE_PORTS.get(place, set())
    faults = [Fault(kind, *moment) for moment, kind in product(moments, get_args(Kind))]
    assert len(faults) > 300
    chosen = enumerate(faults[::every])
    wrong = [outcome(place, tmp_path / str(n), fault) for n, fault in chosen]
    assert not any(wrong), "\n".join(filter(None, wrong))
