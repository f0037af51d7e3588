"""Tickets in the file: whichever process is asked, a ticket is used by the one that deletes it."""

from collections.abc import Callable
from functools import partial
from sqlite3 import Connection

from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.tickets import TICKET_S, Ticket, digest, new_ticket


class SqliteTickets:
    """The Tickets port."""

    def __init__(self, writer: Executor, clock: Callable[[], float]) -> None:
        self._writer, self._clock = writer, clock

    async def make(self, person: str, origin: str) -> str:
        ticket = new_ticket()
        kept = (digest(ticket), *Ticket(person, origin, self._clock() + TICKET_S))
        await self._writer.run(lambda writing: writing.execute(SQL["add_ticket"], kept).rowcount)
        return ticket

    async def use(self, ticket: str, origin: str) -> str | None:
        found = await self._writer.run(partial(_take, ticket=digest(ticket)))
        return found.person if found and found.admits(origin, self._clock()) else None


def _take(connection: Connection, ticket: bytes) -> Ticket | None:
    row = connection.execute(SQL["ticket"], (ticket,)).fetchone()
    connection.execute(SQL["delete_ticket"], (ticket,))
    return Ticket(*row) if row else None
