"""The durable half of the answer log: lines of entries, each an item of its own.

Text is written without asking: what an outdated attempt writes harms nothing, and whoever writes
looks at the turn in the same moment. What belongs to the turn (receipts, what tools do, the end) is
written only while the attempt is the newest, in one transaction.
"""

import asyncio
from collections.abc import Callable, Sequence

from aizuchi.answers import HEARD, Finished, Heard, Logged, encode
from aizuchi.cleaning import COLLAPSE_AFTER_S
from aizuchi.drafts import KEPT_BEFORE_SEEN
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Check, Item, Only, Put, Update
from aizuchi.engines.aws.lives import life_of
from aizuchi.engines.aws.saidrows import row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled
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
        return row_of(await whole(self._store.table, said)).transcript if said else NOTHING

    async def _write(self, line: Line) -> bool:
        put, behind = self._item(line)
        await self._store.table.write_all(behind)
        if any(isinstance(entry, KEPT_BEFORE_SEEN) for entry in line.entries):
            return await self._write_held(line, put)
        _, row = await asyncio.gather(
            self._store.table.write(put), self._store.table.get(keys.turn(line.turn_id))
        )
        if row and row.get("stopped"):
            self.on_stop(line.turn_id)
        return bool(row and row["attempt"] == line.attempt and row["state"] == "working")

    async def _write_held(self, line: Line, put: Put) -> bool:
        """Receipts also follow the end; nothing else does."""
        key = keys.turn(line.turn_id)
        only_receipts = all(isinstance(entry, RECEIPTS) for entry in line.entries)
        ends = any(isinstance(entry, Finished) for entry in line.entries)
        after = "finished" if only_receipts else "working"
        only = Only(
            "#attempt = :attempt AND (#state = :working OR #state = :after)",
            {"attempt": line.attempt, "working": "working", "after": after},
        )
        finish: Item = {"state": "finished", "finished_at": self._store.clock()}
        turn = Update(key, set=finish, only=only) if ends else Check(key, only)
        try:
            await self._store.table.transact([turn, put])
        except Cancelled:
            return False
        return True

    def _item(self, line: Line) -> tuple[Put, tuple[Put, ...]]:
        key, now = keys.log(line.turn_id, line.attempt, line.n), self._store.clock()
        until = self._store.entries_until(now)
        head, behind = spread(key, encode(line.entries), until)
        place = {"attempt": line.attempt, "n": line.n, "at": now}
        return Put({**key._asdict(), **place, **head, **until}), behind
