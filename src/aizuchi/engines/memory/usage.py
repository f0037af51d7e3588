"""Usage: what each person and the assistant used, and whether one more message is too much."""

from collections.abc import Callable, Sequence

from aizuchi.access import MINUTE_S, admit, day_of
from aizuchi.engines.memory.store import Store, Used
from aizuchi.engines.memory.turnqueue import held
from aizuchi.history import UsageDay
from aizuchi.ports import Allowance
from aizuchi.recall import person_of
from aizuchi.turns import Claim, Refusal


class MemoryUsage:
    """The Usage port."""

    def __init__(self, store: Store, allowance: Allowance, clock: Callable[[], float]) -> None:
        self._store, self._allowance, self._clock = store, allowance, clock

    async def admit(self, claim: Claim) -> Refusal | None:
        store, now = self._store, self._clock()
        turn = held(store, claim)
        if turn.seq in store.admitted:
            return None
        person, day, at = person_of(turn.message), day_of(now), turn.accepted_at
        recent = [earlier for earlier in store.recent.get(person, ()) if earlier > at - MINUTE_S]
        answers = store.usage.get((day, person), Used()).answers
        tokens = sum(used.tokens for (when, _), used in store.usage.items() if when == day)
        refusal = admit(recent, answers, tokens, at=at, now=now, allowance=self._allowance)
        if refusal is None:
            store.admitted.add(turn.seq)
            store.recent[person] = [*recent, at]
            store.count(day, person, Used(answers=1))
        return refusal

    async def read(self, since: str) -> Sequence[UsageDay]:
        return [
            UsageDay(day, person, *used)
            for (day, person), used in sorted(self._store.usage.items())
            if day >= since
        ]
