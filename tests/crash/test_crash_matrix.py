"""Die or freeze before and after every call on every port: nothing lost, doubled or out of order."""

import asyncio
from itertools import product
from pathlib import Path
from typing import get_args


from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import message

from .faults import Fault, Kind
from .lives import Lives, is_whole


async def scenario(home: Path, fault: Fault | None) -> Lives:
    """Two messages in one conversation and one in another; then one more in the first."""
    lives = Lives(home, fault)
    running = asyncio.create_task(lives.run())
    try:
        first = asyncio.create_task(lives.converse(message("1", "talk")))
        await asyncio.sleep(0.01)
        second = asyncio.create_task(lives.converse(message("2", "talk")))
        third = asyncio.create_task(lives.converse(message("3", "other")))
        answers = dict(zip("123", await asyncio.gather(first, second, third), strict=True))
        answers["4"] = await lives.converse(message("4", "talk"))
        for turn_id, answer in answers.items():
            assert answer.finished is not None
            assert answer.finished.outcome == "answered", (turn_id, answer)
            assert is_whole(answer.text), f"{turn_id} is not one whole answer: {answer.text!r}"
            assert await lives.read(turn_id) == answer, "what was read is what is stored"
        said = await lives.history("test:home:ann", "talk")
        assert [one.turn_id for one in said] == ["1", "2", "4"]
        assert not any(one.running for one in said[:2])
        lives.moments += lives.process.moments
        lives.reached |= lives.process.reached
    finally:
        await cancel(running)
    return lives


def faults(home: Path) -> list[Fault]:
    """Every fault there is in a run where nothing fails."""
    moments = virtual_time.run(scenario(home, None)).moments
    return [Fault(kind, moment, call) for (moment, call), kind in product(moments, get_args(Kind))]


def test_at_every_call_of_every_port(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    every = faults(tmp_path / "plain")
    assert len(every) > 150
    assert {fault.call.port for fault in every} >= {
        "inbox",
        "queue",
        "log",
        "memory",
        "usage",
        "model",
    }
    failures = []
    for number, fault in enumerate(every):
        home = tmp_path / str(number)
        home.mkdir()
        try:
            lives = virtual_time.run(scenario(home, fault))
            if not lives.reached:
                failures.append(f"{fault}: never reached")
        except Exception as error:
            failures.append(f"{fault}: {type(error).__name__}: {error}")
    assert not failures, "\n".join(failures)
