"""Notes what happens to a turn beside its log, and tells whoever listens; nobody waits for it.

An attempt says once which turn it is about; whatever works for it, in the same task or in one that
it has begun, notes by that. Notes reach the store within half a second.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import NamedTuple

from aizuchi.errors import StoreError
from aizuchi.events import Message
from aizuchi.happenings import Asked, Happening, Listener, TextBegun
from aizuchi.history import Event, Note
from aizuchi.ports import Ending, Traces

GATHER_S = 0.5
MOST_WAITING = 10_000

log = logging.getLogger(__name__)


class Meter:
    """What the calls of a model for one attempt have used, and which model was asked last."""

    def __init__(self) -> None:
        self.calls = self.tokens_in = self.tokens_out = 0
        self.asked = Asked()
        self.has_text = False

    def count(self, ending: Ending) -> None:
        self.calls += 1
        self.tokens_in += ending.tokens_in
        self.tokens_out += ending.tokens_out


class Recorder:
    """Takes notes and brings them to the store; `run` works until it is cancelled. What is told is
    for the `listeners` only."""

    def __init__(
        self, traces: Traces, clock: Callable[[], float], listeners: Sequence[Listener] = ()
    ) -> None:
        self._traces, self.clock, self._listeners = traces, clock, listeners
        self._notes: list[Note] = []
        self._news = asyncio.Event()

    def note(self, turn_id: str, code: str, detail: str = "") -> None:
        if len(self._notes) < MOST_WAITING:
            self._notes.append(Note(turn_id, Event(self.clock(), code, detail)))
            self._news.set()

    def tell(self, message: Message, happening: Happening) -> None:
        for listener in self._listeners:
            try:
                listener(message, happening)
            except Exception as error:
                log.error("bug in whoever listens: %s", type(error).__name__, exc_info=error)

    async def run(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_S)
            await self.flush()

    async def flush(self) -> None:
        self._news.clear()
        notes, self._notes = self._notes, []
        try:
            if notes:
                await self._traces.note(notes)
        except StoreError as error:
            log.error("%d notes are lost: %s", len(notes), error)


class _About(NamedTuple):
    recorder: Recorder | None
    message: Message
    accepted_at: float
    meter: Meter


_about: ContextVar[_About | None] = ContextVar("about", default=None)


def begin(recorder: Recorder | None, message: Message, accepted_at: float = 0.0) -> Meter:
    """Whatever this task and those that it begins do from now on is about this message."""
    meter = Meter()
    _about.set(_About(recorder, message, accepted_at, meter))
    return meter


def note(code: str, detail: str = "") -> None:
    """Notes an event of the turn that the present task is about."""
    about = _about.get()
    if about and about.recorder:
        about.recorder.note(about.message.turn_id, code, detail)


def naming_its_turn(record: logging.LogRecord) -> bool:
    """A filter of a log's handler: has a line name the turn that the present task is about."""
    about = _about.get()
    if about and not hasattr(record, "turn"):
        record.turn = about.message.turn_id
    return True


def now() -> float:
    """The time of day, for what is told of the present turn; 0 where there is none."""
    about = _about.get()
    return about.recorder.clock() if about and about.recorder else 0.0


def tell(happening: Happening) -> None:
    """Tells what happened to the turn that the present task is about."""
    about = _about.get()
    if about and about.recorder:
        about.recorder.tell(about.message, happening)


def tell_text_begun() -> None:
    """Tells of the first words of an attempt, however often they are said."""
    about = _about.get()
    if about and not about.meter.has_text:
        about.meter.has_text = True
        tell(TextBegun(now() - about.accepted_at))


def asks(asked: Asked) -> None:
    """Which model the call that is under way asks; one that is asked instead says so itself."""
    if about := _about.get():
        about.meter.asked = asked


def asked() -> Asked:
    """Which model was asked last for the present turn."""
    about = _about.get()
    return about.meter.asked if about else Asked()


def used(ending: Ending) -> None:
    """Counts what a call of the model used for the present turn."""
    if about := _about.get():
        about.meter.count(ending)
