"""Questions that wait for a decision; a delayed message says when the time of one is over."""

import asyncio

from aizuchi.consent import Pending, decision_id
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.asking import asked_by
from aizuchi.engines.aws.queues import Delivery, Queues
from aizuchi.engines.aws.records import Undecided, write_record
from aizuchi.engines.aws.sources import Source
from aizuchi.engines.aws.store import Store

DECIDED_WITHIN_S = 60.0
"""When we look whether an end that was said to a question has been taken up."""


class AwsConsents:
    """The Consents port."""

    def __init__(self, store: Store, source: Source, queues: Queues) -> None:
        self._store, self._source, self._queues = store, source, queues
        self._brought: asyncio.Queue[tuple[str, Delivery]] = asyncio.Queue()

    def look(self, turn_id: str, delivery: Delivery) -> None:
        """The message came that says that the time may be over."""
        self._brought.put_nowait((turn_id, delivery))

    async def read(self, turn_id: str) -> Pending | None:
        found = await asked_by(self._store.table, turn_id)
        return found.pending if found else None

    async def expired(self) -> Pending:
        while True:
            turn_id, delivery = await self._brought.get()
            pending = await self.read(turn_id)
            decision = keys.turn(decision_id(turn_id))
            if pending is None or await self._store.table.get(decision):
                await self._source.done(delivery)
                continue
            left_s = pending.consent.expires_at - self._store.clock()
            if left_s <= 0:
                await self._source.later(delivery, DECIDED_WITHIN_S)
                return pending
            await self._queues.send((write_record(Undecided(turn_id)), left_s))
            await self._source.done(delivery)
