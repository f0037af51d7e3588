"""The answer log of one process: tails see entries as they are made, the store in groups."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

from aizuchi.answers import BEGINNING, Entry, Finished, Logged, Position, TextDelta, since
from aizuchi.drafts import Stream
from aizuchi.errors import LeaseLost
from aizuchi.flushing import Flushing, Together
from aizuchi.logstore import RECEIPTS, LogStore, Transcript
from aizuchi.turns import Claim


class LiveLog:
    """An AnswerLog whose producers and tails share a process; `run` writes what they make.

    Where others share the store, a tail of what is not made here looks into it again and again:
    `looks_s` are the pauses between two looks at which nothing new was found, the last one
    repeated.
    """

    def __init__(
        self,
        store: LogStore,
        flushing: Flushing | None = None,
        looks_s: Sequence[float] = (),
    ) -> None:
        self._store, self._looks_s = store, looks_s
        self._flushing = flushing or Together(store)
        self._streams: dict[str, Stream] = {}

    def begin(self, claim: Claim) -> None:
        """Admits the newest attempt of a turn, and with it no other; its queue says so."""
        self._stream(claim.turn.message.turn_id).begin(claim.turn.attempt)

    async def append(self, claim: Claim, entries: Sequence[Entry]) -> None:
        turn_id, attempt = claim.turn.message.turn_id, claim.turn.attempt
        stream = self._streams.get(turn_id)
        draft = stream.draft(attempt) if stream else None
        if draft is None:
            raise LeaseLost(f"attempt {attempt} at {turn_id} is over")
        draft.add(entries)
        is_text = all(isinstance(entry, TextDelta) for entry in entries)
        self._flushing.note(draft, at_once=not is_text)
        if not is_text:
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
                stored = await self._store.load(turn_id)
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
            await stream.stop.wait()

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
