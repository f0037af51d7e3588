"""The lives of turns: kept when they settle, noted on the side."""

from collections.abc import Sequence

from aizuchi.engines.memory.store import Store
from aizuchi.traces import Note, Trace, timeline


class MemoryTraces:
    """The Traces port."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def note(self, notes: Sequence[Note]) -> None:
        self._store.notes += notes

    async def read(self, turn_id: str) -> Trace | None:
        store, seq = self._store, self._store.seqs.get(turn_id, 0)
        trace = store.traces.get(seq)
        if turn := store.work.get(seq):
            trace = Trace(turn.accepted_at, timeline(store.written.get(seq, ())))
        notes = [note.event for note in store.notes if note.turn_id == turn_id]
        return trace.with_notes(notes) if trace else None
