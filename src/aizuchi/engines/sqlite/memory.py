"""Memory: what was said in a scope, as far as the audience of a message may see it."""

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection

from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import Message
from aizuchi.ports import Exchange
from aizuchi.recall import Scope, memory_key, person_of

EVER = 2**62


class SqliteMemory:
    """The Memory port."""

    def __init__(self, reader: Executor) -> None:
        self._reader = reader

    async def recall(self, message: Message, scope: Scope, turns: int) -> Sequence[Exchange]:
        if scope == "none" or turns < 1:
            return ()
        return await self._reader.run(partial(_recall, message=message, scope=scope, turns=turns))


def asked_again(connection: Connection, message: Message) -> int | None:
    """Where the turn stands that a message asks again, with all that followed it."""
    if not message.replaces:
        return None
    values = {"replaces": message.replaces, "conversation": message.conversation}
    row = connection.execute(SQL["asked_again"], values).fetchone()
    return int(row["seq"]) if row else None


def _recall(
    connection: Connection, message: Message, scope: Scope, turns: int
) -> Sequence[Exchange]:
    values = {
        "conversation": message.conversation,
        "place": message.place.key,
        "audience": message.place.audience,
        "private": message.place.audience == "private",
        "person": person_of(message),
        "memory": memory_key(message, scope),
        "before": asked_again(connection, message) or EVER,
        "turns": turns,
    }
    rows = connection.execute(SQL[f"recall_{scope}"], values).fetchall()
    return [Exchange(row["question"], row["answer"]) for row in reversed(rows)]
