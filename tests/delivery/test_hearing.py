"""The first sign: at once, once, within its budget, and never after the answer."""

import asyncio
from collections.abc import Mapping, Sequence

from aizuchi.events import Message
from aizuchi.hearing import FirstSigns
from aizuchi.operations import Doubtful, Find, Found, Operation, Receipt, Sent, ShowWorking
from aizuchi.pace import Budget, LocalPace
from aizuchi.testing.engine_contract.bench import message

QUESTION = message("1")


class Courier:
    """Notes what it is to do; each call takes its time."""

    def __init__(self, receipt: Receipt = Sent(), takes_s: float = 0.1) -> None:
        self.done: list[Operation] = []
        self._receipt, self._takes_s = receipt, takes_s

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt:
        self.done.append(operation)
        await asyncio.sleep(self._takes_s)
        return self._receipt

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
    assert signs.given(QUESTION) == ("Thinking…", asyncio.get_running_loop().time())
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


async def test_one_that_failed_is_not_counted_on() -> None:
    signs = signs_by(Courier(Doubtful()))
    hear(signs)
    await asyncio.sleep(1)
    assert signs.given(QUESTION) is None


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
