"""Tickets in the table: whichever process is asked, a ticket is used by the one that marks it."""

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Put, Update
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.tickets import TICKET_S, Ticket, digest, new_ticket

UNUSED = "attribute_exists(#pk) AND (attribute_not_exists(#used) OR #used = :mark)"


class AwsTickets:
    """The Tickets port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, person: str, origin: str) -> str:
        ticket = new_ticket()
        until = self._store.clock() + TICKET_S
        whose: Item = {"person": person, "origin": origin, "good_until": until}
        key = keys.ticket(digest(ticket))
        await self._store.table.write(Put({**key._asdict(), **whose, "until": int(until) + 1}))
        return ticket

    async def use(self, ticket: str, origin: str) -> str | None:
        mark = self._store.new_mark()
        using = Update(
            keys.ticket(digest(ticket)), set={"used": mark}, only=Only(UNUSED, {"mark": mark})
        )
        try:
            item = await self._store.table.write(using)
        except ConditionFailed:
            return None
        assert item
        found = Ticket(str(item["person"]), str(item["origin"]), float(item["good_until"]))
        return found.person if found.admits(origin, self._store.clock()) else None
