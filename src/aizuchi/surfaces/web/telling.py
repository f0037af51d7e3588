"""Tells one follower of answers, over a socket that somebody else holds.

Each batch first takes its numbers where the follower stands, then goes out. So whoever is at an
older attempt takes none and says nothing, and whoever comes after a crash brings what was numbered
once more: its client knows by the numbers what it has.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from aizuchi.answers import BEGINNING, Finished, Logged, Position, since
from aizuchi.followers import Follower, Gateway, Posted
from aizuchi.ports import AnswerLog
from aizuchi.surfaces.web.frames import Envelope
from aizuchi.surfaces.web.pushed import batch_of, halves
from aizuchi.surfaces.web.stream import Followed, tell
from aizuchi.surfaces.web.tail import AnswerFrames

PACE_S = 0.4
"""Text is gathered for so long."""

BUSY_S = 6.0
"""After so long without another number, whoever took the last one brings nothing more."""

Frames = tuple[str, ...]
Came = Posted | Literal["taken"]
"""What came of a frame; or somebody else has taken it over."""


class Telling:
    """A follower who is told by this process, for the attempt that it is at."""

    def __init__(
        self,
        gateway: Gateway,
        log: AnswerLog,
        clock: Callable[[], float],
        follower: Follower,
        attempt: int,
    ) -> None:
        self._gateway, self._log, self._clock = gateway, log, clock
        self._follower, self._attempt = follower, attempt
        self._old = follower.pending

    async def follow(self) -> None:
        """Tells the first of the answers as it comes, to its end, and what has ended behind it."""
        if await self._follow():
            await self.catch_up()

    async def catch_up(self) -> None:
        """Tells what there is, and leaves the rest to whoever answers: they look once more when
        they have ended, so what has ended before we look again is ours."""
        while self._follower.answers:
            turn_id, language = self._follower.answers[0]
            lines = await self._log.read(turn_id)
            if is_over(lines):
                if not await self._follow():
                    return
                continue
            frames = AnswerFrames(turn_id, language, self._follower.position, lines)
            stream = frames.begin() + frames.feed(since(lines, self._follower.position))
            if not (await self._push(stream) and await self._release()):
                return
            if not is_over(await self._log.read(turn_id)):
                return

    # ── one answer ────────────────────────────────────────────────────────────

    async def _follow(self) -> bool:
        """Whether it was told to its end."""
        (turn_id, language), after = self._follower.answers[0], self._follower.position
        seen = await self._log.read(turn_id) if after > BEGINNING else ()
        if any(_is_end(line) and line.position <= after for line in seen):
            return await self._close(b"")
        heap = _Heap()
        followed = Followed(turn_id, language, after, seen)
        reading = asyncio.create_task(tell(self._log, followed, heap.say))
        reading.add_done_callback(heap.ring)
        try:
            await heap.more()
            while not reading.done():
                if not await self._push(heap.take()):
                    return False
                await asyncio.wait({reading}, timeout=PACE_S)
                await heap.more()
        finally:
            await ended(reading)
        reading.result()
        return await self._close(heap.take())

    async def _close(self, stream: bytes) -> bool:
        """Tells the rest of an answer, and the end where it was the last one."""
        is_last = len(self._follower.answers) == 1
        if not await self._push(stream, with_end=is_last):
            return False
        if is_last:
            is_told = await self._gateway.followers.change(self._follower, None)
            self._follower = self._follower._replace(answers=())
            return is_told
        answers = self._follower.answers[1:]
        next_one = self._follower._replace(answers=answers, position=BEGINNING, attempt=0)
        self._attempt = 0
        return await self._become(next_one._replace(pending=(), busy_until=0.0))

    # ── a batch ───────────────────────────────────────────────────────────────

    async def _push(self, stream: bytes, *, with_end: bool = False) -> bool:
        """Whether it is still ours to tell, and somebody is there."""
        chunks, position = batch_of(stream)
        old, self._old = self._old, ()
        last = (Envelope(self._follower.request_id).end(),) if with_end else ()
        if not (chunks or old or last):
            return True
        return await self._send(old, chunks, last, position or self._follower.position)

    async def _send(
        self, old: Frames, chunks: Sequence[str], last: Frames, position: Position
    ) -> bool:
        """What is too large for the gateway takes more numbers than it had."""
        number = self._follower.sequence
        while True:
            envelope = Envelope(self._follower.request_id, number)
            frames = (*old, *map(envelope.chunk, chunks), *last)
            numbered = self._follower._replace(
                position=position,
                sequence=number + len(chunks),
                attempt=self._attempt,
                pending=frames,
                busy_until=self._clock() + BUSY_S,
            )
            if not await self._become(numbered):
                return False
            came, sent = await self._post(frames)
            place = sent - len(old)
            if came != "too_large" or not 0 <= place < len(chunks):
                return came == "sent" or await self._let_go(came)
            number += place
            old, chunks = (), (*halves(chunks[place]), *chunks[place + 1 :])

    async def _post(self, frames: Frames) -> tuple[Came, int]:
        """What came of the last one, and how many were sent before it."""
        for place, frame in enumerate(frames):
            if self._clock() >= self._follower.busy_until and not await self._renew():
                return "taken", place
            came = await self._gateway.wire.post(self._follower.socket, frame)
            if came != "sent":
                return came, place
        return "sent", len(frames)

    async def _renew(self) -> bool:
        """Whether nobody has come meanwhile: then they would have brought it, too."""
        busy_until = self._clock() + BUSY_S
        return await self._become(self._follower._replace(busy_until=busy_until))

    async def _let_go(self, came: Came) -> bool:
        """Somebody else tells them, or nobody is there; or they miss something now, and have to
        come back for it."""
        if came in ("failed", "too_large"):
            await self._gateway.wire.hang_up(self._follower.socket)
        if came != "taken":
            await self._gateway.visitors.leave(self._follower.socket)
        return False

    async def _release(self) -> bool:
        return await self._become(self._follower._replace(pending=(), busy_until=0.0))

    async def _become(self, follower: Follower) -> bool:
        if not await self._gateway.followers.change(self._follower, follower):
            return False
        self._follower = follower
        return True


class _Heap:
    """What was said and nobody has brought yet."""

    def __init__(self) -> None:
        self._stream, self._rung = b"", asyncio.Event()

    async def say(self, stream: bytes) -> None:
        self._stream += stream
        self._rung.set()

    def ring(self, reading: object) -> None:
        """Nothing more comes."""
        self._rung.set()

    async def more(self) -> None:
        await self._rung.wait()
        self._rung.clear()

    def take(self) -> bytes:
        stream, self._stream = self._stream, b""
        return stream


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancels tasks and waits until they have let go."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def is_over(lines: Sequence[Logged]) -> bool:
    """Whether a log has its end, or is not there any more."""
    return not lines or any(map(_is_end, lines))


def _is_end(line: Logged) -> bool:
    return isinstance(line.entry, Finished)
