"""Which turn a message asks again."""

from sqlite3 import Connection

from aizuchi.engines.sqlite.queries import SQL
from aizuchi.events import Message


def asked_again(connection: Connection, message: Message) -> int | None:
    """Where the turn stands that a message asks again, with all that followed it."""
    if not message.replaces:
        return None
    values = {"replaces": message.replaces, "conversation": message.conversation}
    row = connection.execute(SQL["asked_again"], values).fetchone()
    return int(row["seq"]) if row else None
