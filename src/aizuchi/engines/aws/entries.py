"""The durable half of the answer log: lines of entries, most of them items of their own.

Text is written without asking: what an outdated attempt writes harms nothing, and whoever writes
looks at the turn in the same moment. What belongs to the turn is written only while the attempt is
the newest: receipts into the turn's own row, which takes one write; the end as an item that counts
once the row names it, which takes two; what tools do in one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence

from aizuchi.answers import HEARD, Finished, Heard, Logged, encode
from aizuchi.cleaning import COLLAPSE_AFTER_S
from aizuchi.drafts import KEPT_BEFORE_SEEN, WORDLESS
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Check, Item, Only, Put, Update
from aizuchi.engines.aws.lives import life_of, name_of_end, receipts_in
from aizuchi.engines.aws.saidrows import row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled, ConditionFailed
from aizuchi.engines.aws.texts import spread, whole
from aizuchi.engines.aws.turnrows import is_open
from aizuchi.logstore import RECEIPTS, Line, Transcript

NOTHING = Transcript(())


class AwsEntries:
    """The LogStore under the live log. `on_stop` is told of a turn that was stopped elsewhere."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.on_stop: Callable[[str], None] = lambda turn_id: None

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        return [await self._write(line) for line in lines]

    async def load(self, turn_id: str) -> Transcript:
        life = await life_of(self._store.table, turn_id)
        row = life.row
        if row is None or row.get("left"):
            return NOTHING
        if is_open(row) or self._store.clock() < float(row["settled_at"]) + COLLAPSE_AFTER_S:
            return Transcript([Logged(HEARD, Heard()), *life.log])
        key = keys.said(str(row["conversation"]), int(row["seq"]))
        said = await self._store.table.get(key)
        if said is None:
            return NOTHING
        return row_of(said, await whole(self._store.table, said)).transcript

    async def look(self, turn_id: str) -> None:
        """Whether somebody elsewhere has stopped it; a moment late, which is half the price."""
        row = await self._store.table.get(keys.turn(turn_id), consistent=False)
        self._look_at(turn_id, row)

    async def _write(self, line: Line) -> bool:
        if all(isinstance(entry, RECEIPTS) or entry == WORDLESS for entry in line.entries):
            return await self._note_in_row(line)
        put, behind = self._item(line)
        await self._store.table.write_all(behind)
        if any(isinstance(entry, Finished) for entry in line.entries):
            return await self._end(line, put)
        if any(isinstance(entry, KEPT_BEFORE_SEEN) for entry in line.entries):
            return await self._write_held(line, put)
        _, row = await asyncio.gather(
            self._store.table.write(put), self._store.table.get(keys.turn(line.turn_id))
        )
        self._look_at(line.turn_id, row)
        return bool(row and row["attempt"] == line.attempt and row["state"] == "working")

    def _look_at(self, turn_id: str, row: Item | None) -> None:
        if row and row.get("stopped"):
            self.on_stop(turn_id)

    async def _note_in_row(self, line: Line) -> bool:
        """Receipts, without a word of the answer; they follow the end too; nothing else does."""
        noted = receipts_in(line, self._store.clock())
        update = Update(keys.turn(line.turn_id), set=noted, only=_while_newest(line, "finished"))
        try:
            self._look_at(line.turn_id, await self._store.table.write(update))
        except ConditionFailed:
            return False
        return True

    async def _end(self, line: Line, put: Put) -> bool:
        """The row is what counts; where a reply of its was lost, it has our line by then."""
        await self._store.table.write(put)
        named = name_of_end(line)
        after: Item = {"state": "finished", "finished_at": self._store.clock(), "end": named}
        only = _while_newest(line, "working")
        try:
            await self._store.table.write(Update(keys.turn(line.turn_id), set=after, only=only))
        except ConditionFailed as failed:
            old = failed.old or {}
            return (old.get("attempt"), old.get("end")) == (line.attempt, named)
        return True

    async def _write_held(self, line: Line, put: Put) -> bool:
        only_receipts = all(isinstance(entry, RECEIPTS) for entry in line.entries)
        only = _while_newest(line, "finished" if only_receipts else "working")
        try:
            await self._store.table.transact([Check(keys.turn(line.turn_id), only), put])
        except Cancelled:
            return False
        return True

    def _item(self, line: Line) -> tuple[Put, tuple[Put, ...]]:
        key, now = keys.log(line.turn_id, line.attempt, line.n), self._store.clock()
        until = self._store.entries_until(now)
        head, behind = spread(key, encode(line.entries), until)
        place = {"attempt": line.attempt, "n": line.n, "at": now}
        return Put({**key._asdict(), **place, **head, **until}), behind


def _while_newest(line: Line, after: str) -> Only:
    """While the attempt is the newest and its turn is at work, or has come that far."""
    return Only(
        "#attempt = :attempt AND (#state = :working OR #state = :after)",
        {"attempt": line.attempt, "working": "working", "after": after},
    )
