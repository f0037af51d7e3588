"""A person: what the store has of them, to be taken away, and to be taken out."""

import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import Any

from aizuchi.access import day_of
from aizuchi.engines.sqlite.chats import said_of
from aizuchi.engines.sqlite.database import copies_of
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.history import OURS, Holdings, Own

AT_ONCE = 200
UNSAY = (
    "unsay_summaries",
    "unsay_trace",
    "unsay_notes",
    "unsay_title",
    "unsay_entries",
    "unsay_turn",
    "unsay",
)
FORGET = (
    "forget_own_pending",
    "forget_own_summaries",
    "forget_own_keys",
    "forget_own_conversations",
    "forget_own_titles",
    "forget_own_usage",
    "forget_own_days",
)
FORGET_IN_A_COPY = (
    "forget_own_pending",
    "forget_own_summaries",
    "forget_own_open_entries",
    "forget_own_work",
    "forget_own_keys",
    "forget_own_conversations",
    "forget_own_titles",
)
ABOUT = {
    "unsay_summaries": "summaries",
    "unsay_trace": "traces",
    "unsay_notes": "notes",
    "forget_own_pending": "pending",
    "forget_own_summaries": "summaries",
}
"""The statements about a table that not every schema has."""


def holds(connection: Connection, person: str) -> Holdings:
    return Holdings(*connection.execute(SQL["holds"], (person,)).fetchone())


def export(connection: Connection, person: str) -> Sequence[Own]:
    rows = connection.execute(SQL["own_said"], (person,)).fetchall()
    return [Own(row["conversation"], said_of(row)) for row in rows]


async def unsay(writer: Executor, person: str, now: float) -> None:
    """Takes away what a person said and was answered, a little at a time; done again after a crash,
    it goes on."""
    while await writer.run(partial(_unsay_some, person=person, now=now, statements=UNSAY)):
        pass
    await writer.run(partial(_forget_in_copies, person=person, now=now))


def forget(connection: Connection, person: str, seq: int, now: float) -> None:
    """The rest of a person, but for the turn in which they wished it and what came after."""
    while _unsay_some(connection, person, now, UNSAY):
        pass
    values = {"person": person, "seq": seq, "today": day_of(now), "key": wish_key(person)}
    connection.execute(SQL["add_person"], {"person": OURS})
    _do(connection, FORGET, values)
    connection.execute(SQL["forget"], values)


def is_forgotten_since(connection: Connection, person: str, seq: int) -> bool:
    """Whether a person wished to be forgotten after this turn was accepted."""
    values = {"key": wish_key(person), "seq": seq}
    return connection.execute(SQL["is_forgotten"], values).fetchone() is not None


def wish_key(person: str) -> str:
    """Under which it is kept that a person wished to be forgotten."""
    return f"person {person}"


def _unsay_some(connection: Connection, person: str, now: float, statements: Sequence[str]) -> bool:
    """Whether there may be more."""
    rows = connection.execute(SQL["said_by"], {"person": person, "most": AT_ONCE}).fetchall()
    found = [{"id": row["seq"], "now": now} for row in rows]
    for statement in statements:
        connection.executemany(SQL[statement], found)
    return len(found) == AT_ONCE


def _forget_in_copies(connection: Connection, person: str, now: float) -> None:
    """The same in what earlier schemas left; a copy that does not let us goes as a whole."""
    for copy in copies_of(connection):
        try:
            _forget_in_copy(copy, person, now)
        except sqlite3.Error:
            copy.unlink(missing_ok=True)


def _forget_in_copy(copy: Path, person: str, now: float) -> None:
    age = copy.stat()
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN")
        unsay, forget = (_known(connection, each) for each in (UNSAY, FORGET_IN_A_COPY))
        while _unsay_some(connection, person, now, unsay):
            pass
        _do(connection, forget, {"person": person, "seq": 0})
        connection.execute("COMMIT")
    os.utime(copy, (age.st_atime, age.st_mtime))


def _known(connection: Connection, statements: Sequence[str]) -> Sequence[str]:
    """Those that the schema of a copy understands."""
    tables = {row["name"] for row in connection.execute(SQL["tables"])}
    return [each for each in statements if each not in ABOUT or ABOUT[each] in tables]


def _do(connection: Connection, statements: Sequence[str], values: Mapping[str, Any]) -> None:
    for statement in statements:
        connection.execute(SQL[statement], values)
