"""Die or freeze at every call on every port: each answer stands on its platform once."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from tests.crash.faults import Fault, Kind, Process, Wrapped
from tests.crash.lives import Lives, is_whole
from tests.crash.tally import Judged, Tally, in_turn, judged, together

from aizuchi import edge
from aizuchi.agent import Agent
from aizuchi.attempt import Office, cancel
from aizuchi.events import HttpRequest, Message, Reception
from aizuchi.limits import Limits
from aizuchi.ports import Engine
from aizuchi.posting import Desk, outlet
from aizuchi.prompt import Brief
from aizuchi.testing import virtual_time
from aizuchi.testing.plaza import EDITS, ONCE, STREAMS
from aizuchi.testing.plaza.courier import PlazaCourier
from aizuchi.testing.plaza.inbound import PlazaSurface
from aizuchi.testing.plaza.platform import Plaza
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

EVERY_PORT = {"inbox", "consents", "queue", "log", "memory", "usage", "model", "plaza", "pace"}
SHOWN = {"streams": STREAMS, "edits": EDITS, "once": ONCE}


class PlazaLives(Lives):
    """The assistant on Plaza, started again whenever it has died."""

    def __init__(self, home: Path, fault: Fault | None, limits: Limits) -> None:
        super().__init__(home, fault)
        self.limits = limits
        self.plaza = Plaza(virtual_time.clock)
        self.plaza.round_trip_s = 0.05
        self.surface = PlazaSurface("plaza-secret", limits)

    def _worker(self, engine: Engine, process: Process) -> Worker:
        incidents = (f"i{number}" for number in itertools.count())
        model: Any = Wrapped("model", self.model, process)
        office = Office(
            engine=engine,
            agent=Agent(model, engine.memory, Brief(), lambda: next(incidents)),
            bounds=Bounds(),
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
            outlets={"plaza": self._outlet(engine, process)},
        )
        return Worker(office)

    def _outlet(self, engine: Engine, process: Process) -> Any:
        plaza: Any = Wrapped("plaza", self.plaza, process)
        desk = Desk(
            log=engine.log,
            courier=PlazaCourier(plaza.call),
            surface=self.surface,
            limits=self._limits,
            pace=engine.pace,
            bounds=Bounds(),
            clock=virtual_time.clock,
            key=b"installation",
        )
        return outlet(desk)

    async def _limits(self, message: Message) -> Limits:
        return self.limits

    async def ask(self, text: str, thread: str = "") -> str:
        """A person writes, and Plaza sends it until it is accepted; the message's reference."""
        request = self.plaza.says("ann", text, thread=thread)
        ref = [*self.plaza.posts][-1]
        await self.insist(_accepting(self.surface, request))
        return ref

    async def answers(self, thread: str, count: int) -> list[str]:
        """What stands in a thread when this many answers are whole, and nothing else comes."""
        for _ in range(600):
            await asyncio.sleep(1)
            texts = [post.text for post in self.plaza.thread("C1", thread)]
            if len(texts) >= count and all(map(_is_whole, texts)) and not self._streams():
                break
        await asyncio.sleep(150)
        return [post.text for post in self.plaza.thread("C1", thread)]

    def _streams(self) -> bool:
        return bool(self.plaza.open_streams())


def _accepting(surface: PlazaSurface, request: HttpRequest) -> Callable[[Lives], Awaitable[None]]:
    async def accept(lives: Lives) -> None:
        assert lives.engine
        reception = edge.receive(surface, request, now=virtual_time.clock())
        assert isinstance(reception, Reception)
        await lives.engine.inbox.accept(reception.messages, reception.signals)

    return accept


def _is_whole(text: str) -> bool:
    return is_whole(f"{text} ")


class Told(NamedTuple):
    """What a scenario came to: the life it had, and what was found."""

    lives: PlazaLives
    found: Judged


async def scenario(limits: Limits, home: Path, fault: Fault | None) -> Told:
    """Two messages in one thread and one in another; then one more in the first."""
    lives = PlazaLives(home, fault, limits)
    running = asyncio.create_task(lives.run())
    try:
        one = await lives.ask("One?")
        other = await lives.ask("Another?")
        await lives.ask("Two?", one)
        await lives.answers(one, 2)
        await lives.ask("Three?", one)
        asked = {one: in_turn("One?", "Two?", "Three?"), other: in_turn("Another?")}
        shown = {thread: await lives.answers(thread, len(asked[thread])) for thread in asked}
        threads = [judged(shown[each], asked[each], lives.question_of) for each in asked]
        left = len(lives.plaza.open_streams())
        found = together(threads)._replace(faults=fault is not None, left=left)
        lives.remember()
    finally:
        await cancel(running)
    # Plaza can always be asked what stands there.
    return Told(lives, found.with_repeated(0))


def outcome(name: str, home: Path, fault: Fault, tally: Tally) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        told = virtual_time.run(scenario(SHOWN[name], home, fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    tally.add(f"Plaza, {name}", "", told.found)
    if not told.found.is_kept:
        return f"{fault}: {told.found}\n{told.lives.plaza.transcript()}"
    return "" if told.lives.reached else f"{fault}: never reached"


def wrong(name: str, home: Path, ports: set[str], tally: Tally) -> list[str]:
    """What goes wrong at the calls of these ports."""
    calm = virtual_time.run(scenario(SHOWN[name], home, None))
    assert calm.found.is_kept, calm.lives.plaza.transcript()
    assert {call.port for _, call in calm.lives.moments} == EVERY_PORT
    chosen = [moment for moment in calm.lives.moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    outcomes = [outcome(name, home / str(n), fault, tally) for n, fault in enumerate(faults)]
    return [told for told in outcomes if told]


@pytest.mark.parametrize("name", SHOWN)
def test_at_every_call_of_the_platform(name: str, tmp_path: Path, tally: Tally) -> None:
    assert wrong(name, tmp_path, {"plaza"}, tally) == []


@pytest.mark.proof
@pytest.mark.parametrize("name", SHOWN)
def test_at_every_call_of_every_port(name: str, tmp_path: Path, tally: Tally) -> None:
    assert wrong(name, tmp_path, EVERY_PORT, tally) == []
