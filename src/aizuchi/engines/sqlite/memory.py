"""Memory: the settled turns of a scope, as far as the audience of a message may see them."""

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import Message
from aizuchi.ports import Exchange
from aizuchi.recall import Scope, memory_key, person_of


class SqliteMemory:
    """The Memory port."""

    def __init__(self, reader: Executor) -> None:
        self._reader = reader

    async def recall(self, message: Message, scope: Scope, turns: int) -> Sequence[Exchange]:
        if scope == "none" or turns < 1:
            return ()
        return await self._reader.run(partial(_recall, message=message, scope=scope, turns=turns))


def _recall(
    connection: Connection, message: Message, scope: Scope, turns: int
) -> Sequence[Exchange]:
    values = {
        "scope": message.place.key if scope == "channel" else message.conversation,
        "place": message.place.key,
        "person": person_of(message),
        "private": message.place.audience == "private",
        "key": memory_key(message, scope),
        "turns": turns,
    }
    rows = connection.execute(SQL[f"recall_{scope}"], values).fetchall()
    return [Exchange(row["question"], row["answer"]) for row in reversed(rows)]
