"""The first sign: at once, once, within its budget, and never after the answer."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from aizuchi.events import Message
from aizuchi.hearing import FirstSigns
from aizuchi.limits import Budget
from aizuchi.operations import (
    Busy,
    Doubtful,
    Find,
    Found,
    Operation,
    Receipt,
    Refused,
    Sent,
    ShowWorking,
)
from aizuchi.pace import LocalPace
from aizuchi.testing.engine_contract.bench import message

QUESTION = message("1")


class Courier:
    """Notes what it is to do; each call takes its time. The last receipt is that of all others."""

    def __init__(self, *receipts: Receipt, takes_s: float = 0.1) -> None:
        self.done: list[Operation] = []
        self._receipts, self._takes_s = receipts or (Sent(),), takes_s

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        self.done.append(operation)
        receipt = self._receipts[: len(self.done)][-1]
        await asyncio.sleep(self._takes_s)
        return receipt

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        return None

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        return ("status",)


def signs_by(courier: Courier, *, has_sign: bool = True, **budgets: Budget) -> FirstSigns:
    pace = LocalPace(asyncio.get_running_loop().time, budgets)
    return FirstSigns(courier, pace, lambda message: has_sign, 5.0)


def hear(signs: FirstSigns, said: Message = QUESTION, *, ago_s: float = 0.0) -> None:
    signs.heard(said, asyncio.get_running_loop().time() - ago_s)


async def test_its_call_leaves_at_once_and_nobody_waits_for_it() -> None:
    courier = Courier(takes_s=4.0)
    signs = signs_by(courier)
    hear(signs)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert courier.done == [ShowWorking("Thinking…")]
    given = signs.given(QUESTION)
    assert given
    assert (given.text, given.since) == ("Thinking…", asyncio.get_running_loop().time())
    await signs.given_by_now(QUESTION)
    assert asyncio.get_running_loop().time() >= 4.0


async def test_it_is_not_given_once_somebody_else_may_have_answered() -> None:
    courier = Courier()
    signs = signs_by(courier)
    hear(signs, ago_s=6.0)
    await signs.given_by_now(QUESTION)
    assert courier.done == []
    assert signs.given(QUESTION) is None


async def test_it_keeps_within_its_budget() -> None:
    courier = Courier()
    signs = signs_by(courier, status=Budget(1, 0.01))
    hear(signs, message("1", "one"))
    hear(signs, message("2", "other"))
    await asyncio.sleep(1)
    assert len(courier.done) == 1
    assert signs.given(message("2", "other")) is None


@pytest.mark.parametrize("receipt", [Doubtful(), Busy(7.0), Refused("no_sign")])
async def test_one_that_failed_is_not_counted_on(receipt: Receipt) -> None:
    signs = signs_by(Courier(receipt))
    hear(signs)
    await asyncio.sleep(0)
    given = signs.given(QUESTION)
    assert given
    await asyncio.sleep(1)
    assert given.failed.is_set()
    assert signs.given(QUESTION) is None


async def test_one_that_fails_leaves_a_later_one_standing() -> None:
    signs = signs_by(Courier(Doubtful(), Sent(), takes_s=1.0))
    hear(signs)
    await asyncio.sleep(0.5)
    hear(signs, message("2"))
    later = signs.given(QUESTION)
    await asyncio.sleep(3)
    assert later
    assert signs.given(QUESTION) is later
    assert not later.failed.is_set()


async def test_the_end_of_an_answer_takes_every_sign_of_its_conversation() -> None:
    signs = signs_by(Courier())
    hear(signs, message("1"))
    hear(signs, message("2"))
    signs.forget(message("1"))
    assert signs.given(message("2")) is None
    await signs.close()


async def test_a_message_without_a_sign_gets_none() -> None:
    courier = Courier()
    signs = signs_by(courier, has_sign=False)
    hear(signs)
    await asyncio.sleep(1)
    assert courier.done == []
