"""Every statement finds its rows by an index; those that walk through a table are named here."""

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from aizuchi.engines.sqlite import FILE
from aizuchi.engines.sqlite.database import connect, migrate, schema
from aizuchi.engines.sqlite.queries import FILES, SQL

WALKS = {
    "next_unheld": "over open turns, when there is nothing to end",
    "clear_leases": "once, at the start, over open turns",
    "figures": "over open turns, when somebody reads /metrics",
    "old_texts": "over the two hundred oldest",
    "overdue": "over open turns, no further than the first that nobody has claimed",
    "empty_conversations": "once an hour, beside the writer",
    "empty_places": "once an hour, beside the writer",
    "by_reference": "once, when somebody asks why by a link",
    "old_traces": "over the two hundred oldest",
    "people": "over people, when a command lists them",
    "purge_forgotten": "once an hour, over what people asked to forget",
    "forget_own_work": "over what was open in a file that an earlier schema left",
    "forget_own_open_entries": "over what was open in a file that an earlier schema left",
    "tables": "over a dozen names, when a copy of an earlier schema forgets somebody",
    "due_summaries": "over summaries that went with somebody who was forgotten",
    "take_due_summaries": "over summaries that went with somebody who was forgotten",
}
NEWEST_FIRST = [
    *("recall_thread", "recall_channel", "recall_user"),
    *("shelf_thread", "shelf_channel", "shelf_user"),
    "ready",
]
OWN_ROWS = re.compile(r"SCAN (pieces|json_each VIRTUAL TABLE|CONSTANT ROW|\(subquery-\d+\))")


class Anything(dict[str, int]):
    """A value for every parameter."""

    def __missing__(self, name: str) -> int:
        return 0


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = tmp_path_factory.mktemp("plans") / FILE
    opened = connect(path)
    migrate(opened, path, schema())
    yield opened
    opened.close()


def plan(connection: sqlite3.Connection, statement: str) -> list[str]:
    """How SQLite goes about a statement, step by step."""
    sql = re.sub(r"--.*", "", statement)
    values = Anything() if ":" in sql else (0,) * sql.count("?")
    return [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def walks(connection: sqlite3.Connection, name: str) -> list[str]:
    """The steps that pass over a whole table; the first and the last row are no walk, but any
    other minimum is one, and is called a search all the same."""
    walk = r"SCAN" if re.search(r"(min|max)\(seq\)", SQL[name]) else r"SCAN|SEARCH \w+$"
    steps = plan(connection, SQL[name])
    return [step for step in steps if re.match(walk, step) and not OWN_ROWS.match(step)]


def test_no_two_statements_have_one_name() -> None:
    written = "".join((files("aizuchi.engines.sqlite") / each).read_text("utf-8") for each in FILES)
    assert len(SQL) == written.count("-- name: ")


@pytest.mark.parametrize("name", sorted(SQL.keys() - WALKS.keys()))
def test_it_finds_its_rows_by_an_index(connection: sqlite3.Connection, name: str) -> None:
    assert walks(connection, name) == []


@pytest.mark.parametrize("name", sorted(WALKS))
def test_what_is_said_to_walk_does(connection: sqlite3.Connection, name: str) -> None:
    assert walks(connection, name)


@pytest.mark.parametrize("name", NEWEST_FIRST)
def test_the_newest_come_first_without_sorting(connection: sqlite3.Connection, name: str) -> None:
    assert not [step for step in plan(connection, SQL[name]) if "TEMP B-TREE" in step]


def test_every_statement_is_used() -> None:
    engine = Path(__file__).parents[2] / "src/aizuchi/engines/sqlite"
    code = "".join(path.read_text("utf-8") for path in engine.glob("*.py"))
    named = {name for name in SQL if f'"{name}"' in code}
    scopes = ("channel", "thread", "user")
    recalling = [f"{verb}_{scope}" for verb in ("recall", "shelf") for scope in scopes]
    assert sorted(SQL.keys() - named) == recalling
