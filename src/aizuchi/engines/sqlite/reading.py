"""The store as somebody reads it who does not hold it: beside a running server, or without one."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from aizuchi.access import day_of
from aizuchi.engines.sqlite.database import FILE, connect_to_read, schema
from aizuchi.engines.sqlite.persons import export
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.tracing import read_trace
from aizuchi.engines.sqlite.usage import read_usage
from aizuchi.engines.sqlite.writer import unavailable
from aizuchi.errors import StoreTooNew, StoreUnavailable
from aizuchi.history import Own, UsageDay
from aizuchi.traces import Listed, Told, UsedElsewhere, elsewhere


class Records:
    """What can be read of a store, all of one moment."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def people(self) -> Sequence[str]:
        """Everybody of whom something is kept."""
        return [row["key"] for row in self._connection.execute(SQL["people"])]

    def export(self, person: str) -> Sequence[Own]:
        return export(self._connection, person)

    def turns(self, exact: str, ending: str, within: str) -> Sequence[str]:
        """The turns that a reference may mean, the newest first."""
        values = {"exact": exact, "ending": ending, "within": within, "most": 10}
        rows = self._connection.execute(SQL["by_reference"], values).fetchall()
        return [row["turn_id"] for row in rows]

    def chat(self, beginning: str, most: int) -> Sequence[Listed]:
        """The last turns of the conversations whose key begins so, the newest first."""
        to = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        values = {"from": beginning, "to": to, "most": most}
        rows = self._connection.execute(SQL["turns_of_chat"], values).fetchall()
        return [Listed(*row) for row in rows]

    def life(self, turn_id: str) -> Told | None:
        """What is known of a turn."""
        trace = read_trace(self._connection, turn_id)
        row = self._connection.execute(SQL["said_of_turn"], (turn_id,)).fetchone()
        if trace is None:
            return None
        if row is None:
            return Told(turn_id, trace)
        return Told(turn_id, trace, row["person"], row["place"], row["incident"])

    def usage(self, since: str) -> Sequence[UsageDay]:
        return read_usage(self._connection, since)

    def elsewhere(self, since: str) -> Sequence[UsedElsewhere]:
        """What of it was used at fallbacks, as far as it was noted, from this ISO date on."""
        begin = datetime.fromisoformat(since).astimezone().timestamp()
        rows = self._connection.execute(SQL["used_elsewhere"], (begin,)).fetchall()
        return [
            UsedElsewhere(day_of(row["at"]), row["person"] or "", elsewhere(row["detail"]))
            for row in rows
        ]


@contextmanager
def records(home: Path) -> Iterator[Records]:
    """Opens the store of a home folder to read it; nothing is written, and nobody is kept out.

    Raises:
        StoreUnavailable: there is none, or it is not as this version leaves it.
        StoreTooNew: a newer version has written it.
    """
    path = home / FILE
    if not path.exists():
        raise StoreUnavailable(
            f"There is no store in {home}.",
            "Start aizuchi once, or say with AIZUCHI_HOME where its store is.",
        )
    try:
        with closing(connect_to_read(path)) as connection:
            connection.execute("BEGIN")
            _check_schema(connection, path)
            yield Records(connection)
    except sqlite3.Error as error:
        raise unavailable(error) from error


def _check_schema(connection: sqlite3.Connection, path: Path) -> None:
    version, newest = connection.execute("PRAGMA user_version").fetchone()[0], schema()[-1].version
    if version > newest:
        raise StoreTooNew(
            f"{path} was written by a newer aizuchi (schema {version}, this one knows {newest}).",
            "Use that version, which the server runs.",
        )
    if version < newest:
        raise StoreUnavailable(
            f"{path} is as an older aizuchi left it (schema {version}, this one reads {newest}).",
            "Start the server once: it brings the store up to date.",
        )
