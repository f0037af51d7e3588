"""The answer log of one process: tails see entries as they are made, the store in groups."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple, Protocol

from aizuchi.answers import (
    BEGINNING,
    Entry,
    Finished,
    Logged,
    Position,
    Posting,
    Shown,
    TextDelta,
    since,
)
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.turns import Claim

FLUSH_AFTER_S = 0.05
FLUSH_AT_CHARS = 1_000
KEPT_BEFORE_SEEN = (Posting, Shown, Finished)


class Line(NamedTuple):
    """Neighbouring entries of one attempt, stored together; `n` is the place of the first."""

    turn_id: str
    attempt: int
    n: int
    entries: tuple[Entry, ...]


class Transcript(NamedTuple):
    """What the store has of an answer. Collapsed, one text replaces all that was streamed."""

    log: Sequence[Logged]
    collapsed: bool = False


class LogStore(Protocol):
    """The durable half of an answer log."""

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        """Keeps each line whose attempt is its turn's newest; False for the others."""
        ...

    async def load(self, turn_id: str) -> Transcript: ...


class LiveLog:
    """An AnswerLog whose producers and tails share a process; `run` writes what they make."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._streams: dict[str, _Stream] = {}
        self._unkept: dict[str, _Stream] = {}
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()

    def begin(self, claim: Claim) -> None:
        """Admits the newest attempt of a turn, and with it no other; its queue says so."""
        self._stream(claim.turn.message.turn_id).begin(claim.turn.attempt)

    async def append(self, claim: Claim, entries: Sequence[Entry]) -> None:
        stream = self._streams.get(claim.turn.message.turn_id)
        if stream is None or not stream.admits(claim.turn.attempt):
            raise LeaseLost(f"attempt {claim.turn.attempt} at {claim.turn.message.turn_id} is over")
        last = stream.add(entries)
        self._unkept[stream.turn_id] = stream
        self._dirty.set()
        if all(isinstance(entry, TextDelta) for entry in entries):
            if stream.backlog > FLUSH_AT_CHARS:
                self._urgent.set()
            return
        self._urgent.set()
        await stream.kept_up_to(last)

    async def read(self, turn_id: str) -> Sequence[Logged]:
        return (await self._store.load(turn_id)).log

    async def follow(
        self, turn_id: str, after: Position = BEGINNING
    ) -> AsyncIterator[Sequence[Logged]]:
        stream = self._stream(turn_id)
        stream.tails += 1
        try:
            stored = await self._store.load(turn_id)
            index = stream.visible
            transcript = _joined(stored, stream.lines[:index])
            news = _since(transcript, after)
            if not news and (not transcript.log or _is_finished(transcript.log)):
                return
            while True:
                if news:
                    yield news
                    after = max(after, news[-1].position)
                if _is_finished(news) or (stream.ended and index >= stream.visible):
                    return
                await stream.more_than(index)
                fresh, index = stream.lines[index : stream.visible], stream.visible
                news = [line for line in fresh if line.position > after]
        finally:
            stream.tails -= 1
            self._forget_if_idle(stream)

    async def stopped(self, turn_id: str) -> None:
        await self._stream(turn_id).stop.wait()

    def stop(self, turn_id: str) -> None:
        """Tells who answers this turn that a stop has arrived and is stored."""
        self._stream(turn_id).stop.set()

    def forget(self, turn_id: str) -> None:
        """The turn is settled or was deleted: the store has all there is, its tails end."""
        if stream := self._streams.pop(turn_id, None):
            stream.end()

    async def run(self) -> None:
        """Stores what was appended: at once where it must be kept, text within 50 ms."""
        while True:
            await self._dirty.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_AFTER_S):
                    await self._urgent.wait()
            self._dirty.clear()
            self._urgent.clear()
            await self._flush()

    async def _flush(self) -> None:
        streams, self._unkept = list(self._unkept.values()), {}
        taken = [(stream, line) for stream in streams for line in stream.take()]
        try:
            kept = await self._store.write([line for _, line in taken])
        except StoreError as error:
            for stream in streams:
                stream.failed(error)
            return
        lost = {stream.turn_id for (stream, _), ok in zip(taken, kept, strict=True) if not ok}
        for stream in streams:
            stream.lose() if stream.turn_id in lost else stream.kept()

    def _stream(self, turn_id: str) -> "_Stream":
        stream = self._streams.get(turn_id)
        if stream is None:
            stream = self._streams[turn_id] = _Stream(turn_id)
        return stream

    def _forget_if_idle(self, stream: "_Stream") -> None:
        """An answer that nobody makes or reads here needs no room."""
        if not (stream.tails or stream.attempt or stream.stop.is_set()):
            self._streams.pop(stream.turn_id, None)


class _Stream:
    """One answer as it is made here: its lines, how many tails may see, how many are stored."""

    def __init__(self, turn_id: str) -> None:
        self.turn_id = turn_id
        self.attempt = 0
        self.lines: list[Logged] = []
        self.visible = 0
        self.backlog = 0
        self.ended = False
        self.tails = 0
        self.stop = asyncio.Event()
        self._n = 0
        self._stored = 0
        self._taken = 0
        self._lost = False
        self._waiting_to_keep: list[tuple[Position, asyncio.Future[None]]] = []
        self._waiting_to_see: list[asyncio.Future[None]] = []

    def begin(self, attempt: int) -> None:
        self._drop_unstored()
        self.attempt, self._n, self._lost = attempt, 0, False

    def admits(self, attempt: int) -> bool:
        return attempt == self.attempt and not self._lost

    def add(self, entries: Sequence[Entry]) -> Position:
        for entry in entries:
            self._n += 1
            self.lines.append(Logged(Position(self.attempt, self._n), entry))
            if isinstance(entry, TextDelta):
                self.backlog += len(entry.text)
        self._show()
        return self.lines[-1].position

    def take(self) -> list[Line]:
        """What the store has not got yet, as lines of neighbours."""
        self._taken = len(self.lines)
        self.backlog = 0
        rest = self.lines[self._stored : self._taken]
        runs = groupby(enumerate(rest), key=lambda pair: pair[1].position.n - pair[0])
        groups = [[logged for _, logged in run] for _, run in runs]
        return [
            Line(self.turn_id, *group[0].position, tuple(logged.entry for logged in group))
            for group in groups
        ]

    def kept(self) -> None:
        self._stored = max(self._stored, self._taken)
        self._show()
        self._answer_keepers(None)

    def lose(self) -> None:
        """Another attempt has taken over: nothing of this one is stored any more."""
        self._lost = True
        self._drop_unstored()
        self._answer_keepers(
            LeaseLost(f"attempt {self.attempt} at {self.turn_id} is not the newest one")
        )

    def failed(self, error: StoreError) -> None:
        """The store took nothing: text waits for the next time, the rest is told to its writer."""
        rest = [
            line
            for line in self.lines[self._stored : self._taken]
            if not isinstance(line.entry, KEPT_BEFORE_SEEN)
        ]
        self.lines[self._stored : self._taken] = rest
        self._show()
        self._answer_keepers(error)

    def end(self) -> None:
        self.ended = True
        self._wake(self._waiting_to_see)

    async def kept_up_to(self, position: Position) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting_to_keep.append((position, future))
        await future

    async def more_than(self, index: int) -> None:
        while self.visible <= index and not self.ended:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting_to_see.append(future)
            await future

    def _show(self) -> None:
        """Tails see every line up to the first that has to be stored before it is seen."""
        before = self.visible
        while self.visible < len(self.lines):
            line = self.lines[self.visible]
            if self.visible >= self._stored and isinstance(line.entry, KEPT_BEFORE_SEEN):
                break
            self.visible += 1
        if self.visible > before:
            self._wake(self._waiting_to_see)

    def _drop_unstored(self) -> None:
        del self.lines[max(self._stored, self.visible) :]
        self._stored = len(self.lines)

    def _answer_keepers(self, error: Exception | None) -> None:
        position = self.lines[self._stored - 1].position if self._stored else BEGINNING
        waiting, self._waiting_to_keep = self._waiting_to_keep, []
        for upto, future in waiting:
            if error is None and upto > position:
                self._waiting_to_keep.append((upto, future))
            elif not future.done():
                future.set_exception(error) if error else future.set_result(None)

    @staticmethod
    def _wake(waiting: list[asyncio.Future[None]]) -> None:
        for future in waiting:
            if not future.done():
                future.set_result(None)
        waiting.clear()


def _is_finished(log: Sequence[Logged]) -> bool:
    return any(isinstance(line.entry, Finished) for line in log)


def _joined(transcript: Transcript, lines: Sequence[Logged]) -> Transcript:
    """What the store has, then what this process has made since."""
    if transcript.collapsed or not lines:
        return transcript
    first = lines[0].position
    return Transcript([line for line in transcript.log if line.position < first] + list(lines))


def _since(transcript: Transcript, after: Position) -> list[Logged]:
    """What a tail reads next; of a collapsed answer all of it, if it has not seen the end."""
    log = transcript.log
    if not transcript.collapsed or after == BEGINNING:
        return since(log, after)
    return list(log[1:]) if log[-1].position > after else []
