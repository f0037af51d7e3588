"""Die or freeze at every call of a worker function, deliver everything twice: each message is
answered once, in its order."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple, get_args

import pytest
from tests.aws.lives import LambdaLives
from tests.crash.faults import Fault, Kind
from tests.crash.lives import is_whole
from tests.crash.tally import Judged, Tally, in_turn, judged, together

from aizuchi.simulator.aws import Fault as Trouble
from aizuchi.testing import virtual_time

PORTS = {"DynamoDB_20120810", "AmazonSQS", "model", "plaza"}
TROUBLES = {
    "call lost": Trouble(lost="call"),
    "reply lost": Trouble(lost="reply"),
    "frozen": Trouble(lost="reply", frozen=True),
    "throttled": Trouble(error="ThrottlingException"),
    "broken": Trouble(error="InternalServerError"),
    "no answer of AWS's": Trouble(status=503),
}


Spoil = Callable[[int, str], Trouble | None]


class Told(NamedTuple):
    lives: LambdaLives
    found: Judged


async def scenario(
    fault: Fault | None,
    *,
    doubled: bool = False,
    forgotten: bool = False,
    spoil: Spoil = lambda number, method: None,
) -> Told:
    """Two messages in one thread and one in another; then one more in the first."""
    lives = LambdaLives(*([fault] if fault else []))
    async with lives.running():
        assert lives.turns
        lives.aws.faults.spoil = spoil
        lives.turns.double(99 if doubled else 0)
        lives.turns.forget(1 if forgotten else 0)
        one, other = lives.ask("One?"), lives.ask("Another?")
        lives.ask("Two?", one)
        await lives.until(lambda: _whole(lives, one) >= 2)
        lives.ask("Three?", one)
        await lives.until(lambda: (_whole(lives, one), _whole(lives, other)) == (3, 1))
        await lives.until(lambda: not lives.standing["turns.fifo"])
        asked = {one: in_turn("One?", "Two?", "Three?"), other: in_turn("Another?")}
        threads = [judged(lives.answers(each), asked[each], lives.question_of) for each in asked]
        left = len(lives.plaza.open_streams()) + sum(
            count for name, count in lives.standing.items() if name != "side"
        )
    found = together(threads)._replace(faults=fault is not None, left=left)
    return Told(lives, found.with_repeated(0))


def _whole(lives: LambdaLives, thread: str) -> int:
    return sum(is_whole(f"{text} ") for text in lives.answers(thread))


def outcome(fault: Fault, tally: Tally) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    try:
        told = virtual_time.run(scenario(fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    tally.add("Lambda, Plaza", "", told.found)
    if not told.found.is_kept:
        return f"{fault}: {told.found}\n{told.lives.plaza.transcript()}"
    reached = told.lives.workers.environments[0].process.reached
    return "" if reached else f"{fault}: never reached"


def wrong(ports: set[str], tally: Tally) -> list[str]:
    """What goes wrong at the calls of these ports in the first environment."""
    calm = virtual_time.run(scenario(None))
    assert calm.found.is_kept, calm.lives.plaza.transcript()
    moments = calm.lives.workers.environments[0].process.moments
    assert {call.port for _, call in moments} == PORTS
    chosen = [moment for moment in moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    return [told for told in (outcome(fault, tally) for fault in faults) if told]


def test_at_every_call_of_the_platform(tally: Tally) -> None:
    assert wrong({"plaza"}, tally) == []


@pytest.mark.proof
def test_at_every_call(tally: Tally) -> None:
    assert wrong(PORTS, tally) == []


@pytest.mark.parametrize("how", ["doubled", "forgotten"])
def test_whatever_is_delivered_twice_is_answered_once(how: str) -> None:
    told = virtual_time.run(scenario(None, doubled=how == "doubled", forgotten=how == "forgotten"))
    assert told.found.is_kept, told.lives.plaza.transcript()


def spoiled(number: int, method: str, trouble: Trouble, tally: Tally) -> str:
    """What goes wrong where a call of AWS is in trouble; nothing where all promises were kept."""
    told = virtual_time.run(
        scenario(None, spoil=lambda each, _: trouble if each == number else None)
    )
    tally.add("Lambda, trouble with AWS", "", told.found._replace(faults=1))
    kept = "" if told.found.is_kept else f"{told.found}\n{told.lives.plaza.transcript()}"
    return kept and f"{trouble} at call {number}, {method}: {kept}"


def calls() -> Iterator[tuple[int, str]]:
    """The calls of AWS in a calm scenario, by their numbers."""
    seen: list[tuple[int, str]] = []
    virtual_time.run(scenario(None, spoil=lambda *call: seen.append(call)))
    yield from seen


def first_of_each() -> Iterator[tuple[int, str]]:
    yield from {method: (number, method) for number, method in reversed([*calls()])}.values()


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_trouble_with_the_first_call_of_each_kind_harms_nothing(
    trouble: Trouble, tally: Tally
) -> None:
    assert [told for call in first_of_each() if (told := spoiled(*call, trouble, tally))] == []


@pytest.mark.proof
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_trouble_with_any_call_harms_nothing(trouble: Trouble, tally: Tally) -> None:
    assert [told for call in calls() if (told := spoiled(*call, trouble, tally))] == []
