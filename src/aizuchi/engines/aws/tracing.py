"""The lives of turns: kept when they settle, noted on the side, read by whoever asks why."""

from collections.abc import Sequence

from aizuchi.cleaning import DAY_S, LEAST_IDS_DAYS
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Put
from aizuchi.engines.aws.lives import life_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.turnrows import is_open
from aizuchi.history import Note, Trace
from aizuchi.traces import decode_trace, timeline


class AwsTraces:
    """The Traces port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, notes: Sequence[Note]) -> None:
        await self._store.table.write_all([self._item(note) for note in notes])

    async def read(self, turn_id: str) -> Trace | None:
        life = await life_of(self._store.table, turn_id)
        if life.row is None:
            return None
        accepted_at = float(life.row["accepted_at"])
        if is_open(life.row):
            return Trace(accepted_at, timeline(life.written)).with_notes(life.notes)
        trace = str(life.row.get("trace", ""))
        if not trace or accepted_at < self._oldest():
            return None
        return decode_trace(accepted_at, trace).with_notes(life.notes)

    def _oldest(self) -> float:
        days = max(LEAST_IDS_DAYS, self._store.retention.ids_days)
        return self._store.clock() - days * DAY_S

    def _item(self, note: Note) -> Put:
        key = keys.note(note.turn_id, note.event.at, self._store.new_mark())
        happened: Item = note.event._asdict()
        return Put({**key._asdict(), **happened, **self._store.id_until(note.event.at)})
