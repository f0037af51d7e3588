"""Die or freeze at every call of the function beside the order, where it alone is left: whoever
waits is told so once, and a worker that comes afterwards says no more. Two who wait in one thread
may be told together, so each waits in one of their own."""

import asyncio
from itertools import product
from typing import get_args

import pytest
from tests.aws.lives import LambdaLives
from tests.crash.faults import Fault, Kind

from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time

PORTS = {"DynamoDB_20120810", "AmazonSQS", "plaza"}
AWAY = "I was away and did not answer this. Ask again if you still need it."


async def scenario(fault: Fault | None) -> LambdaLives:
    """Two messages for which a worker comes far too late."""
    lives = LambdaLives(beside=[fault] if fault else [])
    lives.works = False
    async with lives.running():
        assert lives.turns
        one, other = lives.ask("One?"), lives.ask("Another?")
        await lives.until(lambda: not lives.standing["side"])
        working = asyncio.create_task(lives.turns.run())
        await lives.until(lambda: not lives.standing["turns.fifo"])
        await cancel(working)
        assert lives.answers(one) == lives.answers(other) == [AWAY]
        assert lives.standing["dead.fifo"] == 0
        assert lives.model.prompts == []
    return lives


def outcome(fault: Fault) -> str:
    """What went wrong with this fault; nothing where all was kept."""
    try:
        lives = virtual_time.run(scenario(fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    reached = lives.sides.environments[0].process.reached
    return "" if reached else f"{fault}: never reached"


def wrong(ports: set[str]) -> list[str]:
    """What goes wrong at the calls of these ports in the first environment."""
    moments = virtual_time.run(scenario(None)).sides.environments[0].process.moments
    assert {call.port for _, call in moments} == PORTS
    chosen = [moment for moment in moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    return [told for told in map(outcome, faults) if told]


def test_at_every_call_of_the_platform() -> None:
    assert wrong({"plaza"}) == []


@pytest.mark.proof
def test_at_every_call() -> None:
    assert wrong(PORTS) == []
