"""The shelves of memory: what stands on one in reach of a summary, and what that says."""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection, Row
from typing import Any

from aizuchi.engines.sqlite.queries import SQL
from aizuchi.events import Place
from aizuchi.history import Exchange, Kept, Overflow, Summary, overflow_of
from aizuchi.recall import REACH, Shelf, Window

EVER = 2**62


def overflow(connection: Connection, shelf: Shelf, window: Window) -> Overflow | None:
    """First looks at no more than a window; it is full seldom."""
    summary = summary_of(connection, shelf)
    near = _on_shelf(connection, shelf, summary.upto, window.turns + 1)
    if overflow_of(shelf, summary, near, window) is None:
        return None
    far = _on_shelf(connection, shelf, summary.upto, window.turns * REACH)
    return overflow_of(shelf, summary, far, window)


def _on_shelf(connection: Connection, shelf: Shelf, upto: int, most: int) -> list[Kept]:
    """The last exchanges of a shelf past a turn, oldest first."""
    values = {**values_of(shelf), "memory": shelf.memory_key}
    values |= {"upto": upto, "most": most, "ever": EVER}
    rows = connection.execute(SQL[f"shelf_{shelf.scope}"], values).fetchall()
    return [kept_of(row) for row in reversed(rows)]


def summarise(
    connection: Connection, overflow: Overflow, text: str, used: Mapping[str, Any]
) -> bool:
    if used["tokens"]:
        for statement in ("add_person", "count"):
            connection.execute(SQL[statement], used)
    if not _still_stands(connection, overflow):
        return False
    values = {**values_of(overflow.shelf), "upto": overflow.turns[-1], "text": text}
    connection.execute(SQL["keep_summary"], values)
    return True


def _still_stands(connection: Connection, overflow: Overflow) -> bool:
    """Whether everything that a summary was made of is there, and is not summarised yet."""
    summary = summary_of(connection, overflow.shelf)
    if (summary.upto, summary.text) != (overflow.upto, overflow.summary):
        return False
    since = overflow.turns[0] - 1
    ahead = _on_shelf(connection, overflow.shelf, since, EVER)[: len(overflow.turns)]
    return tuple(kept.seq for kept in ahead) == overflow.turns


def due(connection: Connection) -> Sequence[Shelf]:
    rows = connection.execute(SQL["due_summaries"]).fetchall()
    if rows:
        connection.execute(SQL["take_due_summaries"])
    return [
        Shelf(
            row["scope"],
            Place(row["place"], row["audience"]),
            row["conversation"],
            row["person"],
        )
        for row in rows
    ]


def summary_of(connection: Connection, shelf: Shelf) -> Summary:
    row = connection.execute(SQL["summary"], values_of(shelf)).fetchone()
    return Summary(*row) if row else Summary()


def values_of(shelf: Shelf) -> Mapping[str, Any]:
    return {
        "scope": shelf.scope,
        "person": shelf.person,
        "place": shelf.place.key,
        "audience": shelf.place.audience,
        "conversation": shelf.conversation,
    }


def kept_of(row: Row, place: int | None = None) -> Kept:
    return Kept(place, row["seq"], Exchange(row["question"], row["answer"]))
