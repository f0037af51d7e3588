"""The calls of one answer: behind their budgets, under a time limit, and never a second one."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from aizuchi.happenings import PlatformCalled
from aizuchi.operations import (
    Busy,
    Doubtful,
    Ended,
    Find,
    Found,
    Operation,
    Receipt,
    Refused,
    Sent,
)
from aizuchi.ports import Courier, Pace
from aizuchi.tracing import note, now, tell


class Caller:
    """A courier that keeps within its budgets and is not waited for too long.

    What takes longer than `call_timeout_s` is in doubt: it may have been done.
    """

    def __init__(
        self,
        courier: Courier,
        pace: Pace,
        tenant: str,
        reply_to: Mapping[str, str],
        call_timeout_s: float,
    ) -> None:
        self.call_timeout_s = call_timeout_s
        self._courier = courier
        self._pace = pace
        self._tenant = tenant
        self._reply_to = reply_to
        self._taken: set[str] = set()

    async def wait_for(self, operation: Operation | Find, *, final: bool) -> float:
        """Seconds until the budgets allow the call; 0: it may leave, its slots are taken."""
        for budget in self._courier.budgets(operation, self._reply_to):
            if budget not in self._taken:
                if wait_s := await self._pace.take(self._tenant, budget, final=final):
                    return wait_s
                self._taken.add(budget)
        return 0.0

    async def perform(self, operation: Operation) -> Receipt:
        began = now()
        receipt: Receipt = Doubtful()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.call_timeout_s):
                receipt = await self._courier.perform(operation, self._reply_to)
        await self._called(operation, receipt, began)
        return receipt

    async def find(self, lost: Find) -> Found:
        began = now()
        result: Found = Doubtful()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.call_timeout_s):
                result = await self._courier.find(lost, self._reply_to)
        await self._called(lost, result, began)
        return result

    async def _called(
        self, operation: Operation | Find, result: Receipt | Found, began: float
    ) -> None:
        self._taken.clear()
        came_of = "absent" if result is None else type(result).__name__.lower()
        detail = _detail(result)
        code = "" if isinstance(result, Busy) else detail
        tell(PlatformCalled(began, now(), type(operation).__name__, came_of, code))
        if not isinstance(result, Sent):
            note(came_of, f"{detail} {type(operation).__name__}".strip())
        if isinstance(result, Busy):
            for budget in self._courier.budgets(operation, self._reply_to):
                await self._pace.penalise(self._tenant, budget, result.retry_after_s)


def _detail(result: Receipt | Found) -> str:
    """What a note tells of a call that did not simply succeed."""
    match result:
        case Busy(retry_after_s):
            return f"{retry_after_s:g}"
        case Ended(why):
            return why
        case Refused(code):
            return code
        case _:
            return ""
