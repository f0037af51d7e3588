"""Questions that wait for a decision."""

from collections.abc import Callable

from aizuchi.bell import Bell
from aizuchi.consent import Pending, decision_id
from aizuchi.engines.memory.store import Store


class MemoryConsents:
    """The Consents port."""

    def __init__(self, store: Store, asked: Bell, clock: Callable[[], float]) -> None:
        self._store, self._asked, self._clock = store, asked, clock

    async def read(self, turn_id: str) -> Pending | None:
        return self._store.pending.get(turn_id)

    async def expired(self) -> Pending:
        while True:
            rung, now = self._asked.listen(), self._clock()
            known = self._store.seqs
            ends = {key: one.consent.expires_at for key, one in self._store.pending.items()}
            over = [
                key for key, end in ends.items() if end <= now and decision_id(key) not in known
            ]
            if over:
                return self._store.pending[min(over, key=ends.__getitem__)]
            await self._asked.wait(rung, min((e for e in ends.values() if e > now), default=None))
