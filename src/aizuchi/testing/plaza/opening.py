"""Opens the surface on whatever Plaza there is: tests make one and put it here."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aizuchi.events import Message
from aizuchi.limits import Limits
from aizuchi.settings import Settings
from aizuchi.surfaces import Opened
from aizuchi.testing.plaza import PLUG
from aizuchi.testing.plaza.courier import PlazaCourier
from aizuchi.testing.plaza.inbound import PlazaSurface
from aizuchi.testing.plaza.platform import Plaza

PLAZAS: list[Plaza] = []
"""The last one is the one that is there."""


@asynccontextmanager
async def open_plaza(settings: Settings, clock: Callable[[], float]) -> AsyncIterator[Opened]:
    surface = PlazaSurface("plaza-secret", PLUG.limits)
    yield Opened(surface, PlazaCourier(PLAZAS[-1].call), _limits, lambda message: True)


async def _limits(message: Message) -> Limits:
    return PLUG.limits
