"""An answer that is written to a log and carried to Plaza, by one process or several in turn."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Any

from aizuchi.answers import (
    Entry,
    Finished,
    Heard,
    Logged,
    Outcome,
    Position,
    Restarted,
    Shown,
    TextDelta,
)
from aizuchi.errors import StoreUnavailable
from aizuchi.events import Event, Message, Signal
from aizuchi.limits import Limits
from aizuchi.live import LiveLog
from aizuchi.logstore import Line, Transcript
from aizuchi.operations import Delivered, Undeliverable
from aizuchi.pace import LocalPace
from aizuchi.posting import Desk, deliver
from aizuchi.testing.plaza import BUDGETS, STREAMS
from aizuchi.testing.plaza.courier import CallApi, PlazaCourier
from aizuchi.testing.plaza.inbound import PlazaSurface
from aizuchi.testing.plaza.platform import Plaza, Post
from aizuchi.testing.virtual_time import clock
from aizuchi.turns import ANSWER, DELIVER, Bounds, Claim, Turn

End = Delivered | Undeliverable
BOUNDS = Bounds()


class Store:
    """The durable half of a log: lines of the newest attempt that has written any."""

    def __init__(self) -> None:
        self.lines: list[Logged] = [Logged(Position(0, 0), Heard())]
        self.attempt = 1
        self.full = False

    async def write(self, lines: Sequence[Line]) -> Sequence[bool]:
        if self.full:
            raise StoreUnavailable("the disk is full")
        return [self._keep(line) for line in lines]

    def delete(self) -> None:
        """The turn is gone: nobody's lines are kept any more."""
        self.attempt = 1_000
        self.lines.clear()

    async def load(self, turn_id: str) -> Transcript:
        return Transcript(list(self.lines))

    def _keep(self, line: Line) -> bool:
        if line.attempt < self.attempt:
            return False
        self.lines += [
            Logged(Position(line.attempt, line.n + index), entry)
            for index, entry in enumerate(line.entries)
        ]
        return True


class Bench:
    """A conversation on Plaza with one question in it, and what it takes to answer it."""

    def __init__(
        self,
        limits: Limits = STREAMS,
        *,
        bounds: Bounds = BOUNDS,
        beside: "Bench | None" = None,
    ) -> None:
        self.limits, self.bounds = limits, bounds
        self.store = Store()
        self.plaza: Plaza = beside.plaza if beside else Plaza(clock)
        self.pace: LocalPace = (
            beside.pace if beside else LocalPace(asyncio.get_running_loop().time, BUDGETS)
        )
        self.plaza.round_trip_s = 0.2
        self.plaza.longest = limits.page_chars + 100
        self.surface = PlazaSurface("plaza-secret", limits)
        request = self.plaza.says("ann", "What is aizuchi?")
        event = self.surface.authenticate(request, now=clock())
        assert isinstance(event, Event)
        self.question = self.surface.read(event, now=clock()).messages[0]
        self.attempt = 0

    def next_life(self, *, finished: bool = False) -> "Life":
        """The next process that claims the turn."""
        self.attempt += 1
        self.store.attempt = self.attempt
        turn = Turn(self.question, 1, clock(), "finished" if finished else "working", self.attempt)
        return Life(self, Claim(turn, DELIVER if finished else ANSWER))

    def answer(self) -> list[str]:
        """What a reader sees of the answer, page by page."""
        return [post.text for post in self.posts()]

    def posts(self) -> list[Post]:
        return self.plaza.thread("C1", self.question.ref)

    def pages(self, text: str) -> list[str]:
        return list(self.surface.render(text))

    def methods(self) -> list[str]:
        return [call.method for call in self.plaza.calls]

    def finished(self) -> bool:
        return any(isinstance(line.entry, Finished) for line in self.store.lines)

    def shown(self) -> dict[int, str]:
        entries = [line.entry for line in self.store.lines]
        return {entry.page: entry.ref for entry in entries if isinstance(entry, Shown)}


class Life:
    """One process that holds the turn: it writes the answer, and delivers it meanwhile."""

    def __init__(self, bench: Bench, claim: Claim) -> None:
        self.bench, self.claim = bench, claim
        self.log = LiveLog(bench.store)
        self.log.begin(claim)
        self.lease_left: Callable[[], float] = lambda: 30.0
        self.stopped = asyncio.Event()
        self._call: CallApi = bench.plaza.call
        self._tasks: list[asyncio.Task[Any]] = []

    def through(self, call: CallApi) -> "Life":
        """Its calls of the platform go this way."""
        self._call = call
        return self

    def begin(self) -> asyncio.Task[End]:
        self._tasks.append(asyncio.create_task(self.log.run()))
        task = asyncio.create_task(
            deliver(self.claim, self._desk(), lambda: self.lease_left())  # noqa: PLW0108 - it changes meanwhile
        )
        self._tasks.append(task)
        return task

    def _desk(self) -> Desk:
        bench = self.bench
        return Desk(
            log=self.log,
            pace=bench.pace,
            surface=bench.surface,
            courier=PlazaCourier(self._call),
            limits=self._limits,
            bounds=bench.bounds,
            clock=clock,
            key=b"installation",
            inbox=self,
        )

    async def _limits(self, message: Message) -> Limits:
        return self.bench.limits

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        """As an inbox, it takes the stop that comes from Plaza itself."""
        self.stopped.set()
        return ()

    async def write(self, *entries: Entry) -> None:
        await self.log.append(self.claim, entries)

    async def say(self, text: str, *, every_s: float = 0.02, size: int = 5) -> None:
        """The model speaks: pieces of a text, one after another."""
        for start in range(0, len(text), size):
            await self.write(TextDelta(text[start : start + size]))
            await asyncio.sleep(every_s)

    async def finish(self, text: str, said: str = "", outcome: Outcome = "answered") -> None:
        await self.write(Finished(outcome, text, said))

    async def answer(self, text: str, *, every_s: float = 0.02, size: int = 5) -> End:
        """A whole answer from the first piece to the last receipt."""
        delivering = self.begin()
        if self.claim.turn.attempt > 1 and self.claim.work.kind == "answer":
            await self.write(Restarted())
        await self.say(text, every_s=every_s, size=size)
        await self.finish(text)
        try:
            return await delivering
        finally:
            await self.die()

    async def die(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
