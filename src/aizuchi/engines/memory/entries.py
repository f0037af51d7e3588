"""The store under the live log: lists of entries, until they collapse into what was said."""

from collections.abc import Callable, Sequence

from aizuchi.answers import HEARD, Heard, Logged
from aizuchi.engines.memory.store import Store
from aizuchi.logstore import Line, Transcript, collapsed, logged, state_with
from aizuchi.traces import Written


class MemoryEntries:
    """The LogStore under the live log."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        return [self._write(line) for line in lines]

    async def load(self, turn_id: str) -> Transcript:
        store, seq = self._store, self._store.seqs.get(turn_id, 0)
        if not seq or seq in store.ended:
            return Transcript(())
        log, said = store.entries.get(seq), store.said.get(seq)
        if said and not log:
            return collapsed(said.end, said.finished, said.shown, said.trail)
        return Transcript([Logged(HEARD, Heard()), *(log or ())])

    def _write(self, line: Line) -> bool:
        turn = self._store.work.get(self._store.seqs.get(line.turn_id, 0))
        state = state_with(turn.state, line.entries) if turn else None
        if turn is None or turn.attempt != line.attempt or state is None:
            return False
        if state != turn.state:
            turn = turn._replace(state=state, finished_at=self._clock())
            self._store.work[turn.seq] = turn
        rows = self._store.written.setdefault(turn.seq, [])
        rows.append(Written(self._clock(), line.attempt, line.n, line.entries))
        rows.sort(key=lambda row: (row.attempt, row.n))
        log = self._store.entries.setdefault(turn.seq, [])
        log += logged(line.attempt, line.n, line.entries)
        log.sort(key=lambda each: each.position)
        return True
