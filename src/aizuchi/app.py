"""The composition root: the one place that knows which parts an assistant is made of.

Parts are named by import string, so that nothing is loaded that the settings do not ask for.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from aizuchi import plugs
from aizuchi.access import concerns_us, may_enter
from aizuchi.agent import Agent
from aizuchi.attempt import Gate, Office, Outlet
from aizuchi.botfile import load_bot
from aizuchi.brain import Brain
from aizuchi.consent import too_late
from aizuchi.errors import StoreError, StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.expiring import expire
from aizuchi.hearing import FirstSigns
from aizuchi.ports import Engine, Inbox, Model, Overhear, Retention
from aizuchi.posting import Desk, outlet
from aizuchi.prompt import Brief
from aizuchi.rules import Rules
from aizuchi.settings import Settings, is_loopback
from aizuchi.settings.home import keep
from aizuchi.summaries import Summariser
from aizuchi.toolbox import Tool, Toolbox
from aizuchi.tracing import Recorder
from aizuchi.worker import Worker

KEY_FILE = "installation-key"
NO_WRITERS = ("echo", "local")
"""Models that cannot write a summary."""
STORE_TRIED_AGAIN_S = 30.0
"""After so long a store that failed is tried again: only messages tell whether it is well."""


class Pushed(NamedTuple):
    """A surface that is written to, ready to work, and the signs it gives at acceptance."""

    plug: Any
    opened: Any
    signs: FirstSigns


class Skills(NamedTuple):
    """What the assistant can do besides talking, where a bot's own tool goes before a built-in one
    of its name; and what answers in the place of its model."""

    tools: Sequence[Tool]
    brain: Brain | None


class Intake:
    """The inbox as surfaces have it: what it takes for the first time gets its first sign, unless
    it is to be refused. Once the server is to stop, it takes no message any more; a stop it does,
    while anything runs."""

    def __init__(
        self,
        inbox: Inbox,
        signs: Mapping[str, FirstSigns],
        allow: Collection[str] = (),
        rules: Rules = Rules(),
        recorder: Recorder | None = None,
    ) -> None:
        self._inbox, self._signs = inbox, signs
        self._allow, self._rules, self._recorder = allow, rules, recorder
        self._failed_at: float | None = None
        self.is_closed = False

    @property
    def is_storing(self) -> bool:
        """Whether the store has taken what it was last given, or should be tried again."""
        now = asyncio.get_running_loop().time()
        return self._failed_at is None or now - self._failed_at > STORE_TRIED_AGAIN_S

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        if messages and self.is_closed:
            raise StoreUnavailable("The server is about to stop.", "Send it again in a moment.")
        since = asyncio.get_running_loop().time()
        ours = [
            self._rules.admitted(message)
            for message in messages
            if concerns_us(message, self._allow)
        ]
        new = await self._store(ours, signals, since)
        await self._tell_the_late(ours, new, since)
        for message in ours:
            if message.turn_id not in new:
                self._came_again(message)
            elif may_enter(message, self._allow):
                self._heard(message, since)
        return new

    async def _tell_the_late(
        self, messages: Sequence[Message], new: Collection[str], now: float
    ) -> None:
        """Where somebody is written to, whoever decides what is decided already is told so; who
        reads sees it."""
        late = [
            too_late(message)
            for message in messages
            if message.decides and message.turn_id not in new and message.surface in self._signs
        ]
        if late:
            await self._store(late, (), now)

    async def _store(
        self, messages: Sequence[Message], signals: Sequence[Signal], now: float
    ) -> Collection[str]:
        try:
            new = await self._inbox.accept(messages, signals)
        except StoreError:
            self._failed_at = now
            raise
        self._failed_at = None
        return new

    def _came_again(self, message: Message) -> None:
        if self._recorder:
            self._recorder.note(message.turn_id, "came_again")

    def _heard(self, message: Message, since: float) -> None:
        if signs := self._signs.get(message.surface):
            signs.heard(message, since)


class App:
    """An assistant that is open: what a server serves, and the work that goes on behind it."""

    def __init__(
        self,
        engine: Engine,
        intake: Intake,
        worker: Worker,
        web: Any,
        sockets: Mapping[str, Any],
        recorder: Recorder,
        summariser: Summariser | None = None,
    ) -> None:
        self.asgi: Any = None
        self._engine, self._intake = engine, intake
        self._recorder, self._summariser = recorder, summariser
        self._worker, self._web, self._sockets = worker, web, sockets

    async def run(self) -> None:
        """Answers what is accepted, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._engine.run())
            tasks.create_task(self._worker.run())
            tasks.create_task(self._recorder.run())
            tasks.create_task(expire(self._engine.consents, self._intake))
            if self._summariser:
                tasks.create_task(self._summariser.run())
            for socket in self._sockets.values():
                tasks.create_task(socket.run())

    async def drain(self) -> None:
        """Takes on nothing more, and returns when nothing is on its way.

        Cancelled, it hands back what is left; its readers come back to the next process.
        """
        self._intake.is_closed = True
        try:
            await self._worker.drain(None)
        finally:
            if self._web:
                self._web.close()

    def ready(self) -> Mapping[str, bool]:
        """What has to be so for somebody to send us people."""
        connected = {f"{name} connected": each.is_connected for name, each in self._sockets.items()}
        own = {"not stopping": not self._intake.is_closed, "storing": self._intake.is_storing}
        return {**own, **connected}


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Callable[[], float] = time.time
) -> AsyncIterator[App]:
    """Opens the store, the model and the surfaces that the settings ask for.

    Raises:
        BotError: the bot's own file goes wrong.
        StoreError: the store is in use, too new, or cannot be opened.
        SettingsError: settings do not go together.
        PlugNotFound: a part that they name is not installed.
    """
    open_engine = plugs.load("engine", "sqlite")
    open_model = plugs.load("model", settings.model.choice.plug)
    found = [plugs.load("surface", name) for name in settings.surfaces]
    written = load_bot(settings.bot_file) if settings.bot_file else None
    built_in = [plugs.load("tool", name)(settings, clock) for name in settings.tools.use]
    skills = Skills(
        [*built_in, *(written.tools if written else ())], written.brain if written else None
    )
    async with (
        open_engine(
            settings.home,
            bounds=settings.bounds,
            allowance=settings.allowance,
            retention=Retention(*settings.retention),
            budgets={name: budget for plug in found for name, budget in plug.budgets.items()},
            clock=clock,
        ) as engine,
        open_model(settings) as model,
        AsyncExitStack() as open_surfaces,
    ):
        pushed = [
            await _open_pushed(plug, settings, engine, clock, open_surfaces) for plug in found
        ]
        yield _compose(settings, engine, model, skills, pushed, clock)


async def _open_pushed(
    plug: Any,
    settings: Settings,
    engine: Engine,
    clock: Callable[[], float],
    open_surfaces: AsyncExitStack,
) -> Pushed:
    opened = await open_surfaces.enter_async_context(_part(plug.opening)(settings, clock))
    signs = FirstSigns(opened.courier, engine.pace, opened.has_sign, settings.bounds.call_timeout_s)
    open_surfaces.push_async_callback(signs.close)
    return Pushed(plug, opened, signs)


def _outlet(
    pushed: Pushed, settings: Settings, engine: Engine, clock: Callable[[], float]
) -> Outlet:
    opened, key = pushed.opened, keep(settings.home / KEY_FILE, secrets.token_hex(32))
    desk = Desk(
        log=engine.log,
        pace=engine.pace,
        surface=opened.surface,
        courier=opened.courier,
        limits=opened.limits,
        bounds=settings.bounds,
        clock=clock,
        key=key.encode(),
        signs=pushed.signs,
        inbox=engine.inbox,
        allow=settings.access.allow,
    )
    return outlet(desk)


def _compose(
    settings: Settings,
    engine: Engine,
    model: Model,
    skills: Skills,
    pushed: Sequence[Pushed],
    clock: Callable[[], float],
) -> App:
    persona, memory = settings.persona, settings.memory
    greetings = {each.plug.name: each.opened.greeting for each in pushed}
    brief = Brief(
        persona.instructions,
        persona.closing,
        memory.scope,
        memory.turns,
        greetings,
        settings.casting,
        memory.tokens,
    )
    summariser = _summariser(settings, model, engine, brief)
    rules = Rules(
        engine.consents,
        settings.tools.approvers,
        settings.tools.ask_within_s,
        settings.access.owner,
        clock,
    )
    toolbox = Toolbox(skills.tools, timeout_s=settings.tools.timeout_s, new_incident=new_incident)
    recorder = Recorder(engine.traces, clock)
    office = Office(
        engine=engine,
        agent=Agent(
            model,
            engine.memory,
            brief,
            new_incident,
            _overhear(pushed, engine),
            toolbox,
            rules,
            skills.brain,
        ),
        bounds=settings.bounds,
        clock=clock,
        new_incident=new_incident,
        outlets={each.plug.name: _outlet(each, settings, engine, clock) for each in pushed},
        gate=Gate(settings.access.allow, settings.access.owner),
        summariser=summariser,
        recorder=recorder,
    )
    worker = Worker(office, settings.server.workers)
    signs = {each.plug.name: each.signs for each in pushed}
    intake = Intake(engine.inbox, signs, settings.access.allow, rules, recorder)
    web = None
    if settings.web.enabled:
        open_web = _part("aizuchi.surfaces.web.opening:open_web")
        web = open_web(settings, engine._replace(inbox=intake), clock)
    app = App(engine, intake, worker, web, _sockets(pushed, intake), recorder, summariser)
    doors = [(path, each) for each in pushed for path in each.plug.paths]
    app.asgi = _part("aizuchi.hosts.asgi:make_app")(
        inbox=intake,
        clock=clock,
        webhooks={path: each.opened.surface for path, each in doors},
        renewals={path: each.opened.renew for path, each in doors if each.opened.renew},
        web=web,
        probes=_probes(settings, app, web),
        is_stopping=lambda: intake.is_closed,
    )
    return app


def _summariser(
    settings: Settings, model: Model, engine: Engine, brief: Brief
) -> Summariser | None:
    """None where nothing is to be summarised, or by a model that could not do it."""
    is_able = settings.model.choice.plug not in NO_WRITERS
    if not (settings.memory.summaries and is_able and brief.scope != "none" and brief.turns):
        return None
    return Summariser(model, engine.memory, brief.scope, brief.window)


def _overhear(pushed: Sequence[Pushed], engine: Engine) -> Mapping[str, Overhear]:
    listening = ((each.plug.name, each.opened.overhear) for each in pushed)
    return {name: partial(listen, engine.pace) for name, listen in listening if listen}


def _sockets(pushed: Sequence[Pushed], intake: Intake) -> Mapping[str, Any]:
    take = partial(_part("aizuchi.hosts.asgi:accept"), intake)
    holding = ((each.plug.name, each.opened.socket) for each in pushed)
    return {name: open_socket(take) for name, open_socket in holding if open_socket}


def _probes(settings: Settings, app: App, web: Any) -> Any:
    probes, figure = (_part(f"aizuchi.hosts.probes:{name}") for name in ("Probes", "figure"))

    def metrics() -> Iterator[Any]:
        if web:
            yield figure("aizuchi_web_streams", "gauge", "Open answer streams.", len(web.listeners))
            yield figure("aizuchi_web_sockets", "gauge", "Open sockets.", len(web.sockets.open))

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
