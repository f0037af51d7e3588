"""The durable half of the answer log: groups of entries, and the end of an answer in its turn."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.answers import (
    HEARD,
    Finished,
    Heard,
    Logged,
    Position,
    Posting,
    Restarted,
    Shown,
    TextDelta,
    decode,
    encode,
)
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.live import Line, Transcript
from aizuchi.turns import after

AFTER_FINISHED = (Posting, Shown)


class SqliteEntries:
    """The LogStore under the live log."""

    def __init__(self, writer: Executor, reader: Executor, clock: Callable[[], float]) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        return await self._writer.run(partial(_write, lines=lines, now=self._clock()))

    async def load(self, turn_id: str) -> Transcript:
        return await self._reader.run(partial(_load, turn_id=turn_id))


def _write(connection: Connection, lines: Sequence[Line], now: float) -> list[bool]:
    return [_write_line(connection, line, now) for line in lines]


def _write_line(connection: Connection, line: Line, now: float) -> bool:
    work = connection.execute(SQL["newest_attempt"], (line.turn_id,)).fetchone()
    if work is None or work["attempt"] != line.attempt:
        return False
    entries = line.entries
    if work["state"] == "finished":
        return _add(connection, work["seq"], line, now) if _only_receipts(line) else False
    after(work["state"], "finish")
    if isinstance(entries[-1], Finished):
        _finish(connection, work["seq"], line, entries[-1], now)
        line = line._replace(entries=entries[:-1])
    return _add(connection, work["seq"], line, now)


def _only_receipts(line: Line) -> bool:
    return all(isinstance(entry, AFTER_FINISHED) for entry in line.entries)


def _add(connection: Connection, seq: int, line: Line, now: float) -> bool:
    if line.entries:
        body = encode(line.entries)
        connection.execute(SQL["add_entries"], (seq, line.attempt, line.n, body))
    return True


def _finish(connection: Connection, seq: int, line: Line, finished: Finished, now: float) -> None:
    connection.execute(SQL["finish_work"], {"seq": seq, "now": now})
    values = {
        "seq": seq,
        "outcome": finished.outcome,
        "answer": finished.text,
        "said": finished.said,
        "code": finished.code,
        "incident": finished.incident,
        "attempt": line.attempt,
        "n": line.n + len(line.entries) - 1,
    }
    connection.execute(SQL["finish_turn"], values)


def _load(connection: Connection, turn_id: str) -> Transcript:
    turn = connection.execute(SQL["turn"], (turn_id,)).fetchone()
    if turn is None:
        return Transcript(())
    log = [Logged(HEARD, Heard())]
    for row in connection.execute(SQL["entries"], (turn["seq"],)):
        log += [
            Logged(Position(row["attempt"], row["n"] + index), entry)
            for index, entry in enumerate(decode(row["body"]))
            if entry is not None
        ]
    if turn["outcome"] is None:
        return Transcript(log)
    streamed = any(isinstance(line.entry, TextDelta) for line in log)
    end = _end(turn)
    whole = [] if streamed or not turn["answer"] else _whole(turn)
    joined = sorted([*log, *whole, end], key=lambda line: line.position)
    return Transcript(joined, collapsed=bool(whole))


def _end(turn: Row) -> Logged:
    finished = Finished(
        turn["outcome"], turn["answer"], turn["said"] or "", turn["code"] or "",
        turn["incident"] or "",
    )  # fmt: skip
    return Logged(Position(turn["last_attempt"], turn["last_n"]), finished)


def _whole(turn: Row) -> list[Logged]:
    """The text of a collapsed answer, just before its end."""
    attempt, n = turn["last_attempt"], turn["last_n"]
    return [
        Logged(Position(attempt, n - 2), Restarted()),
        Logged(Position(attempt, n - 1), TextDelta(turn["answer"])),
    ]
