"""What every port of the engine works with."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from aizuchi.cleaning import DAY_S, LEAST_IDS_DAYS
from aizuchi.engines.aws.items import Item
from aizuchi.engines.aws.keys import Order
from aizuchi.engines.aws.table import Table
from aizuchi.ports import Retention
from aizuchi.turns import Bounds

ENTRIES_DAYS = 7.0


class Store(NamedTuple):
    """`new_mark` makes what nobody has made before."""

    table: Table
    clock: Callable[[], float]
    bounds: Bounds
    retention: Retention
    order: Order
    new_mark: Callable[[], str]

    async def pause(self, most_s: float) -> None:
        """Stands back for others who want to write the same."""
        await asyncio.sleep(self.order.jitter(most_s))

    def text_until(self, now: float) -> Item:
        """When a text goes that settles now."""
        return _ends(now, self.retention.text_days)

    def id_until(self, now: float) -> Item:
        """When it is no longer known that a turn was there of which nothing else is."""
        return _ends(now, max(LEAST_IDS_DAYS, self.retention.ids_days))

    def turn_until(self, now: float) -> Item:
        """The same of a turn whose text is kept for its time."""
        text_days = self.retention.text_days
        return self.id_until(now + text_days * DAY_S) if text_days else {}

    def entries_until(self, now: float) -> Item:
        """When the pieces go of an answer that is made now: no turn lives so long."""
        return _ends(now, min(ENTRIES_DAYS, self.retention.text_days or ENTRIES_DAYS))

    def usage_until(self, now: float) -> Item:
        return _ends(now, self.retention.usage_days + 1)


def _ends(now: float, days: float) -> Item:
    return {"until": int(now + days * DAY_S) + 1} if days else {}
