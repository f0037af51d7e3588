"""Brings answers to those who listen over a socket that somebody else holds: a tail like others,
which no answer waits for."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

from aizuchi.errors import LeaseLost, StoreError
from aizuchi.followers import Follower, Gateway
from aizuchi.ports import AnswerLog, Queue, Settlement
from aizuchi.surfaces.web.inbound import NAME
from aizuchi.surfaces.web.telling import Telling, ended, is_over
from aizuchi.turns import Claim

LOOKS_S = (0.1, 0.25, 0.5)
"""How long it takes until somebody is seen who has begun to listen elsewhere; the last repeated."""

REST_WITHIN_S = 15.0
RETRY_S = 1.0
TRIES = 3

log = logging.getLogger(__name__)


class Pusher:
    """Tells the followers of each turn that this process answers."""

    def __init__(self, gateway: Gateway, answers: AnswerLog, clock: Callable[[], float]) -> None:
        self._gateway, self._answers, self._clock = gateway, answers, clock
        self._attending: dict[str, asyncio.Task[None]] = {}
        self._noted: set[str] = set()
        self._swept: set[str] = set()

    def queue(self, queue: Queue) -> Queue:
        """The same queue, of which every claim is attended to."""
        return PushedQueue(queue, self)

    def begin(self, claim: Claim) -> None:
        """From now on they are told; nobody waits for it."""
        message = claim.turn.message
        if message.surface == NAME and message.history is None:
            self.leave(claim)
            task = asyncio.create_task(self._attend(claim))
            self._attending[message.turn_id] = task
            task.add_done_callback(lambda _: self._forget(message.turn_id, task))

    def leave(self, claim: Claim) -> None:
        """Somebody else answers it."""
        if task := self._attending.pop(claim.turn.message.turn_id, None):
            task.cancel()

    def note(self, conversation: str) -> None:
        """Somebody was woken for it: if whoever answered there died before its end was told, that
        is to be done yet."""
        self._noted.add(conversation)

    async def rest(self) -> None:
        """Returns when the followers of what has ended are told, or takes no more time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_WITHIN_S):
                if self._attending:
                    await asyncio.wait([*self._attending.values()])
                for conversation in self._noted - self._swept:
                    await self._sweep(conversation)
        self._noted, self._swept = set(), set()
        await self.close()

    async def close(self) -> None:
        await ended(*self._attending.values())

    def _forget(self, turn_id: str, task: asyncio.Task[None]) -> None:
        if self._attending.get(turn_id) is task:
            del self._attending[turn_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("followers are told no more: %s", error, exc_info=error)

    # ── one turn ──────────────────────────────────────────────────────────────

    async def _attend(self, claim: Claim) -> None:
        """Looks who listens, until the answer has ended, and then once more."""
        ending = asyncio.create_task(self._end_of(claim))
        telling: dict[tuple[str, str], asyncio.Task[None]] = {}
        try:
            for pause_s in _pauses():
                is_last = ending.done()
                await self._look(claim, telling)
                if is_last:
                    break
                await asyncio.wait({ending}, timeout=pause_s)
            if telling:
                await asyncio.wait([*telling.values()])
            await self._sweep(claim.turn.message.conversation)
        finally:
            await ended(ending, *telling.values())

    async def _end_of(self, claim: Claim) -> None:
        while True:
            with suppress(StoreError):
                async for _ in self._answers.follow(claim.turn.message.turn_id):
                    pass
                return
            await asyncio.sleep(RETRY_S)

    async def _look(self, claim: Claim, telling: dict[tuple[str, str], asyncio.Task[None]]) -> None:
        with suppress(StoreError):  # the next look finds them
            for each in await self._gateway.followers.of(claim.turn.message.conversation):
                task = telling.get(key := (each.socket, each.request_id))
                if (task is None or task.done()) and await self._is_ours(each, claim):
                    telling[key] = asyncio.create_task(self._tell(each, claim))

    async def _is_ours(self, follower: Follower, claim: Claim) -> bool:
        """Whether they wait for this answer, or for one whose end nobody is about to tell them."""
        if follower.answers[0][0] == claim.turn.message.turn_id:
            is_taken_in = follower.attempt == 0 and follower.busy_until > self._clock()
            return follower.attempt <= claim.turn.attempt and not is_taken_in
        return follower.busy_until <= self._clock() and await self._has_ended(follower)

    async def _tell(self, follower: Follower, claim: Claim) -> None:
        """Where the store fails in between, it goes on from where they stand by then."""
        is_own = follower.answers[0][0] == claim.turn.message.turn_id
        attempt = claim.turn.attempt if is_own else follower.attempt
        told: Follower | None = follower
        for _ in range(TRIES):
            with suppress(StoreError):
                if told:
                    await self._telling(told, attempt).follow()
                return
            await asyncio.sleep(RETRY_S)
            with suppress(StoreError):
                told = await self._again(follower)

    # ── what was left ─────────────────────────────────────────────────────────

    async def _sweep(self, conversation: str) -> None:
        """Tells those who wait for the end of what has ended, once nobody is about to."""
        self._swept.add(conversation)
        with suppress(StoreError):
            for each in await self._gateway.followers.of(conversation):
                if await self._has_ended(each):
                    await asyncio.sleep(max(0.0, each.busy_until - self._clock()))
                    told = await self._again(each)
                    if told and told.busy_until <= self._clock():
                        await self._telling(told, told.attempt).catch_up()

    async def _has_ended(self, follower: Follower) -> bool:
        return is_over(await self._answers.read(follower.answers[0][0]))

    def _telling(self, follower: Follower, attempt: int) -> Telling:
        return Telling(self._gateway, self._answers, self._clock, follower, attempt)

    async def _again(self, follower: Follower) -> Follower | None:
        for each in await self._gateway.followers.of(follower.conversation):
            if (each.socket, each.request_id) == (follower.socket, follower.request_id):
                return each if each.answers[0] == follower.answers[0] else None
        return None


class PushedQueue:
    """The Queue port of a worker whose answers are pushed."""

    def __init__(self, queue: Queue, pusher: Pusher) -> None:
        self._queue, self._pusher = queue, pusher

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        claim = await self._queue.claim(only_to_end=only_to_end)
        self._pusher.begin(claim)
        return claim

    async def renew(self, claim: Claim) -> Claim:
        try:
            return await self._queue.renew(claim)
        except LeaseLost:
            self._pusher.leave(claim)
            raise

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        await self._queue.settle(claim, settlement)

    async def release(self, claim: Claim) -> None:
        self._pusher.leave(claim)
        await self._queue.release(claim)


def _pauses() -> Iterator[float]:
    yield from LOOKS_S
    while True:
        yield LOOKS_S[-1]
