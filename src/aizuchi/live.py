"""The answer log of one process: tails see entries as they are made, the store in groups."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress

from aizuchi.answers import BEGINNING, HEARD, Entry, Finished, Heard, Logged, Position, since
from aizuchi.drafts import Stream
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.flushing import Flushing, Together
from aizuchi.logstore import RECEIPTS, LogStore, Transcript
from aizuchi.turns import Claim

LOOK_EVERY_S = 1.0
FRESH = Transcript([Logged(HEARD, Heard())])


async def nothing_to_see(turn_id: str) -> None:
    """Where every stop comes through this process."""


class LiveLog:
    """An AnswerLog whose producers and tails share a process; `run` writes what they make.

    Where others share the store, a tail of what is not made here looks into it again and again:
    `looks_s` are the pauses between two looks at which nothing new was found, the last one
    repeated. Of `pushed` surfaces nobody reads along elsewhere: they are written to from here, so
    that it is only to `look` whether they were stopped.
    """

    def __init__(
        self,
        store: LogStore,
        flushing: Flushing | None = None,
        looks_s: Sequence[float] = (),
        pushed: Collection[str] = (),
        look: Callable[[str], Awaitable[None]] = nothing_to_see,
    ) -> None:
        self._store, self._looks_s = store, looks_s
        self._pushed, self._look = pushed, look
        self._flushing = flushing or Together(store)
        self._streams: dict[str, Stream] = {}

    def begin(self, claim: Claim) -> None:
        """Admits the newest attempt of a turn, and with it no other; its queue says so."""
        message, attempt = claim.turn.message, claim.turn.attempt
        is_read_along = message.surface not in self._pushed
        self._stream(message.turn_id).begin(attempt, is_read_along=is_read_along)

    async def append(self, claim: Claim, entries: Sequence[Entry]) -> None:
        turn_id, attempt = claim.turn.message.turn_id, claim.turn.attempt
        stream = self._streams.get(turn_id)
        draft = stream.draft(attempt) if stream else None
        if draft is None:
            raise LeaseLost(f"attempt {attempt} at {turn_id} is over")
        draft.add(entries)
        at_once = draft.is_kept_at_once(entries)
        self._flushing.note(draft, at_once=at_once)
        if at_once:
            await draft.all_kept()

    async def read(self, turn_id: str) -> Sequence[Logged]:
        return (await self._store.load(turn_id)).log

    async def follow(
        self, turn_id: str, after: Position = BEGINNING
    ) -> AsyncIterator[Sequence[Logged]]:
        over, looks = False, 0
        while not over:
            with self._in_use(turn_id) as stream:
                tape = stream.tape
                stored = FRESH if stream.is_all_here else await self._store.load(turn_id)
                read = len(tape.lines)
                transcript = _joined(stored, tape.lines)
                news = _since(transcript, after)
                over = not transcript.log or _is_finished(transcript.log)
                looks = 0 if news else looks + 1
                while news or not (over or tape.cut):
                    if news:
                        yield news
                        after = max(after, news[-1].position)
                        over = over or _is_finished(news)
                    if not over and not await self._comes(stream, read, looks):
                        break
                    news = [] if over else await tape.past(read, after)
                    read = len(tape.lines)

    async def stopped(self, turn_id: str) -> None:
        with self._in_use(turn_id) as stream:
            while not stream.stop.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look_every_s(stream)):
                        await stream.stop.wait()
                        return
                with suppress(StoreError):
                    await self._look(turn_id)

    def _look_every_s(self, stream: Stream) -> float | None:
        """Whose words are written seldom has to ask; others see a stop as they write."""
        return None if stream.is_read_along else LOOK_EVERY_S

    def stop(self, turn_id: str) -> None:
        """Tells who answers this turn that a stop has arrived and is stored."""
        self._stream(turn_id).stop.set()

    def lose(self, turn_id: str, attempt: int) -> None:
        """Somebody else answers this turn now: tails go on with what the store has."""
        stream = self._streams.get(turn_id)
        if stream and (draft := stream.draft(attempt)):
            draft.lose()

    def forget(self, turn_id: str) -> None:
        """The turn is settled or was deleted: the store has all there is, its tails end."""
        if stream := self._streams.pop(turn_id, None):
            stream.tape.end()

    async def run(self) -> None:
        """Stores what was appended."""
        await self._flushing.run()

    async def _comes(self, stream: Stream, read: int, looks: int) -> bool:
        """Whether something new is made here; where it is not, the store has to be looked into once
        more after a while."""
        if not self._looks_s or stream.is_written:
            return True
        pause_s = self._looks_s[min(looks, len(self._looks_s) - 1)]
        try:
            async with asyncio.timeout(pause_s):
                await stream.tape.more(read)
        except TimeoutError:
            return False
        return True

    def _stream(self, turn_id: str) -> Stream:
        stream = self._streams.get(turn_id)
        if stream is None:
            stream = self._streams[turn_id] = Stream(turn_id)
        return stream

    @contextmanager
    def _in_use(self, turn_id: str) -> Iterator[Stream]:
        """The stream of a turn; one that nobody makes, reads or waits for needs no room."""
        stream = self._stream(turn_id)
        stream.users += 1
        try:
            yield stream
        finally:
            stream.users -= 1
            if stream.is_idle() and self._streams.get(turn_id) is stream:
                del self._streams[turn_id]


def _is_finished(log: Sequence[Logged]) -> bool:
    """Whether the end is in it; nothing but receipts comes after that."""
    for line in reversed(log):
        kind = type(line.entry)
        if kind is Finished:
            return True
        if kind not in RECEIPTS:
            return False
    return False


def _joined(stored: Transcript, lines: Sequence[Logged]) -> Transcript:
    """What the store has, then what this process has made since."""
    if stored.collapsed or not lines:
        return stored
    if _is_finished(stored.log):
        last = stored.log[-1].position
        return Transcript([*stored.log, *(line for line in lines if line.position > last)])
    first = lines[0].position
    return Transcript([line for line in stored.log if line.position < first] + list(lines))


def _since(transcript: Transcript, after: Position) -> list[Logged]:
    """What a tail reads next; of a collapsed answer all of it, if it has not seen the end."""
    log = transcript.log
    if not transcript.collapsed or after == BEGINNING:
        return since(log, after)
    return list(log[1:]) if log[-1].position > after else []
