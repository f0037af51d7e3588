"""The memory engine: plain dictionaries, for tests and for trying things; nothing survives it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from aizuchi.bell import Bell, Bells
from aizuchi.cleaning import keep_clean
from aizuchi.engines.memory.chats import MemoryChats
from aizuchi.engines.memory.consents import MemoryConsents
from aizuchi.engines.memory.entries import MemoryEntries
from aizuchi.engines.memory.inbox import MemoryInbox
from aizuchi.engines.memory.memory import MemoryMemory
from aizuchi.engines.memory.retention import MemoryCleaner
from aizuchi.engines.memory.store import Store
from aizuchi.engines.memory.tickets import MemoryTickets
from aizuchi.engines.memory.tracing import MemoryTraces
from aizuchi.engines.memory.turnqueue import MemoryQueue
from aizuchi.engines.memory.usage import MemoryUsage
from aizuchi.errors import StoreInUse
from aizuchi.history import Figures
from aizuchi.limits import Budget
from aizuchi.live import LiveLog
from aizuchi.pace import LocalPace
from aizuchi.ports import Allowance, Engine, Retention
from aizuchi.turns import Bounds

__all__ = ["Store", "open_engine"]


@asynccontextmanager
async def open_engine(
    store: Store,
    *,
    bounds: Bounds = Bounds(),
    allowance: Allowance = Allowance(),
    retention: Retention = Retention(),
    budgets: Mapping[str, Budget] | None = None,
    clock: Callable[[], float],
) -> AsyncIterator[Engine]:
    """Opens a store, which nobody else may then hold; what is in it waits for the next one.

    Raises:
        StoreInUse: somebody holds it.
    """
    if store.held:
        raise StoreInUse("The store is in use.", "Close the engine that holds it first.")
    store.held = True
    store.clear_leases(clock())
    log, bells = LiveLog(MemoryEntries(store, clock)), Bells(Bell(clock), Bell(clock), Bell(clock))
    try:
        yield Engine(
            inbox=MemoryInbox(store, log, bells, bounds, clock),
            queue=MemoryQueue(store, log, bells, bounds, clock),
            log=log,
            memory=MemoryMemory(store, clock),
            chats=MemoryChats(store, log, clock),
            consents=MemoryConsents(store, bells.asked, clock),
            usage=MemoryUsage(store, allowance, clock),
            tickets=MemoryTickets(store, clock),
            traces=MemoryTraces(store),
            pace=LocalPace(asyncio.get_running_loop().time, budgets),
            run=partial(_run, log, MemoryCleaner(store), retention, clock),
            figures=partial(_figures, store),
        )
    finally:
        store.held = False


async def _run(
    log: LiveLog, cleaner: MemoryCleaner, retention: Retention, clock: Callable[[], float]
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(log.run())
        tasks.create_task(keep_clean(cleaner, retention, clock))


async def _figures(store: Store) -> Figures:
    waiting = sum(turn.state == "waiting" for turn in store.work.values())
    return Figures(waiting, len(store.work) - waiting)
