"""When an engine cleans up: answers collapse after ten minutes, what is due goes when it is."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from aizuchi.access import day_of
from aizuchi.errors import StoreError
from aizuchi.ports import Retention

COLLAPSE_AFTER_S = 600.0
EVERY_S = 60.0
ROUNDS_TO_A_PURGE = 60
DAY_S = 86_400.0
LEAST_IDS_DAYS = 7.0
COPIES_DAYS = 7.0
"""How long the file that an earlier schema left is kept."""


class Due(NamedTuple):
    """Whatever settled before these times (seconds since the epoch, or an ISO date) may go."""

    texts: float
    ids: float
    usage: str
    copies: float = 0.0


class Cleaner(Protocol):
    """How an engine takes away what is due, in steps that hold up nobody."""

    async def collapse(self, before: float) -> None:
        """Answers that settled before this become one entry each, with their receipts."""
        ...

    async def expire(self, now: float) -> None:
        """Tickets that are good no longer go."""
        ...

    async def purge(self, due: Due) -> None: ...


async def keep_clean(cleaner: Cleaner, retention: Retention, clock: Callable[[], float]) -> None:
    """Every minute what has settled, every hour what is old; a full disk is told by others."""
    rounds = 0
    while True:
        try:
            await cleaner.collapse(clock() - COLLAPSE_AFTER_S)
            await cleaner.expire(clock())
            if rounds % ROUNDS_TO_A_PURGE == 0:
                await cleaner.purge(due_at(clock(), retention))
        except StoreError:
            pass
        rounds += 1
        await asyncio.sleep(EVERY_S)


def due_at(now: float, kept: Retention) -> Due:
    """What is due by the settings; text that is kept for ever never is."""
    return Due(
        texts=now - kept.text_days * DAY_S if kept.text_days else 0.0,
        ids=now - max(LEAST_IDS_DAYS, kept.ids_days) * DAY_S,
        usage=day_of(now - kept.usage_days * DAY_S),
        copies=now - COPIES_DAYS * DAY_S,
    )
