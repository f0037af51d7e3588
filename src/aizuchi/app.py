"""The composition root: the one place that knows which parts an assistant is made of.

Parts are named by import string, so that nothing is loaded that the settings do not ask for.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from aizuchi import plugs
from aizuchi.agent import Agent, Brief
from aizuchi.attempt import Gate, Office
from aizuchi.errors import StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.ports import Engine, Inbox, Model, Retention
from aizuchi.settings import Settings, is_loopback
from aizuchi.worker import Worker


class Intake:
    """The inbox as surfaces have it: once the server is to stop, it takes no message any more.
    A stop is still taken, while there is something to be stopped."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.is_closed = False

    async def accept(self, messages: Sequence[Message], signals: Sequence[Signal]) -> None:
        if messages and self.is_closed:
            raise StoreUnavailable("The server is about to stop.", "Send it again in a moment.")
        await self._inbox.accept(messages, signals)


class App:
    """An assistant that is open: what a server serves, and the work that goes on behind it."""

    def __init__(self, engine: Engine, intake: Intake, worker: Worker, web: Any) -> None:
        self.asgi: Any = None
        self._engine, self._intake = engine, intake
        self._worker, self._web = worker, web

    async def run(self) -> None:
        """Answers what is accepted, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._engine.run())
            tasks.create_task(self._worker.run())

    async def drain(self) -> None:
        """Takes on nothing more, and returns when nothing is on its way.

        Cancelled, it hands back what is left; its readers come back to the next process.
        """
        self._intake.is_closed = True
        try:
            await self._worker.drain(None)
        finally:
            if self._web:
                self._web.listeners.close()

    def ready(self) -> Mapping[str, bool]:
        """What has to be so for somebody to send us people: the store is open as long as we are."""
        return {"not stopping": not self._intake.is_closed}


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Callable[[], float] = time.time
) -> AsyncIterator[App]:
    """Opens the store, the model and the surfaces that the settings ask for.

    Raises:
        StoreError: the store is in use, too new, or cannot be opened.
        SettingsError: settings do not go together.
        PlugNotFound: a part that they name is not installed.
    """
    open_engine = plugs.load("engine", "sqlite")
    open_model = plugs.load("model", settings.model.choice.plug)
    async with (
        open_engine(
            settings.home,
            bounds=settings.bounds,
            allowance=settings.allowance,
            retention=Retention(*settings.retention),
            clock=clock,
        ) as engine,
        open_model(settings) as model,
    ):
        yield _compose(settings, engine, model, clock)


def _compose(settings: Settings, engine: Engine, model: Model, clock: Callable[[], float]) -> App:
    persona, memory = settings.persona, settings.memory
    greetings = {"slack": settings.slack.greeting}
    brief = Brief(persona.instructions, persona.closing, memory.scope, memory.turns, greetings)
    office = Office(
        engine=engine,
        agent=Agent(model, engine.memory, brief, new_incident),
        bounds=settings.bounds,
        clock=clock,
        new_incident=new_incident,
        gate=Gate(settings.access.allow, settings.access.owner),
    )
    worker, intake = Worker(office, settings.server.workers), Intake(engine.inbox)
    web = None
    if settings.web.enabled:
        open_web = _part("aizuchi.surfaces.web.opening:open_web")
        web = open_web(settings, engine._replace(inbox=intake), clock)
    app = App(engine, intake, worker, web)
    app.asgi = _part("aizuchi.hosts.asgi:make_app")(
        inbox=intake,
        clock=clock,
        web=web,
        probes=_probes(settings, app, web),
        is_stopping=lambda: intake.is_closed,
    )
    return app


def _probes(settings: Settings, app: App, web: Any) -> Any:
    probes, figure = (_part(f"aizuchi.hosts.probes:{name}") for name in ("Probes", "figure"))

    def metrics() -> Iterator[Any]:
        if web:
            yield figure("aizuchi_web_streams", "gauge", "Open answer streams.", len(web.listeners))

    return probes(
        ready=app.ready,
        metrics=metrics,
        open_metrics=is_loopback(settings.server.host),
        knows=web.knows if web else lambda token: False,
    )


def new_incident() -> str:
    """A short number by which a person's trouble is found in the log."""
    return secrets.token_hex(4)


def _part(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
