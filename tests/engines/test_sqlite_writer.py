"""The writing thread: many waiters in one commit, each with its own outcome; a full disk."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.engines.homes import accepted

from aizuchi.bell import Bell, Bells
from aizuchi.engines.sqlite import FILE
from aizuchi.engines.sqlite.database import (
    BUSY_TIMEOUT_S,
    connect,
    connect_to_read,
    migrate,
    schema,
)
from aizuchi.engines.sqlite.entries import SqliteEntries
from aizuchi.engines.sqlite.inbox import SqliteInbox
from aizuchi.engines.sqlite.writer import Reader, Writer
from aizuchi.errors import LeaseLost, StoreUnavailable
from aizuchi.live import LiveLog
from aizuchi.testing.engine_contract.bench import message
from aizuchi.turns import Bounds

pytestmark = pytest.mark.real_time


class Desk:
    """A writer that can be held up, so that what waits meanwhile is one group."""

    def __init__(self, home: Path) -> None:
        self.connection = connect(home / FILE)
        migrate(self.connection, home / FILE, schema())
        self.writer = Writer(self.connection, "test")
        log = LiveLog(SqliteEntries(self.writer, self.writer, time.time))
        self.bells = Bells(*(Bell(time.time) for _ in range(3)))
        self.inbox = SqliteInbox(self.writer, log, self.bells, Bounds(), time.time)
        self.commits = 0
        self.tidied = threading.Event()
        self.connection.set_trace_callback(self._watch)

    async def in_one_group(self, *waiting: "asyncio.Task[object]") -> Sequence[object]:
        """What these come to, which all wait while the writer is busy."""
        free = threading.Event()
        busy = asyncio.create_task(self.writer.run(lambda _: free.wait()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.commits = 0
        free.set()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await busy
        return outcomes

    def accepting(self, turn_id: str, talk: str = "") -> "asyncio.Task[object]":
        said = message(turn_id, talk or f"talk {turn_id}")
        return asyncio.create_task(self.inbox.accept([said], ()))

    def stand(self, column: str) -> Sequence[object]:
        """What a column of the work says, in the order of acceptance."""
        rows = self.connection.execute(f"SELECT {column} FROM work ORDER BY seq")
        return [row[0] for row in rows]

    def _watch(self, statement: str) -> None:
        self.commits += statement == "COMMIT"
        if statement == f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}":
            self.tidied.set()


@asynccontextmanager
async def desk(home: Path) -> AsyncIterator[Desk]:
    opened = Desk(home)
    try:
        yield opened
    finally:
        opened.writer.close()
        opened.connection.close()


def fail(_: sqlite3.Connection) -> None:
    raise LeaseLost("it is over")


def fail_in_sqlite(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO turns (turn_id) VALUES (NULL)")


async def test_what_waits_together_is_committed_together(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        waiting = [here.accepting(f"{number}") for number in range(50)]
        await here.in_one_group(*waiting)
        assert here.commits <= 2
    assert sorted(accepted(tmp_path), key=int) == [f"{number}" for number in range(50)]


async def test_the_bell_rings_for_a_message_whose_sender_has_left(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        rung = here.bells.answer.listen()
        leaving = here.accepting("1")
        await asyncio.sleep(0)
        leaving.cancel()
        async with asyncio.timeout(10):
            await rung.wait()
    assert accepted(tmp_path) == ["1"]


async def test_in_a_group_a_conversation_has_one_head_and_can_be_full(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        waiting = [here.accepting(f"{number}", "talk") for number in range(Bounds().waiting + 2)]
        await here.in_one_group(*waiting)
        assert here.stand("refusal") == [*[""] * (Bounds().waiting + 1), "full"]
        assert here.stand("head") == [1, *[0] * Bounds().waiting, 1]


async def test_of_two_deliveries_in_a_group_one_is_new(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        outcomes = await here.in_one_group(
            here.accepting("1", "talk"), here.accepting("1", "talk"), here.accepting("2", "talk")
        )
        assert outcomes == [{"1"}, set(), {"2"}]
        assert here.stand("turn_id") == ["1", "2"]


async def test_a_key_that_no_statement_can_ask_for_is_refused_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        outcomes = await here.in_one_group(here.accepting("1"), here.accepting("2\0"))
        assert [type(outcome) for outcome in outcomes] == [set, ValueError]
        assert here.stand("turn_id") == ["1"]


async def test_one_that_fails_in_a_group_fails_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        outcomes = await here.in_one_group(
            here.accepting("1"),
            asyncio.create_task(here.writer.run(fail)),
            here.accepting("2"),
            asyncio.create_task(here.writer.run(fail_in_sqlite)),
            here.accepting("3"),
        )
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [set, LeaseLost, set, StoreUnavailable, set]
    assert accepted(tmp_path) == ["1", "2", "3"]


async def test_a_full_disk_refuses_all_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        pages = here.connection.execute("PRAGMA page_count").fetchone()[0]
        here.connection.execute(f"PRAGMA max_page_count = {pages}")
        big = [message(f"big {number}", text="x" * 50_000) for number in range(3)]
        with pytest.raises(StoreUnavailable, match="Free some space"):
            await here.inbox.accept(big, ())
        here.connection.execute("PRAGMA max_page_count = 1000000")
        await here.inbox.accept([message("small")], ())
    assert accepted(tmp_path) == ["small"]


async def test_an_idle_writer_empties_its_log(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.writer.idle_s = 0.01
        await here.inbox.accept([message("1")], ())
        here.tidied.clear()
        await here.inbox.accept([message("2")], ())
        await asyncio.to_thread(here.tidied.wait)
        assert (tmp_path / f"{FILE}-wal").stat().st_size == 0
        await here.inbox.accept([message("3")], ())
    assert accepted(tmp_path) == ["1", "2", "3"]


async def test_what_is_read_together_is_of_one_moment(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        reading = connect_to_read(tmp_path / FILE)
        reader = Reader(reading, "test-reader")
        begun, written = threading.Event(), threading.Event()

        def count_twice(connection: sqlite3.Connection) -> list[int]:
            counts = []
            for _ in range(2):
                counts.append(connection.execute("SELECT count(*) FROM work").fetchone()[0])
                begun.set()
                written.wait()
            return counts

        counting = asyncio.create_task(reader.run(count_twice))
        await asyncio.to_thread(begun.wait)
        await here.inbox.accept([message("1")], ())
        written.set()
        assert await counting == [0, 0]
        reader.close()
        reading.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async with desk(tmp_path):
        reading = connect_to_read(tmp_path / FILE)
        reader = Reader(reading, "test-reader")
        with pytest.raises(StoreUnavailable, match="readonly"):
            await reader.run(fail_in_sqlite)
        reader.close()
        reading.close()
