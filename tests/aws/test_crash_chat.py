"""Die or freeze at every call of the function behind the page: whoever reads comes back, and finds
each message answered once, in its order; the next one too."""

import asyncio
from itertools import product
from typing import get_args

import pytest
from tests.aws.chats import ChatLives, Reader
from tests.aws.test_crash_matrix import TROUBLES, Spoil
from tests.crash.faults import Fault, Kind
from tests.crash.lives import is_whole

from aizuchi.simulator.aws import Fault as Trouble
from aizuchi.testing import virtual_time

PORTS = {"DynamoDB_20120810", "AmazonSQS", "model"}
WITHIN_S = 300.0


async def scenario(fault: Fault | None, spoil: Spoil = lambda number, method: None) -> ChatLives:
    """Two messages in one chat and one in another; then one more in the first."""
    lives = ChatLives(*([fault] if fault else []))
    async with lives.running(), asyncio.timeout(WITHIN_S):
        lives.aws.faults.spoil = spoil
        reader, taken = Reader(lives), asyncio.Event()
        first = asyncio.create_task(reader.say("talk", "1", taken))
        third = asyncio.create_task(reader.say("other", "3", asyncio.Event()))
        await taken.wait()
        second = asyncio.create_task(reader.say("talk", "2", asyncio.Event()))
        read = dict(zip("123", await asyncio.gather(first, second, third), strict=True))
        read["4"] = await reader.say("talk", "4", asyncio.Event())
        for number, answer in read.items():
            assert answer.outcome == "answered", (number, answer)
            assert is_whole(answer.text), f"{number} is not one whole answer: {answer.text!r}"
        assert await reader.history("talk") == [(each, read[each].text) for each in "124"]
        assert await reader.history("other") == [("3", read["3"].text)]
    assert lives.chats.strayed == 0
    return lives


def outcome(fault: Fault) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    try:
        lives = virtual_time.run(scenario(fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    reached = lives.chats.environments[0].process.reached
    return "" if reached else f"{fault}: never reached"


def wrong(every: int) -> list[str]:
    """What goes wrong at each so-many-th of the calls in the first environment."""
    moments = virtual_time.run(scenario(None)).chats.environments[0].process.moments
    assert {call.port for _, call in moments} == PORTS
    faults = [Fault(kind, *moment) for moment, kind in product(moments, get_args(Kind))]
    assert len(faults) > 100
    return [told for told in map(outcome, faults[::every]) if told]


def test_at_many_calls() -> None:
    """Thirteen shares no factor with the four faults of a call, so each kind comes up."""
    assert wrong(13) == []


@pytest.mark.proof
def test_at_every_call() -> None:
    assert wrong(1) == []


@pytest.mark.proof
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_trouble_with_any_call_of_aws_harms_nothing(trouble: Trouble) -> None:
    """Who is told that something could not be kept sends it again."""
    seen: list[int] = []
    virtual_time.run(scenario(None, lambda number, method: seen.append(number)))
    for number in seen[::3]:
        virtual_time.run(scenario(None, _only(number, trouble)))


def _only(chosen: int, trouble: Trouble) -> Spoil:
    return lambda number, method: trouble if number == chosen else None
