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
from aizuchi.turns import Bounds

HAND_BACK_S = 8.0
"""How long before its end an invocation hands back what it has not done: that takes a write."""

LEAVE_S = 2.0
"""How long before its end it returns, whatever has not let go."""

REST_WITHIN_S = 30.0
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


class Opened(NamedTuple, Generic[Thing]):
    assistant: Assistant
    offer: Offer[Thing]


Open = Callable[[float], AbstractAsyncContextManager[Opened[Thing]]]
"""Opens the assistant for invocations of so many seconds."""


class Shifts(Generic[Thing]):
    """One after the other, on one event loop."""

    def __init__(self, open_assistant: Open[Thing]) -> None:
        self._open = open_assistant
        self._living: asyncio.Task[None] | None = None
        self._opened: Opened[Thing] | None = None

    async def serve(self, things: Sequence[Thing], left_s: float) -> list[Thing]:
        """Does what each of them asks for; gives those that are to come again.

        Raises:
            AizuchiError: the assistant cannot be opened, or its work has ended.
        """
        until = _now() + left_s
        opened, living = await self._awake(left_s)
        offering = {asyncio.create_task(opened.offer(each)): each for each in things}
        try:
            await self._wait({*offering}, living, until - HAND_BACK_S)
            await self._wind_up(opened, {*offering}, until - LEAVE_S)
        finally:
            await cancel(*offering)
        return [each for task, each in offering.items() if not _is_done(task)]

    async def _awake(self, left_s: float) -> tuple[Opened[Thing], asyncio.Task[None]]:
        """The assistant, opened by the first invocation, or anew after its work broke off."""
        if self._living is None or self._living.done():
            is_open = asyncio.Event()
            self._living = asyncio.create_task(self._live(left_s, is_open))
            opening = asyncio.create_task(is_open.wait())
            await asyncio.wait({opening, self._living}, return_when=asyncio.FIRST_COMPLETED)
            await cancel(opening)
        if self._living.done():
            self._living.result()
        assert self._opened
        return self._opened, self._living

    async def _live(self, left_s: float, is_open: asyncio.Event) -> None:
        async with self._open(left_s) as opened:
            self._opened = opened
            is_open.set()
            await opened.assistant.work()

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
        with suppress(TimeoutError):
            async with asyncio.timeout_at(min(until, _now() + REST_WITHIN_S)):
                await opened.assistant.rest()

    async def close(self) -> None:
        if self._living:
            await cancel(self._living)


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
