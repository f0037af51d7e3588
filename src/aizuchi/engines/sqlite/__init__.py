"""The SQLite engine: one file, one process, group commits."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from aizuchi.bell import Bell, Bells
from aizuchi.cleaning import keep_clean
from aizuchi.engines.sqlite.chats import SqliteChats
from aizuchi.engines.sqlite.consents import SqliteConsents
from aizuchi.engines.sqlite.database import FILE, connect, connect_to_read, lock, migrate, schema
from aizuchi.engines.sqlite.entries import SqliteEntries
from aizuchi.engines.sqlite.inbox import SqliteInbox
from aizuchi.engines.sqlite.memory import SqliteMemory
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.retention import SqliteCleaner
from aizuchi.engines.sqlite.tickets import SqliteTickets
from aizuchi.engines.sqlite.tracing import SqliteTraces
from aizuchi.engines.sqlite.turnqueue import SqliteQueue
from aizuchi.engines.sqlite.usage import SqliteUsage
from aizuchi.engines.sqlite.writer import Executor, Inline, Reader, Writer, unavailable
from aizuchi.history import Figures
from aizuchi.limits import Budget
from aizuchi.live import LiveLog
from aizuchi.pace import LocalPace
from aizuchi.ports import Allowance, Engine, Retention
from aizuchi.turns import Bounds

__all__ = ["FILE", "open_engine"]


@asynccontextmanager
async def open_engine(
    home: Path,
    *,
    bounds: Bounds = Bounds(),
    allowance: Allowance = Allowance(),
    retention: Retention = Retention(),
    budgets: Mapping[str, Budget] | None = None,
    clock: Callable[[], float],
    threads: bool = True,
) -> AsyncIterator[Engine]:
    """Opens the store of a home folder, which this process then holds.

    Without threads every job is done at once, as simulated time needs it.

    Raises:
        StoreInUse: another process holds it.
        StoreTooNew: a newer version has written it.
        StoreUnavailable: it cannot be opened or written.
    """
    with ExitStack() as opened:
        writer, reader = _open_file(home / FILE, clock, threads, opened)
        log = LiveLog(SqliteEntries(writer, reader, clock))
        bells = Bells(Bell(clock), Bell(clock), Bell(clock))
        cleaner = SqliteCleaner(writer, reader)
        yield Engine(
            inbox=SqliteInbox(writer, log, bells, bounds, clock),
            queue=SqliteQueue(writer, log, bells, bounds, clock),
            log=log,
            memory=SqliteMemory(writer, reader, clock),
            chats=SqliteChats(writer, reader, log, clock),
            consents=SqliteConsents(reader, bells.asked, clock),
            usage=SqliteUsage(writer, reader, allowance, clock),
            tickets=SqliteTickets(writer, clock),
            traces=SqliteTraces(writer, reader),
            pace=LocalPace(asyncio.get_running_loop().time, budgets),
            run=partial(_run, log, cleaner, retention, clock),
            figures=partial(_figures, writer, reader),
        )


async def _run(
    log: LiveLog, cleaner: SqliteCleaner, retention: Retention, clock: Callable[[], float]
) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(log.run())
        tasks.create_task(keep_clean(cleaner, retention, clock))


async def _figures(writer: Executor, reader: Executor) -> Figures:
    waiting, working = await reader.run(lambda reading: reading.execute(SQL["figures"]).fetchone())
    return Figures(waiting, working, writer.commits)


def _open_file(
    path: Path, clock: Callable[[], float], threads: bool, opened: ExitStack
) -> tuple[Executor, Executor]:
    opened.enter_context(lock(path))
    try:
        connection = connect(path)
        opened.callback(connection.close)
        migrate(connection, path, schema())
        connection.execute(SQL["clear_leases"], {"now": clock()})
        if not threads:
            return Inline(connection), Inline(connection)
        reading = connect_to_read(path)
        opened.callback(reading.close)
    except sqlite3.Error as error:
        raise unavailable(error) from error
    writer, reader = Writer(connection, "store"), Reader(reading, "store-reader")
    opened.callback(writer.close)
    opened.callback(reader.close)
    return writer, reader
