"""Claims whatever may be claimed, and holds each turn under its lease while it is worked on."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from aizuchi.attempt import RETRY_STORE_S, Attempt, Office, cancel
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.turns import Claim

T = TypeVar("T")

log = logging.getLogger(__name__)


class Lease:
    """The time for which a claim still holds, by the monotonic clock."""

    def __init__(self, claim: Claim, now: float) -> None:
        self.extend(claim, now, asyncio.get_running_loop().time())

    def extend(self, claim: Claim, now: float, asked_at: float) -> None:
        """`now` by the clock of the day and `asked_at` by the loop's are one moment."""
        self._until = asked_at + claim.turn.lease_until - now

    def left_s(self) -> float:
        return self._until - asyncio.get_running_loop().time()


class Worker:
    """Takes every turn of an engine to its end. `run` works until it is cancelled."""

    def __init__(self, office: Office, slots: int = 64) -> None:
        self._office = office
        self._queue = office.engine.queue
        self._slots = asyncio.Semaphore(slots)
        self._held: set[asyncio.Task[None]] = set()
        self._claiming: list[asyncio.Task[None]] = []
        self._drained = asyncio.Event()

    async def run(self) -> None:
        """Two claim: one as many answers at once as there are slots, the other one what is only
        to be ended, which waits for no slot."""
        self._claiming = [
            asyncio.create_task(self._answer_all()),
            asyncio.create_task(self._end_all()),
        ]
        try:
            done, _ = await asyncio.wait(self._claiming, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                if not task.cancelled():
                    task.result()
            await self._drained.wait()
        finally:
            await self.drain(0)

    async def drain(self, within_s: float | None) -> None:
        """Takes nothing new, lets what runs end within a time, and hands back the rest."""
        await cancel(*self._claiming)
        try:
            if self._held:
                await asyncio.wait(self._held, timeout=within_s)
        finally:
            await cancel(*self._held)
            self._drained.set()

    async def hand_back(self) -> None:
        """Hands back all that is held now, and goes on taking what there is."""
        await cancel(*self._held)

    async def settled(self) -> bool:
        """Returns when what is held now is no more; whether anything was."""
        held = {*self._held}
        if held:
            await asyncio.wait(held)
        return bool(held)

    async def _answer_all(self) -> None:
        while True:
            await self._slots.acquire()
            try:
                claim = await _patiently(self._queue.claim)
            except BaseException:
                self._slots.release()
                raise
            self._begin(claim).add_done_callback(lambda _: self._slots.release())

    async def _end_all(self) -> None:
        while True:
            self._begin(await _patiently(lambda: self._queue.claim(only_to_end=True)))

    def _begin(self, claim: Claim) -> asyncio.Task[None]:
        task = asyncio.create_task(self._hold(claim))
        self._held.add(task)
        task.add_done_callback(self._held.discard)
        return task

    async def _hold(self, claim: Claim) -> None:
        """Works on a turn for as long as its lease lives; cancelled, hands it back."""
        lease = Lease(claim, self._office.clock())
        work = asyncio.create_task(Attempt(self._office, claim, lease.left_s).work())
        heartbeat = asyncio.create_task(self._renew(claim, lease))
        try:
            await asyncio.wait({work, heartbeat}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await cancel(work, heartbeat)
            with suppress(StoreError):
                await self._queue.release(claim)
            raise
        await cancel(work, heartbeat)
        if work.done() and not work.cancelled() and (error := work.exception()):
            log.error("an attempt was given up: %s", error, exc_info=error)

    async def _renew(self, claim: Claim, lease: Lease) -> None:
        """Returns when the lease is lost: to another attempt, or at the bound of the answer."""
        while (left_s := lease.left_s()) > 0:
            await asyncio.sleep(min(self._office.bounds.renew_every_s, left_s / 2 + 0.01))
            now, asked_at = self._office.clock(), asyncio.get_running_loop().time()
            try:
                claim = await self._queue.renew(claim)
            except LeaseLost:
                return
            except StoreError as error:
                log.error("%s", error)
                continue
            lease.extend(claim, now, asked_at)


async def _patiently(step: Callable[[], Awaitable[T]]) -> T:
    """Waits out a store that cannot be used now: a full disk is emptied some day."""
    while True:
        try:
            return await step()
        except StoreError as error:
            log.error("%s", error)
            await asyncio.sleep(RETRY_STORE_S)
