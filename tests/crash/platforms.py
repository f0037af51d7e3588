"""What the assistant's lives on a platform have in common: the line to it, and who works."""

import itertools
from typing import Any

import httpx2

from aizuchi.agent import Agent
from aizuchi.attempt import Office
from aizuchi.hearing import FirstSigns
from aizuchi.ports import Engine, Model, Pace
from aizuchi.posting import Desk, outlet
from aizuchi.prompt import Brief
from aizuchi.rules import Rules
from aizuchi.surfaces import Opened
from aizuchi.testing import virtual_time
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

from .faults import ProcessDied


class Line(httpx2.AsyncBaseTransport):
    """The line to whichever process lives; it breaks with the process."""

    def __init__(self) -> None:
        self.app: Any = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.app is None:
            raise httpx2.ConnectError("nobody listens", request=request)
        try:
            return await httpx2.ASGITransport(self.app).handle_async_request(request)
        except ProcessDied:
            raise httpx2.ConnectError("the process died", request=request) from None


def worker_on(
    surface: str, opened: Opened, signs: FirstSigns, engine: Engine, pace: Pace, model: Model
) -> Worker:
    """Answers on one platform, with a model, by what each of them is to one process."""
    incidents = (f"i{number}" for number in itertools.count())
    desk = Desk(
        log=engine.log,
        courier=opened.courier,
        surface=opened.surface,
        limits=opened.limits,
        pace=pace,
        bounds=Bounds(),
        clock=virtual_time.clock,
        key=b"installation",
        signs=signs,
        inbox=engine.inbox,
    )
    rules = Rules(engine.consents, clock=virtual_time.clock)
    office = Office(
        engine=engine,
        agent=Agent(model, engine.memory, Brief(), lambda: next(incidents), rules=rules),
        bounds=Bounds(),
        clock=virtual_time.clock,
        new_incident=lambda: next(incidents),
        outlets={surface: outlet(desk)},
    )
    return Worker(office)
