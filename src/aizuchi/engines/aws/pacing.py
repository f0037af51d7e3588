"""The outgoing budgets: each process keeps to its own share, and all of them to a platform's “too
many requests”.

A conversation is answered by one process at a time, and most budgets are a conversation's or a
channel's, so what a process knows by itself is nearly always right. Where it is not, the platform
says so once, and everybody waits.
"""

import asyncio
import logging
from collections.abc import Mapping

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Update
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.errors import StoreError
from aizuchi.limits import Budget
from aizuchi.pace import LocalPace

LOOK_EVERY_S = 2.0
MOST_LOOKED = 1_000

log = logging.getLogger(__name__)


class AwsPace:
    """The Pace port."""

    def __init__(self, store: Store, budgets: Mapping[str, Budget] | None) -> None:
        self._store = store
        self._local = LocalPace(asyncio.get_running_loop().time, budgets)
        self._looked: dict[str, float] = {}

    async def take(self, tenant: str, budget: str, *, final: bool = False) -> float:
        await self._look(tenant)
        return await self._local.take(tenant, budget, final=final)

    async def penalise(self, tenant: str, budget: str, retry_after_s: float) -> None:
        await self._local.penalise(tenant, budget, retry_after_s)
        until = self._store.clock() + retry_after_s
        later = Only("attribute_not_exists(#pk) OR #closed_until < :until", {"until": until})
        closing = Update(
            keys.pace(tenant, budget),
            set={"budget": budget, "closed_until": until, "until": int(until) + 60},
            only=later,
        )
        try:
            await self._store.table.write(closing)
        except ConditionFailed:
            return
        except StoreError as error:
            log.warning("%s", error)

    async def _look(self, tenant: str) -> None:
        """Whether somebody else was told to wait, where that was not asked just now: all of a
        tenant's budgets in one go, of which hardly any is ever closed."""
        now = asyncio.get_running_loop().time()
        if now < self._looked.get(tenant, -LOOK_EVERY_S) + LOOK_EVERY_S:
            return
        self._looked[tenant] = now
        if len(self._looked) > MOST_LOOKED:
            self._looked = {tenant: now}
        closed = self._store.table.query(keys.pace(tenant, "").pk, consistent=False)
        try:
            for item in [item async for item in closed]:
                await self._keep_to(tenant, item)
        except StoreError as error:
            log.warning("%s", error)

    async def _keep_to(self, tenant: str, item: Item) -> None:
        left_s = float(item["closed_until"]) - self._store.clock()
        if left_s > 0:
            await self._local.penalise(tenant, str(item["budget"]), left_s)
