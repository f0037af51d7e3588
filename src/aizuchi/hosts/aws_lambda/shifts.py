"""What a function does with what it is brought: it works for as long as one invocation lasts.

The assistant stays open from one to the next, with its event loop, its connections and whatever it
waits for, and is frozen in between with everything else. So nothing may be under way when an
invocation ends: what is not done by then is handed back, for another one to go on with.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from aizuchi.attempt import cancel
from aizuchi.hosts.aws_lambda.keeping import Keeper
from aizuchi.turns import Bounds

HAND_BACK_S = 8.0
"""How long before its end an invocation hands back what it has not done: that takes a write."""

LEAVE_S = 2.0
"""How long before its end it returns, whatever has not let go."""

REST_WITHIN_S, AT_ONCE_S = 30.0, 0.1
LEAST_ANSWER_S = 10.0

Thing = TypeVar("Thing")
"""A message of a queue, or a request."""

Record = Mapping[str, Any]
Offer = Callable[[Thing], Coroutine[Any, Any, bool]]
"""Takes what was brought; whether nothing of it is left to be done."""

log = logging.getLogger(__name__)


class Assistant(Protocol):
    """An assistant as a function keeps it."""

    async def work(self) -> None:
        """Works on what there is, until it is cancelled."""
        ...

    async def hand_back(self) -> None:
        """Hands back what it works on."""
        ...

    async def rest(self) -> None:
        """Returns when what goes on behind the answers is done."""
        ...


async def nothing_to_let_go() -> None:
    """Of what nobody waits behind."""


class Opened(NamedTuple, Generic[Thing]):
    """`let_go` takes what is done out of its queue, for whoever waits behind it."""

    assistant: Assistant
    offer: Offer[Thing]
    let_go: Callable[[], Coroutine[Any, Any, None]] = nothing_to_let_go


Open = Callable[[float], AbstractAsyncContextManager[Opened[Thing]]]
"""Opens the assistant for invocations of so many seconds."""


class Shifts(Generic[Thing]):
    """One after the other, on one event loop."""

    def __init__(self, open_assistant: Open[Thing]) -> None:
        self._keeper = Keeper(open_assistant, lambda opened: opened.assistant.work())

    async def serve(self, things: Sequence[Thing], left_s: float) -> list[Thing]:
        """Does what each of them asks for; gives those that are to come again.

        Raises:
            AizuchiError: the assistant cannot be opened, or its work has ended.
        """
        until = _now() + left_s
        opened, living = await self._keeper.opened(left_s)
        offering = {asyncio.create_task(opened.offer(each)): each for each in things}
        try:
            await self._wait({*offering}, living, until - HAND_BACK_S)
            await self._wind_up(opened, {*offering}, until - LEAVE_S)
        finally:
            await cancel(*offering)
        return [each for task, each in offering.items() if not _is_done(task)]

    async def _wait(
        self, offering: set[asyncio.Task[bool]], living: asyncio.Task[None], until: float
    ) -> None:
        """Returns when all is done, or its time is over; what stops the work is raised."""
        everything = asyncio.ensure_future(asyncio.wait(offering))
        left_s = max(0.0, until - _now())
        try:
            await asyncio.wait(
                [everything, living], timeout=left_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            await cancel(everything)
        if living.done():
            living.result()

    async def _wind_up(
        self, opened: Opened[Thing], offering: set[asyncio.Task[bool]], until: float
    ) -> None:
        """Leaves nothing under way."""
        left = {task for task in offering if not task.done()}
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                if left:
                    log.warning("the time is nearly over: %d are handed back", len(left))
                    await opened.assistant.hand_back()
                    await asyncio.wait(left)
        await self._rest(opened, min(until, _now() + REST_WITHIN_S))

    async def _rest(self, opened: Opened[Thing], until: float) -> None:
        """Who returns at once has what is done taken out of its queue by Lambda, for nothing."""
        resting = asyncio.create_task(opened.assistant.rest())
        try:
            done, _ = await asyncio.wait([resting], timeout=AT_ONCE_S)
            if not done:
                await opened.let_go()
                done, _ = await asyncio.wait([resting], timeout=max(0.0, until - _now()))
            for each in done:
                each.result()
        finally:
            await cancel(resting)

    async def close(self) -> None:
        await self._keeper.close()


def bounds_within(bounds: Bounds, left_s: float) -> Bounds:
    """An answer has so much time that its invocation can still say that it took too long."""
    most_s = max(LEAST_ANSWER_S, left_s - HAND_BACK_S - 2 * bounds.call_timeout_s)
    return bounds._replace(answer_within_s=min(bounds.answer_within_s, most_s))


def _is_done(task: asyncio.Task[bool]) -> bool:
    """What broke something is brought again, if it is a message; some day it is a dead letter."""
    if not task.done() or task.cancelled():
        return False
    if error := task.exception():
        log.error("it could not be taken: %s", error, exc_info=error)
        return False
    return task.result()


def _now() -> float:
    return asyncio.get_running_loop().time()
