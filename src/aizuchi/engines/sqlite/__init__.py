"""The SQLite engine: one file, one process, group commits."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from aizuchi.engines.sqlite.bell import Bell
from aizuchi.engines.sqlite.chats import SqliteChats
from aizuchi.engines.sqlite.database import connect, connect_to_read, lock, migrate
from aizuchi.engines.sqlite.entries import SqliteEntries
from aizuchi.engines.sqlite.inbox import SqliteInbox
from aizuchi.engines.sqlite.memory import SqliteMemory
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.retention import Retention, SqliteRetention
from aizuchi.engines.sqlite.turnqueue import SqliteQueue
from aizuchi.engines.sqlite.usage import SqliteUsage
from aizuchi.engines.sqlite.writer import Executor, Inline, Reader, Writer, unavailable
from aizuchi.live import LiveLog
from aizuchi.pace import LocalPace
from aizuchi.ports import Allowance, Engine
from aizuchi.turns import Bounds

FILE = "aizuchi.db"


@asynccontextmanager
async def open_engine(
    home: Path,
    *,
    bounds: Bounds = Bounds(),
    allowance: Allowance = Allowance(),
    retention: Retention = Retention(),
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
        entries = SqliteEntries(writer, reader, clock)
        log, bell = LiveLog(entries), Bell(clock)
        cleaner = SqliteRetention(writer, reader, retention, clock)

        async def run() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(log.run())
                tasks.create_task(cleaner.run())

        yield Engine(
            inbox=SqliteInbox(writer, log, bell, bounds, clock),
            queue=SqliteQueue(writer, log, bell, bounds, clock),
            log=log,
            memory=SqliteMemory(reader),
            chats=SqliteChats(writer, reader, log, bell, clock),
            usage=SqliteUsage(writer, reader, allowance, clock),
            pace=LocalPace(clock),
            run=run,
        )


def _open_file(
    path: Path, clock: Callable[[], float], threads: bool, opened: ExitStack
) -> tuple[Executor, Executor]:
    opened.enter_context(lock(path))
    try:
        connection = connect(path)
        opened.callback(connection.close)
        migrate(connection, path)
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
