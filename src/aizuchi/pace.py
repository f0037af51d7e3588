"""The outgoing budgets of one process: who may call a platform now, and who waits how long."""

import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aizuchi.limits import Budget

ONE_IN = 5
"""One slot in five is kept for the calls that end an answer."""

MOST_BUCKETS = 10_000
ROUNDING_S = 1e-6

UNKNOWN = Budget(1_000_000, 1_000_000.0)
"""A budget nobody told us: only a 429 slows it down."""


class Bucket(NamedTuple):
    """How much of a budget was left at a time. A time to come: nobody calls before it."""

    slots: float
    at: float


def taken(bucket: Bucket, budget: Budget, now: float, *, final: bool) -> tuple[Bucket, float]:
    """The bucket after a call that leaves now and 0, or as it is and the seconds to wait."""
    if now < bucket.at - ROUNDING_S:
        return bucket, bucket.at - now
    slots = min(budget.burst, bucket.slots + (now - bucket.at) * budget.per_s)
    needed = 1 if final else 1 + budget.burst // ONE_IN
    wait_s = (needed - slots) / budget.per_s
    if wait_s <= ROUNDING_S:
        return Bucket(slots - 1, now), 0.0
    return bucket, wait_s


def penalised(bucket: Bucket, now: float, retry_after_s: float) -> Bucket:
    """The bucket after a 429: closed until then, and then one call, not all that piled up."""
    return Bucket(min(bucket.slots, 1.0), max(bucket.at, now + retry_after_s))


def is_full(bucket: Bucket, budget: Budget, now: float) -> bool:
    """Whether a bucket is as good as new, so that it need not be remembered."""
    return bucket.slots + (now - bucket.at) * budget.per_s >= budget.burst


class LocalPace:
    """Pace within one process. `budgets` by the part of their name before the colon."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        budgets: Mapping[str, Budget] | None = None,
    ) -> None:
        self._clock = clock
        self._budgets = budgets or {}
        self._buckets: dict[tuple[str, str], Bucket] = {}

    async def take(self, tenant: str, budget: str, *, final: bool = False) -> float:
        allowed, now = self._budget(budget), self._clock()
        bucket, wait_s = taken(self._bucket(tenant, budget), allowed, now, final=final)
        if not wait_s:
            self._keep(tenant, budget, bucket)
        return wait_s

    async def penalise(self, tenant: str, budget: str, retry_after_s: float) -> None:
        bucket = penalised(self._bucket(tenant, budget), self._clock(), retry_after_s)
        self._keep(tenant, budget, bucket)

    def _budget(self, name: str) -> Budget:
        return self._budgets.get(name.partition(":")[0], UNKNOWN)

    def _bucket(self, tenant: str, budget: str) -> Bucket:
        fresh = Bucket(self._budget(budget).burst, self._clock())
        return self._buckets.get((tenant, budget), fresh)

    def _keep(self, tenant: str, budget: str, bucket: Bucket) -> None:
        self._buckets[tenant, budget] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._forget()

    def _forget(self) -> None:
        """Drops the buckets that are full again; where all are in use, the older half."""
        now = self._clock()
        used = [
            (key, bucket)
            for key, bucket in self._buckets.items()
            if not is_full(bucket, self._budget(key[1]), now)
        ]
        self._buckets = dict(used[-MOST_BUCKETS // 2 :])
