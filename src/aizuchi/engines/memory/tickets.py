"""Tickets: whoever takes one out of the dictionary has used it."""

from collections.abc import Callable

from aizuchi.engines.memory.store import Store
from aizuchi.tickets import TICKET_S, Ticket, digest, new_ticket


class MemoryTickets:
    """The Tickets port."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    async def make(self, person: str, origin: str) -> str:
        ticket = new_ticket()
        self._store.tickets[digest(ticket)] = Ticket(person, origin, self._clock() + TICKET_S)
        return ticket

    async def use(self, ticket: str, origin: str) -> str | None:
        found = self._store.tickets.pop(digest(ticket), None)
        return found.person if found and found.admits(origin, self._clock()) else None
