"""A platform that somebody asks on, and what is to be seen there of each answer, and when."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Generic, NamedTuple, TypeVar

import httpx2

from benchmarks.harness.seen import Run, Seen, Watched
from benchmarks.harness.speaker import Speaker

ROUND_TRIP_S = 0.1
QUIET_S = 1.0
"""What may still come once an answer is closed."""
MINUTE_S = 60.0
PADDING = 4000
Said = TypeVar("Said")


class Limit(NamedTuple):
    """From a moment on all that writes is refused, for so long."""

    after_s: float
    retry_after_s: float


class Called(NamedTuple):
    """A call of the app: when, which, and whether it was one too many."""

    at: float
    name: str
    is_limited: bool


class Refusing:
    """Refuses between two moments, and says how long."""

    def __init__(self, clock: Callable[[], float], limit: Limit) -> None:
        self._clock = clock
        self._from = clock() + limit.after_s
        self._until = self._from + limit.retry_after_s
        self.over_at = 0.0

    def left_s(self) -> float:
        """How long it still refuses; 0 where it does not."""
        now = self._clock()
        return self._until - now if self._from <= now < self._until else 0.0

    def said(self, retry_after_s: float) -> None:
        """The app is told to come back after so long."""
        self.over_at = self._clock() + ROUND_TRIP_S / 2 + retry_after_s


class Place(ABC, Generic[Said]):
    """A fake platform over HTTP and a model that speaks; an app is to be told of both.

    writes, signs   the calls that write, and those that only show that somebody is at work
    appends         the call by which a stream grows
    """

    writes: ClassVar[tuple[str, ...]]
    signs: ClassVar[tuple[str, ...]] = ()
    appends: ClassVar[str] = ""

    def __init__(
        self, clock: Callable[[], float], speaker: Speaker, client: httpx2.AsyncClient
    ) -> None:
        self.clock, self.speaker, self.client = clock, speaker, client

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """What an app has to be told."""

    @abstractmethod
    def deliver_to(self, port: int) -> None: ...

    @abstractmethod
    async def _says(self) -> Said:
        """Somebody asks, in a conversation of its own."""

    @abstractmethod
    def _stands(self, said: Said) -> tuple[str, bool]:
        """What stands there as the answer, and whether somebody is shown to be at work."""

    @abstractmethod
    def _calls(self) -> list[Called]:
        """All calls since the last question."""

    @abstractmethod
    def _begin(self, refusing: Refusing | None) -> None:
        """Forgets the calls; from now on those that write are refused, or none."""

    @abstractmethod
    def _moved(self) -> asyncio.Event:
        """Set at the app's next call."""

    async def ask(
        self, tokens: int, patience_s: float, streams: int = 1, limit: Limit | None = None
    ) -> Run:
        """Asks in so many conversations at once; what is not there so long after the last word is
        given up."""
        refusing = Refusing(self.clock, limit) if limit else None
        self._begin(refusing)
        self.speaker.begin(tokens, PADDING if limit else 0)
        said = [await self._says() for _ in range(streams)]
        within_s = self.speaker.thinks_s + tokens / self.speaker.per_s + patience_s
        watched = await asyncio.gather(*(self._watch(one, within_s) for one in said))
        over_at = refusing.over_at if refusing else 0.0
        return self._run([one.seen(ROUND_TRIP_S / 2, over_at) for one in watched], patience_s)

    def _run(self, answers: Sequence[Seen], patience_s: float) -> Run:
        calls = self._calls()
        names = Counter(call.name for call in calls)
        return Run(
            answers,
            names,
            writes=sum(names[name] for name in self.writes),
            signs=sum(names[name] for name in self.signs),
            refused=sum(call.is_limited for call in calls),
            busiest_minute=_busiest_minute(calls, self.appends),
            patience_s=patience_s,
        )

    async def _watch(self, said: Said, within_s: float) -> Watched:
        watched = Watched()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not watched.is_closed:
                    await self._look(said, watched)
        await asyncio.sleep(QUIET_S)
        return watched

    async def _look(self, said: Said, watched: Watched) -> None:
        """Looks at the answer, and waits for the app's next call."""
        moved = self._moved()
        text, at_work = self._stands(said)
        watched.stands(text, self.speaker.spoken, self.clock(), at_work=at_work)
        if not watched.is_closed:
            await moved.wait()


def _busiest_minute(calls: Sequence[Called], name: str) -> int:
    """The most calls of a name that were taken in any minute."""
    times = [call.at for call in calls if call.name == name and not call.is_limited]
    return max((sum(at <= other < at + MINUTE_S for other in times) for at in times), default=0)
