"""The durable half of the answer log: lines of entries, and what is left of them in the end."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.answers import (
    HEARD,
    Finished,
    Heard,
    Logged,
    Position,
    Shown,
    decode,
    decode_consent,
    encode,
)
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.logstore import Line, Transcript, collapsed, logged, state_with
from aizuchi.traces import Written
from aizuchi.trail import decode_trail


class SqliteEntries:
    """The LogStore under the live log."""

    def __init__(self, writer: Executor, reader: Executor, clock: Callable[[], float]) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        return await self._writer.run(partial(_write, lines=lines, now=self._clock()))

    async def load(self, turn_id: str) -> Transcript:
        return await self._reader.run(partial(_load, turn_id=turn_id))


def pieces(connection: Connection, seq: int) -> list[Logged]:
    """The entries of a turn as they were made; none once they have collapsed."""
    return log_of(written(connection, seq))


def written(connection: Connection, seq: int) -> list[Written]:
    """The same as it was stored, with the times."""
    rows = connection.execute(SQL["entries"], (seq,)).fetchall()
    return [Written(at, attempt, n, decode(body)) for at, attempt, n, body in rows]


def log_of(rows: Sequence[Written]) -> list[Logged]:
    return [entry for row in rows for entry in logged(row.attempt, row.n, row.entries)]


def _write(connection: Connection, lines: Sequence[Line], now: float) -> list[bool]:
    return [_write_line(connection, line, now) for line in lines]


def _write_line(connection: Connection, line: Line, now: float) -> bool:
    work = connection.execute(SQL["newest_attempt"], (line.turn_id,)).fetchone()
    if work is None or work["attempt"] != line.attempt:
        return False
    state = state_with(work["state"], line.entries)
    if state is None:
        return False
    if state != work["state"]:
        connection.execute(SQL["finish"], {"seq": work["seq"], "now": now})
    body = encode(line.entries)
    connection.execute(SQL["add_entries"], (work["seq"], line.attempt, line.n, body, now))
    return True


def _load(connection: Connection, turn_id: str) -> Transcript:
    known = connection.execute(SQL["known"], {"turn_id": turn_id}).fetchone()
    if known is None:
        return Transcript(())
    log = pieces(connection, known["seq"])
    told = None if log else connection.execute(SQL["told"], (known["seq"],)).fetchone()
    return _whole(told) if told else Transcript([Logged(HEARD, Heard()), *log])


def _whole(told: Row) -> Transcript:
    said = (told[field] for field in ("outcome", "answer", "said", "code", "incident"))
    finished = Finished(*said)._replace(consent=decode_consent(told["consent"]))
    shown = [entry for entry in decode(told["shown"]) if isinstance(entry, Shown)]
    trail = decode_trail(told["trail"])
    return collapsed(Position(told["attempt"], told["n"]), finished, shown, trail)
