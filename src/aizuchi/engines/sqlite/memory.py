"""Memory: what was said in a scope, as far as the audience of a message may see it."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.access import day_of
from aizuchi.engines.sqlite import persons, shelves
from aizuchi.engines.sqlite.again import asked_again
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.shelves import EVER, kept_of, summary_of, values_of
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import Message
from aizuchi.history import Holdings, Overflow, Own, Recollection, Summary, recollection
from aizuchi.ports import OURS
from aizuchi.recall import (
    MOST_SUMMARIES,
    Scope,
    Shelf,
    Window,
    memory_key,
    person_of,
    shelf_of,
)


class SqliteMemory:
    """The Memory port."""

    def __init__(self, writer: Executor, reader: Executor, clock: Callable[[], float]) -> None:
        self._writer, self._reader, self._clock = writer, reader, clock

    async def recall(self, message: Message, scope: Scope, window: Window) -> Recollection:
        if scope == "none" or window.turns < 1:
            return Recollection()
        return await self._reader.run(partial(_recall, message=message, scope=scope, window=window))

    async def overflow(self, shelf: Shelf, window: Window) -> Overflow | None:
        return await self._reader.run(partial(shelves.overflow, shelf=shelf, window=window))

    async def summarise(self, overflow: Overflow, text: str, tokens: int = 0) -> bool:
        used = {
            "day": day_of(self._clock()),
            "person": OURS,
            "answers": 0,
            "tokens": tokens,
            "written": 0,
        }
        job = partial(shelves.summarise, overflow=overflow, text=text, used=used)
        return await self._writer.run(job)

    async def due(self) -> Sequence[Shelf]:
        return await self._writer.run(shelves.due)

    async def holds(self, person: str) -> Holdings:
        return await self._reader.run(partial(persons.holds, person=person))

    async def export(self, person: str) -> Sequence[Own]:
        return await self._reader.run(partial(persons.export, person=person))


def _recall(connection: Connection, message: Message, scope: Scope, window: Window) -> Recollection:
    before, shelf = asked_again(connection, message) or EVER, shelf_of(message, scope)
    values = {
        **values_of(shelf),
        "conversation": message.conversation,
        "private": message.place.audience == "private",
        "person": person_of(message),
        "memory": memory_key(message, scope),
        "before": before,
        "turns": window.turns,
    }
    rows = connection.execute(SQL[f"recall_{scope}"], values).fetchall()
    summaries = _summaries(connection, shelf, message, before)
    return recollection([kept_of(row, row["place"]) for row in reversed(rows)], summaries, window)


def _summaries(
    connection: Connection, shelf: Shelf, message: Message, before: int
) -> Sequence[Summary]:
    """Those that may be read in the answer to a message; none that covers what it asks again."""
    if shelf.scope == "user" and message.place.audience == "private":
        values = {**values_of(shelf), "before": before, "most": MOST_SUMMARIES}
        rows = connection.execute(SQL["summaries_of_user"], values).fetchall()
        return [Summary(*row) for row in rows]
    summary = summary_of(connection, shelf)
    return [summary] if 0 < summary.upto < before else []
