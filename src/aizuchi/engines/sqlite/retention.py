"""Cleaning up in short transactions; what is long to find, the reader finds."""

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.cleaning import Due
from aizuchi.engines.sqlite.database import copies_of
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor

AT_ONCE = 200
ERASE = ("drop_summaries", "end_turn", "collapse", "delete_text")
SPARE = 50  # one free page to so many used ones stays in the file, for what comes next


class SqliteCleaner:
    """The Cleaner of the file."""

    def __init__(self, writer: Executor, reader: Executor) -> None:
        self._writer, self._reader = writer, reader

    async def collapse(self, before: float) -> None:
        await self._each("collapsible", before, "collapse")
        while await self._writer.run(_give_back):
            pass

    async def expire(self, now: float) -> None:
        await self._do("expired_tickets", now)

    async def purge(self, due: Due) -> None:
        if due.texts:
            await self._each("old_texts", due.texts, *ERASE)
            await self._each("empty_conversations", due.texts, "delete_empty_conversation")
            await self._each("empty_places", due.texts, "delete_place")
        await self._each("old_ids", due.ids, "delete_turn")
        await self._each("old_traces", due.ids, "unsay_trace")
        await self._do("purge_notes", due.ids)
        await self._do("purge_forgotten")
        await self._do("purge_usage", due.usage)
        await self._writer.run(partial(_delete_copies, before=due.copies))

    async def _each(self, find: str, before: float, *statements: str) -> None:
        """Finds what is due and does this to it, a few at a time."""
        found: Sequence[int] = range(AT_ONCE)
        while len(found) == AT_ONCE:
            found = await self._reader.run(partial(_found, find=find, before=before))
            await self._writer.run(partial(_done, found=found, statements=statements))

    async def _do(self, statement: str, *values: str | float) -> None:
        await self._writer.run(lambda writing: writing.execute(SQL[statement], values).rowcount)


def _found(connection: Connection, find: str, before: float) -> Sequence[int]:
    rows = connection.execute(SQL[find], {"before": before, "most": AT_ONCE})
    return [row[0] for row in rows]


def _done(connection: Connection, found: Sequence[int], statements: Sequence[str]) -> None:
    for statement in statements:
        connection.executemany(SQL[statement], [{"id": each} for each in found])


def _delete_copies(connection: Connection, before: float) -> None:
    """Files of earlier schemas, which hold what has been erased since."""
    for copy in copies_of(connection):
        if copy.stat().st_mtime < before:
            copy.unlink()


def _give_back(connection: Connection) -> bool:
    """Returns free pages to the disk, a few at a time; whether there are more."""
    free, pages = (
        connection.execute(f"PRAGMA {count}").fetchone()[0]
        for count in ("freelist_count", "page_count")
    )
    spare = free - pages // SPARE
    for _ in range(min(spare, AT_ONCE)):
        connection.execute(
            "PRAGMA incremental_vacuum(1)"
        )  # one step is one page, whatever is asked
    return bool(spare > AT_ONCE)
