"""Notes what happens to a turn beside its log, without anybody waiting for it.

An attempt says once which turn it is about; whatever works for it, in the same task or in one that
it has begun, notes by that. Notes reach the store within half a second.
"""

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import NamedTuple

from aizuchi.errors import StoreError
from aizuchi.history import Event, Note
from aizuchi.ports import Ending, Traces

GATHER_S = 0.5
MOST_WAITING = 10_000

log = logging.getLogger(__name__)


class Meter:
    """What the calls of a model for one attempt have used."""

    def __init__(self) -> None:
        self.calls = self.tokens_in = self.tokens_out = 0

    def count(self, ending: Ending) -> None:
        self.calls += 1
        self.tokens_in += ending.tokens_in
        self.tokens_out += ending.tokens_out


class Recorder:
    """Takes notes and brings them to the store; `run` works until it is cancelled."""

    def __init__(self, traces: Traces, clock: Callable[[], float]) -> None:
        self._traces, self._clock = traces, clock
        self._notes: list[Note] = []
        self._news = asyncio.Event()

    def note(self, turn_id: str, code: str, detail: str = "") -> None:
        if len(self._notes) < MOST_WAITING:
            self._notes.append(Note(turn_id, Event(self._clock(), code, detail)))
            self._news.set()

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
    turn_id: str
    meter: Meter


_about: ContextVar[_About | None] = ContextVar("about", default=None)


def begin(recorder: Recorder | None, turn_id: str) -> Meter:
    """Whatever this task and those that it begins do from now on is about this turn."""
    meter = Meter()
    _about.set(_About(recorder, turn_id, meter))
    return meter


def note(code: str, detail: str = "") -> None:
    """Notes an event of the turn that the present task is about."""
    about = _about.get()
    if about and about.recorder:
        about.recorder.note(about.turn_id, code, detail)


def used(ending: Ending) -> None:
    """Counts what a call of the model used for the present turn."""
    if about := _about.get():
        about.meter.count(ending)
