"""Where messages of the queues come from: a process of one's own fetches them, or a host that has
one in its hands offers it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from aizuchi.engines.aws.queues import Delivery, Queues, handed
from aizuchi.errors import StoreError

BACKUP_S = 5.0
RETRY_S = 2.0
LONGEST_RETRY_S = 30.0

Take = Callable[[Delivery], Awaitable[None]]

log = logging.getLogger(__name__)


class Source(Protocol):
    """What becomes of messages that were taken. `stays`: what goes on with another turn may do so
    here. `works`: somebody here claims turns; else all are left to others."""

    stays: bool
    works: bool

    @property
    def alone_s(self) -> float:
        """How long what is accepted here is left to who waits for work here, before somebody else
        is woken for it; 0 where nobody waits."""
        ...

    async def done(self, delivery: Delivery) -> None:
        """Nothing of it is left to be done."""
        ...

    async def later(self, delivery: Delivery, seconds: float) -> None:
        """It comes again, here or elsewhere, after so long."""
        ...

    async def hold(self, delivery: Delivery, seconds: float) -> None:
        """It stays with us for so long."""
        ...

    def wanting(self) -> AbstractContextManager[None]:
        """While somebody waits for work, who has a hand free to answer."""
        ...

    def trying(self) -> AbstractContextManager[None]:
        """While somebody here looks whether there is something to be claimed."""
        ...

    def bind(self, queues: Queues, take: Take) -> None:
        """To whom messages are given."""
        ...

    async def run(self) -> None: ...


class Polled:
    """Fetches for a process that stays: in order only while somebody has a hand free, so that
    nobody's message lies here; beside the order always, as a stop waits for no hand."""

    stays = works = True

    def __init__(self, hidden_s: float) -> None:
        self._hidden_s = hidden_s
        self._waiting = 0
        self._wanted = asyncio.Event()

    @property
    def alone_s(self) -> float:
        return BACKUP_S if self._waiting else 0.0

    @contextmanager
    def wanting(self) -> Iterator[None]:
        self._waiting += 1
        self._wanted.set()
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._wanted.clear()

    def trying(self) -> AbstractContextManager[None]:
        return nullcontext()

    def bind(self, queues: Queues, take: Take) -> None:
        self._queues, self._take = queues, take

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._fetch_in_order())
            tasks.create_task(self._fetch_beside())

    async def _fetch_in_order(self) -> None:
        while True:
            await self._wanted.wait()
            for delivery in await self._receive(self._queues.addresses.turns, self._waiting):
                await self._take(delivery)

    async def _fetch_beside(self) -> None:
        while True:
            for delivery in await self._receive(self._queues.addresses.side, 10):
                await self._take(delivery)

    async def _receive(self, queue: str, most: int) -> Any:
        """Waits out a queue that cannot be reached."""
        pause_s = RETRY_S
        while True:
            try:
                return await self._queues.receive(queue, most, self._hidden_s)
            except StoreError as error:
                log.error("%s", error)
                await asyncio.sleep(pause_s)
                pause_s = min(LONGEST_RETRY_S, pause_s * 2)

    async def done(self, delivery: Delivery) -> None:
        await _patient(self._queues.delete(delivery))

    async def later(self, delivery: Delivery, seconds: float) -> None:
        await _patient(self._queues.hide(delivery, seconds))

    async def hold(self, delivery: Delivery, seconds: float) -> None:
        await _patient(self._queues.hide(delivery, seconds))


class Offered:
    """One message at a time, from a host that is told in the end whether it is done with: who has
    handed it out takes it back or not. For how long what the host itself accepts is left to it
    `alone`, in seconds, is the host's to say; 0: it has nobody who works."""

    stays = False

    def __init__(self, alone_s: float = BACKUP_S) -> None:
        self.alone_s, self.works = alone_s, alone_s > 0
        self._outcomes: dict[str, asyncio.Future[bool]] = {}
        self._tries = 0
        self._calm = asyncio.Event()
        self._calm.set()

    def bind(self, queues: Queues, take: Take) -> None:
        self._queues, self._take = queues, take

    async def offer(self, record: Mapping[str, Any]) -> bool:
        """Returns when the turn of a record is settled (True), or is to be tried again later."""
        delivery = handed(self._queues.addresses, record)
        outcome: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._outcomes[delivery.receipt] = outcome
        try:
            await self._take(delivery)
            return await outcome
        finally:
            self._outcomes.pop(delivery.receipt, None)

    async def calm(self) -> None:
        """Returns when nobody tries to claim anything."""
        await self._calm.wait()

    def wanting(self) -> AbstractContextManager[None]:
        return nullcontext()

    @contextmanager
    def trying(self) -> Iterator[None]:
        self._tries += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._tries -= 1
            if not self._tries:
                self._calm.set()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def done(self, delivery: Delivery) -> None:
        """Taken out of its queue here, if that has an order: what stands behind it need not wait
        for the host to end. From beside the order it goes when the host has ended well."""
        if delivery.queue == self._queues.addresses.turns:
            await _patient(self._queues.delete(delivery))
        self._tell(delivery, True)

    async def later(self, delivery: Delivery, seconds: float) -> None:
        await self.hold(delivery, seconds)
        self._tell(delivery, False)

    async def hold(self, delivery: Delivery, seconds: float) -> None:
        await _patient(self._queues.hide(delivery, seconds))

    def _tell(self, delivery: Delivery, is_done: bool) -> None:
        outcome = self._outcomes.get(delivery.receipt)
        if outcome and not outcome.done():
            outcome.set_result(is_done)


async def _patient(doing: Awaitable[None]) -> None:
    """A message that cannot be dealt with comes again by itself; what it stands for is stored."""
    try:
        await doing
    except StoreError as error:
        log.warning("%s", error)
