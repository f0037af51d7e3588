"""The lives of turns: kept when they settle, noted on the side, read by whoever asks why."""

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.engines.sqlite.entries import written
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.traces import Event, Note, Trace, decode_trace, encode_trace, timeline


class SqliteTraces:
    """The Traces port."""

    def __init__(self, writer: Executor, reader: Executor) -> None:
        self._writer, self._reader = writer, reader

    async def note(self, notes: Sequence[Note]) -> None:
        rows = [(turn_id, *event) for turn_id, event in notes]
        await self._writer.run(lambda writing: writing.executemany(SQL["add_note"], rows).rowcount)

    async def read(self, turn_id: str) -> Trace | None:
        return await self._reader.run(partial(read_trace, turn_id=turn_id))


def keep_trace(connection: Connection, seq: int, trace: Trace) -> None:
    connection.execute(SQL["add_trace"], (seq, trace.accepted_at, encode_trace(trace)))


def read_trace(connection: Connection, turn_id: str) -> Trace | None:
    """The life of a turn as far as it has come."""
    kept = connection.execute(SQL["trace"], (turn_id,)).fetchone()
    trace = decode_trace(kept["at"], kept["body"]) if kept else _of_open(connection, turn_id)
    if trace is None:
        return None
    notes = connection.execute(SQL["notes"], (turn_id,)).fetchall()
    return trace.with_notes([Event(*row) for row in notes])


def _of_open(connection: Connection, turn_id: str) -> Trace | None:
    row = connection.execute(SQL["open_turn"], (turn_id,)).fetchone()
    return Trace(row["accepted_at"], timeline(written(connection, row["seq"]))) if row else None
