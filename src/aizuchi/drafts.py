"""One answer as this process makes it: what an attempt writes, and what its tails see of it."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

from aizuchi.answers import (
    Entry,
    Finished,
    Logged,
    Position,
    Posting,
    Restarted,
    Step,
    TextDelta,
    ToolReturned,
    ToolsCalled,
)
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.logstore import RECEIPTS, Line, logged
from aizuchi.words import THINKING

WORDLESS = TextDelta("")
KEPT_BEFORE_SEEN = (*RECEIPTS, ToolsCalled, ToolReturned, Finished)


class Tape:
    """The lines of one answer that its tails may see. Cut, the rest of it is in the store."""

    def __init__(self) -> None:
        self.lines: list[Logged] = []
        self.cut = False
        self._waiting: list[asyncio.Future[None]] = []

    def show(self, lines: Sequence[Logged]) -> None:
        if lines:
            self.lines += lines
            self._wake()

    def end(self) -> None:
        self.cut = True
        self._wake()

    async def past(self, read: int, after: Position) -> list[Logged]:
        """The lines that come once this many are read; none where the tape is cut."""
        await self.more(read)
        lines = self.lines[read:]
        if lines and lines[0].position <= after:
            return [line for line in lines if line.position > after]
        return lines

    async def more(self, read: int) -> None:
        """Returns when there are more lines than these, or the tape is cut."""
        while len(self.lines) <= read and not self.cut:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()


class Stream:
    """One answer in this process: what its tails see, and the newest attempt that writes it."""

    def __init__(self, turn_id: str) -> None:
        self.turn_id = turn_id
        self.tape = Tape()
        self.stop = asyncio.Event()
        self.users = 0
        self._newest: Draft | None = None

    def begin(self, attempt: int, *, is_read_along: bool = True) -> None:
        """Another attempt writes from now on."""
        if self._newest:
            self._newest.abandon()
        self._newest = Draft(self, attempt, is_read_along=is_read_along)

    def draft(self, attempt: int) -> "Draft | None":
        """What this attempt writes; None for any but the newest one."""
        draft = self._newest
        return draft if draft and draft.attempt == attempt and not draft.lost else None

    @property
    def is_written(self) -> bool:
        """Whether an attempt of this process makes it."""
        return self._newest is not None and not self._newest.lost

    @property
    def is_read_along(self) -> bool:
        """Whether others may read along elsewhere."""
        return self._newest is None or self._newest.is_read_along

    @property
    def is_all_here(self) -> bool:
        """Whether nobody else has written anything of it."""
        return self.is_written and self.draft(1) is not None

    def cut(self) -> None:
        """What was shown here is not the answer: tails go on with what the store has."""
        self.tape.end()
        self.tape = Tape()

    def is_idle(self) -> bool:
        return not (self.users or self._newest or self.stop.is_set())


class Draft:
    """What one attempt writes: lines on their way to the tails and to the store.

    A line that has to be kept before it is seen holds up those behind it. Where nobody elsewhere
    reads along, words wait for what has to be kept, and receipts do not wait for the words.
    """

    def __init__(self, stream: Stream, attempt: int, *, is_read_along: bool = True) -> None:
        self.attempt, self.is_read_along = attempt, is_read_along
        self.lost = False
        self.backlog = 0
        self._stream = stream
        self._n = 0
        self._pending: list[Logged] = []
        self._sent: list[Logged] = []
        self._unseen: list[Logged] = []
        self._writers: list[tuple[int, asyncio.Future[None]]] = []

    def add(self, entries: Sequence[Entry]) -> None:
        lines = logged(self.attempt, self._n + 1, entries)
        self._n += len(lines)
        self._pending += lines
        self._unseen += lines
        self.backlog += sum(len(entry.text) for entry in entries if isinstance(entry, TextDelta))
        self._show()

    async def all_kept(self) -> None:
        """Returns when the store has all that was added so far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writers.append((self._n, future))
        await future

    def is_kept_at_once(self, entries: Sequence[Entry]) -> bool:
        """Whether these wait for nothing, and their writer for them."""
        may_wait = _is_text if self.is_read_along else _is_passing
        return not all(map(may_wait, entries))

    @property
    def begins_a_page(self) -> bool:
        """Whether something is about to be posted of which nobody knows yet whether it is all."""
        kinds = {type(line.entry) for line in self._pending}
        return Posting in kinds and Finished not in kinds

    @property
    def has_more(self) -> bool:
        return bool(self._pending)

    def take(self, *, at_once: bool = False) -> list[Line]:
        """What the store has not got yet, as lines of neighbours."""
        receipts = self._receipts() if at_once and not self.is_read_along else []
        if receipts:
            pending, self._sent = self._pending, receipts
            self._pending = [line for line in pending if line not in receipts]
            return self._in_lines(since_when(receipts, pending))
        self._sent, self._pending = self._pending, []
        self.backlog = 0
        return self._in_lines(self._sent if self.is_read_along else in_one(self._sent))

    def _receipts(self) -> list[Logged]:
        """Those that wait, where nothing else does that has to be kept."""
        urgent = [line for line in self._pending if not _is_passing(line.entry)]
        are_all = all(isinstance(line.entry, RECEIPTS) for line in urgent)
        return urgent if are_all else []

    def _in_lines(self, lines: Sequence[Logged]) -> list[Line]:
        runs = groupby(enumerate(lines), key=lambda pair: pair[1].position.n - pair[0])
        groups = [[line for _, line in run] for _, run in runs]
        return [
            Line(self._stream.turn_id, *group[0].position, tuple(line.entry for line in group))
            for group in groups
        ]

    def kept(self) -> None:
        if self._sent and not self.lost:
            upto = self._sent[-1].position.n
            self._show(upto)
            self._answer(upto, None)

    def failed(self, error: StoreError) -> None:
        """The store took nothing: text waits for the next time, the rest is told to its writer."""
        if not self._sent or self.lost:
            return
        upto = self._sent[-1].position.n
        self._pending = [line for line in self._sent if not _is_held(line)] + self._pending
        self._unseen = [
            line for line in self._unseen if line.position.n > upto or not _is_held(line)
        ]
        self._show()
        self._answer(upto, error)

    def lose(self) -> None:
        """The store says that another attempt has taken over, or that the turn is over."""
        if not self.lost:
            self.abandon()
            self._stream.cut()

    def abandon(self) -> None:
        """Nothing of this attempt is shown or stored any more."""
        self.lost = True
        self._pending, self._unseen = [], []
        over = LeaseLost(f"attempt {self.attempt} at {self._stream.turn_id} is over")
        self._answer(self._n, over)

    def _show(self, kept: int = 0) -> None:
        """Lets tails see every line up to the first that has to be kept before."""
        places = enumerate(self._unseen)
        held = (place for place, line in places if line.position.n > kept and _is_held(line))
        first = next(held, len(self._unseen))
        self._stream.tape.show(self._unseen[:first])
        del self._unseen[:first]

    def _answer(self, upto: int, error: Exception | None) -> None:
        """Tells those who wait for the lines up to this one."""
        told = [future for n, future in self._writers if n <= upto and not future.done()]
        self._writers = [(n, future) for n, future in self._writers if n > upto]
        for future in told:
            future.set_exception(error) if error else future.set_result(None)


def since_when(receipts: Sequence[Logged], pending: Sequence[Logged]) -> list[Logged]:
    """Receipts, before each that there were words by then, without any of them."""
    words = {line.position for line in pending if _is_text(line.entry)}
    before = (line.position._replace(n=line.position.n - 1) for line in receipts)
    marks = [Logged(position, WORDLESS) for position in before if position in words]
    return sorted([*marks, *receipts], key=lambda line: line.position)


def in_one(lines: Sequence[Logged]) -> list[Logged]:
    """The same with its words together, as nobody goes on reading in their middle, and something
    in every place, so that they are neighbours."""
    found: list[Logged] = []
    said = ""
    for line in lines:
        while found and found[-1].position.n < line.position.n - 1:
            found.append(Logged(_next(found[-1].position), WORDLESS))
        if isinstance(line.entry, TextDelta):
            said += line.entry.text
            found.append(Logged(line.position, WORDLESS))
            continue
        said = _said_in(found, said)
        found.append(line)
    _said_in(found, said)
    return found


def _said_in(lines: list[Logged], said: str) -> str:
    """Words come to stand in the last place that was left to them."""
    if said:
        lines[-1] = Logged(lines[-1].position, TextDelta(said))
    return ""


def _next(position: Position) -> Position:
    return position._replace(n=position.n + 1)


def _is_text(entry: Entry) -> bool:
    return isinstance(entry, TextDelta)


def _is_passing(entry: Entry) -> bool:
    """What is of use to those who read along, and to nobody afterwards."""
    return isinstance(entry, TextDelta | Restarted) or (
        isinstance(entry, Step) and entry.id == THINKING
    )


def _is_held(line: Logged) -> bool:
    return isinstance(line.entry, KEPT_BEFORE_SEEN)
