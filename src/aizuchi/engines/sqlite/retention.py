"""Cleaning up: answers collapse after ten minutes, text and identities go when their time is up."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection
from typing import NamedTuple

from aizuchi.answers import Shown, decode, encode
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.usage import day_of
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.errors import StoreError

COLLAPSE_AFTER_S = 600.0
COLLAPSE_EVERY_S = 60.0
PURGE_EVERY = 60  # collapses to a purge: hourly
DAY_S = 86_400.0
AT_ONCE = 200


class Retention(NamedTuple):
    """How long things are kept, in days; 0 keeps text for ever. Identities: at least 7 days."""

    text_days: float = 0
    ids_days: float = 30
    usage_days: float = 400


class SqliteRetention:
    """Runs beside the work, in short transactions; what is long to find, the reader finds."""

    def __init__(
        self,
        writer: Executor,
        reader: Executor,
        retention: Retention,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._reader = writer, reader
        self._retention, self._clock = retention, clock

    async def run(self) -> None:
        rounds = 0
        while True:
            try:
                await self.collapse()
                if rounds % PURGE_EVERY == 0:
                    await self.purge()
            except StoreError:
                pass  # a full disk is told by those who cannot write
            rounds += 1
            await asyncio.sleep(COLLAPSE_EVERY_S)

    async def collapse(self) -> None:
        """Answers that settled ten minutes ago become one row each."""
        job = partial(_collapse, before=self._clock() - COLLAPSE_AFTER_S)
        while await self._writer.run(job) == AT_ONCE:
            await asyncio.sleep(0)

    async def purge(self) -> None:
        """Takes away what has been kept for as long as `[retention]` says."""
        now, kept = self._clock(), self._retention
        if kept.text_days:
            await self._purge_rows("old_texts", "blank_turn", now - kept.text_days * DAY_S)
            await self._do("purge_conversations", now - kept.text_days * DAY_S)
        await self._purge_rows("old_ids", "delete_turn", now - max(7.0, kept.ids_days) * DAY_S)
        await self._do("purge_usage", day_of(now - kept.usage_days * DAY_S))

    async def _purge_rows(self, find: str, purge: str, before: float) -> None:
        values = {"before": before, "most": AT_ONCE}
        while True:
            rows = await self._reader.run(lambda reading: _seqs(reading, find, values))
            await self._writer.run(partial(_purge, rows=rows, statement=purge))
            if len(rows) < AT_ONCE:
                return

    async def _do(self, statement: str, value: float | str) -> None:
        await self._writer.run(lambda writing: writing.execute(SQL[statement], (value,)).rowcount)


def _seqs(connection: Connection, find: str, values: dict[str, float]) -> list[int]:
    return [row[0] for row in connection.execute(SQL[find], values)]


def _purge(connection: Connection, rows: Sequence[int], statement: str) -> None:
    for seq in rows:
        connection.execute(SQL["collapse"], (seq,))
        connection.execute(SQL[statement], (seq,))


def _collapse(connection: Connection, before: float) -> int:
    """Takes the pieces of settled answers away; receipts stay, in one row."""
    values = {"before": before, "most": AT_ONCE}
    turns = _seqs(connection, "collapsible", values)
    for turn in turns:
        rows = connection.execute(SQL["entries"], (turn,)).fetchall()
        connection.execute(SQL["collapse"], (turn,))
        entries = [entry for row in rows for entry in decode(row["body"])]
        if receipts := [entry for entry in entries if isinstance(entry, Shown)]:
            connection.execute(SQL["add_receipts"], (turn, encode(receipts)))
    return len(turns)
