"""The store as somebody reads it who takes no work, through the same ports as the functions."""

import re
from collections.abc import AsyncIterator, Sequence

from aizuchi.cleaning import DAY_S
from aizuchi.engines.aws import keys, persons
from aizuchi.engines.aws.finding import LAST, said_at
from aizuchi.engines.aws.items import Item
from aizuchi.engines.aws.saidrows import SaidRow, row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.talks import talk_of
from aizuchi.engines.aws.texts import whole
from aizuchi.engines.aws.tracing import AwsTraces
from aizuchi.engines.aws.usage import AwsUsage
from aizuchi.history import OURS, Own, UsageDay
from aizuchi.ports import Allowance
from aizuchi.traces import Listed, Told

FIRST_DAY = "0000-00-00"
LOOKED_THROUGH_DAYS = 30
"""A link or a number is no key here: what was said lately is looked through for it."""

AT_ONCE = 50


class AwsRecords:
    """What can be read of a store."""

    def __init__(self, store: Store) -> None:
        self._store, self._table = store, store.table
        self._usage = AwsUsage(store, Allowance())

    async def people(self) -> Sequence[str]:
        """Everybody who was answered, for as long as that is counted."""
        return sorted({each.person for each in await self.usage(FIRST_DAY)} - {OURS})

    async def export(self, person: str) -> Sequence[Own]:
        return await persons.export(self._store, person)

    async def usage(self, since: str) -> Sequence[UsageDay]:
        return await self._usage.read(since)

    async def turns(self, exact: str, ending: str, within: str) -> Sequence[str]:
        """The turns that a reference may mean: by its whole id at once, else by what was said
        lately, of which the ids come first."""
        if await self._table.get(keys.turn(exact)):
            return [exact]
        pattern = re.compile(".*".join(map(re.escape, ending.split("%"))))
        named, others = [], []
        async for pointers in self._lately():
            found = [each for each in pointers if pattern.fullmatch(str(each["turn_id"]))]
            named += [str(each["turn_id"]) for each in found]
            others += [] if named else await self._said_as(pointers, exact, within.strip("%"))
        return named or others

    async def chat(self, beginning: str, most: int) -> Sequence[Listed]:
        """The last turns of the private conversations whose key begins so, the newest first."""
        listed: list[Listed] = []
        async for item in self._table.query("owned", keys.owned(beginning).sk):
            listed += await self._listed(str(item["conversation"]), most)
        return sorted(listed, key=lambda each: -each.at)[:most]

    async def life(self, turn_id: str) -> Told | None:
        """What is known of a turn."""
        trace = await AwsTraces(self._store).read(turn_id)
        row = await self._table.get(keys.turn(turn_id))
        if trace is None or row is None:
            return None
        said = await self._table.get(said_at(row)) if "conversation" in row else None
        if said is None:
            return Told(turn_id, trace)
        incident = (await self._row(said)).finished.incident
        return Told(turn_id, trace, str(said["person"]), str(said["place"]), incident)

    async def _lately(self) -> AsyncIterator[Sequence[Item]]:
        """Where the turns of everybody stand, some at a time."""
        since = self._store.clock() - LOOKED_THROUGH_DAYS * DAY_S
        for person in await self.people():
            first, last = keys.turn_of(person, _seq_at(since)), keys.turn_of(person, LAST)
            group: list[Item] = []
            async for item in self._table.query(first.pk, first=first.sk, last=last.sk):
                group.append(item)
                if len(group) == AT_ONCE:
                    yield group
                    group = []
            yield group

    async def _said_as(self, pointers: Sequence[Item], exact: str, within: str) -> list[str]:
        """The turns with this message, this number of a trouble, or this posted page."""
        found = await self._table.get_all([said_at(each) for each in pointers])
        rows = [await self._row(item) for item in found.values()]
        return [
            row.turn_id
            for row in rows
            if exact in (row.ref, row.finished.incident) or within in row.log
        ]

    async def _listed(self, conversation: str, most: int) -> list[Listed]:
        item = await self._table.get(keys.talk(conversation))
        first, last = keys.said(conversation, 0), keys.said(conversation, LAST)
        listed = [
            Listed(each.turn_id, each.accepted_at, "") for each in talk_of(conversation, item).open
        ]
        async for said in self._table.query(
            first.pk, first=first.sk, last=last.sk, newest_first=True, page=most
        ):
            if len(listed) >= most:
                break
            if "part" not in said:
                row = await self._row(said)
                listed.append(Listed(row.turn_id, row.asked_at, row.said.outcome))
        return listed

    async def _row(self, item: Item) -> SaidRow:
        return row_of(await whole(self._table, item))


def _seq_at(at: float) -> int:
    """A place in the order of turns before all that came after this time."""
    return int(max(0.0, at) * 1e6) * keys.Order.MARKS
