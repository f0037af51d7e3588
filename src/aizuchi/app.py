"""The composition root: the one place that knows which parts an assistant is made of.

Parts are named by import string, so that nothing is loaded that the settings do not ask for.
"""

import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from aizuchi import plugs
from aizuchi.agent import Agent
from aizuchi.attempt import Gate, Office, Outlet
from aizuchi.botfile import load_bot
from aizuchi.brain import Brain
from aizuchi.edge import Closed
from aizuchi.endpoints import MAIN, Endpoint, Endpoints
from aizuchi.hearing import FirstSigns
from aizuchi.history import Overhear
from aizuchi.intake import Intake
from aizuchi.ports import Engine, Retention
from aizuchi.posting import Desk, outlet
from aizuchi.prompt import Brief
from aizuchi.rules import Rules
from aizuchi.running import App, Servers
from aizuchi.settings import Settings, is_loopback
from aizuchi.sight import sight
from aizuchi.summaries import Summariser
from aizuchi.toolbox import Tool, Toolbox
from aizuchi.watch import Watch, installation_key, open_watch
from aizuchi.worker import Worker

__all__ = ["App", "new_incident", "open_app"]

NO_WRITERS = ("echo", "local")
"""Models that cannot write a summary."""


class Ground(NamedTuple):
    """What every part is built on."""

    settings: Settings
    engine: Engine
    clock: Callable[[], float]


class Pushed(NamedTuple):
    """A surface that is written to, ready to work, and the signs it gives at acceptance."""

    plug: Any
    opened: Any
    signs: FirstSigns


class Skills(NamedTuple):
    """What the assistant can do besides talking, where a bot's own tool goes before a built-in one
    of its name; what answers in the place of its model; and whose tools it has besides."""

    tools: Sequence[Tool]
    brain: Brain | None
    servers: Servers | None


@asynccontextmanager
async def open_app(
    settings: Settings,
    clock: Callable[[], float] = time.time,
    *,
    takes: bool = True,
    listens: bool = False,
    offered: Any = None,
) -> AsyncIterator[App]:
    """Opens the store, the model and the surfaces that the settings ask for. One that takes nothing
    in only answers what others accept, and, if it listens, what is said on the connections that it
    holds; `offered` is the hand of a host that brings it messages.

    Raises:
        BotError: the bot's own file goes wrong.
        StoreError: the store is in use, too new, or cannot be opened.
        SettingsError: settings do not go together.
        PlugNotFound: a part that they name is not installed.
    """
    model_plugs = _model_plugs(settings)
    found = [plugs.load("surface", name) for name in settings.surfaces]
    skills = _skills(settings, clock)
    async with (
        _open_engine(settings, found, clock, offered) as engine,
        AsyncExitStack() as open_parts,
    ):
        ground = Ground(settings, engine, clock)
        endpoints = await _open_endpoints(settings, model_plugs, open_parts)
        pusher = _pusher(ground, open_parts)
        watch = await open_watch(settings, engine, clock, open_parts)
        pushed = [await _open_pushed(plug, ground, watch, open_parts) for plug in found]
        parts = endpoints, skills, pushed, watch, pusher
        yield _compose(ground, *parts, takes=takes, listens=takes or listens)


def _model_plugs(settings: Settings) -> Mapping[str, Any]:
    """What opens the model of each endpoint."""
    models = _models(settings).items()
    return {name: plugs.load("model", each.model.choice.plug) for name, each in models}


def _open_engine(
    settings: Settings, found: Sequence[Any], clock: Callable[[], float], offered: Any
) -> AbstractAsyncContextManager[Engine]:
    """A file in the home, or the store on AWS where there is one."""
    if settings.aws.is_on:
        aws = plugs.load("engine", "aws")
        open_engine = partial(aws, settings.aws, pushed=settings.surfaces, offered=offered)
    else:
        open_engine = partial(plugs.load("engine", "sqlite"), settings.home)
    engine: AbstractAsyncContextManager[Engine] = open_engine(
        bounds=settings.bounds,
        allowance=settings.allowance,
        retention=Retention(*settings.retention),
        budgets={name: budget for plug in found for name, budget in plug.budgets.items()},
        clock=clock,
    )
    return engine


async def _open_endpoints(
    settings: Settings, model_plugs: Mapping[str, Any], open_parts: AsyncExitStack
) -> Endpoints:
    endpoints: list[Endpoint] = []
    for name, told in _models(settings).items():
        model = await open_parts.enter_async_context(model_plugs[name](told))
        endpoints.append(Endpoint(name, model, sees=told.model.is_shown_pictures))
    return Endpoints(endpoints)


def _pusher(ground: Ground, open_parts: AsyncExitStack) -> Any:
    """Who tells those whose sockets somebody else holds; None where nobody does."""
    _, engine, clock = ground
    if engine.gateway is None:
        return None
    pusher = _part("aizuchi.surfaces.web.pushing:Pusher")(engine.gateway, engine.log, clock)
    open_parts.push_async_callback(pusher.close)
    return pusher


def _models(settings: Settings) -> Mapping[str, Settings]:
    """By the name of each endpoint, what whoever opens it is told."""
    fallbacks = {name: settings.of_fallback(name) for name in settings.fallbacks}
    return {MAIN: settings, **fallbacks}


def _skills(settings: Settings, clock: Callable[[], float]) -> Skills:
    written = load_bot(settings.bot_file) if settings.bot_file else None
    built_in = [plugs.load("tool", name)(settings, clock) for name in settings.tools.use]
    tools = [*built_in, *(written.tools if written else ())]
    return Skills(tools, written.brain if written else None, _servers(settings, tools))


def _servers(settings: Settings, tools: Sequence[Tool]) -> Servers | None:
    if not settings.mcp:
        return None
    opened: Servers = _part("aizuchi.tools.mcp.opening:open_servers")(
        settings, [tool.declared.name for tool in tools]
    )
    return opened


async def _open_pushed(
    plug: Any, ground: Ground, watch: Watch, open_parts: AsyncExitStack
) -> Pushed:
    settings, engine, clock = ground
    opened = await open_parts.enter_async_context(_part(plug.opening)(settings, clock))
    call_timeout_s, sign = settings.bounds.call_timeout_s, opened.has_sign
    signs = FirstSigns(opened.courier, engine.pace, sign, call_timeout_s, watch.recorder)
    open_parts.push_async_callback(signs.close)
    return Pushed(plug, opened, signs)


def _outlet(pushed: Pushed, ground: Ground) -> Outlet:
    settings, engine, clock = ground
    opened = pushed.opened
    desk = Desk(
        log=engine.log,
        pace=engine.pace,
        surface=opened.surface,
        courier=opened.courier,
        limits=opened.limits,
        bounds=settings.bounds,
        clock=clock,
        key=installation_key(settings),
        signs=pushed.signs,
        inbox=engine.inbox,
        allow=settings.access.allow,
    )
    return outlet(desk)


def _compose(
    ground: Ground,
    endpoints: Endpoints,
    skills: Skills,
    pushed: Sequence[Pushed],
    watch: Watch,
    pusher: Any,
    *,
    takes: bool,
    listens: bool,
) -> App:
    settings, engine, _ = ground
    rules, recorder = _rules(ground), watch.recorder
    brief = _brief(settings, pushed)
    summariser = _summariser(settings, endpoints, engine, brief)
    agent = _agent(ground, endpoints, skills, pushed, brief, rules)
    queue = pusher.queue(engine.queue) if pusher else engine.queue
    office = _office(ground._replace(engine=engine._replace(queue=queue)), agent, pushed)
    worker = Worker(
        office._replace(summariser=summariser, recorder=recorder), settings.server.workers
    )
    signs = {each.plug.name: each.signs for each in pushed}
    intake = Intake(engine.inbox, signs, settings.access.allow, rules, recorder)
    web = _web(ground, intake) if takes else None
    sockets = _sockets(pushed, intake) if listens else {}
    behind = summariser, endpoints, skills.servers, pusher
    app = App(engine, intake, worker, web, sockets, watch, *behind)
    probes = _probes(settings, app, watch, web)
    app.asgi = _asgi(app, intake, pushed if takes else (), web, probes, ground.clock)
    return app


def _agent(
    ground: Ground,
    endpoints: Endpoints,
    skills: Skills,
    pushed: Sequence[Pushed],
    brief: Brief,
    rules: Rules,
) -> Agent:
    settings, engine, _ = ground
    toolbox = Toolbox(
        skills.tools,
        timeout_s=settings.tools.timeout_s,
        new_incident=new_incident,
        supply=skills.servers,
    )
    fetching = {each.plug.name: each.opened.fetch for each in pushed}
    return Agent(
        model=endpoints,
        memory=engine.memory,
        brief=brief,
        new_incident=new_incident,
        overhear=_overhear(pushed, engine),
        tools=toolbox,
        rules=rules,
        brain=skills.brain,
        sight=sight(fetching, engine.chats, settings.limits.answer_within_s),
    )


def _brief(settings: Settings, pushed: Sequence[Pushed]) -> Brief:
    persona, memory = settings.persona, settings.memory
    greetings = {each.plug.name: each.opened.greeting for each in pushed}
    return Brief(
        instructions=persona.instructions,
        closing=persona.closing,
        scope=memory.scope,
        turns=memory.turns,
        greetings=greetings,
        casting=settings.casting,
        tokens=memory.tokens,
    )


def _rules(ground: Ground) -> Rules:
    settings, engine, clock = ground
    tools, owner = settings.tools, settings.access.owner
    return Rules(engine.consents, tools.approvers, tools.ask_within_s, owner, clock)


def _office(ground: Ground, agent: Agent, pushed: Sequence[Pushed]) -> Office:
    settings, engine, clock = ground
    return Office(
        engine=engine,
        agent=agent,
        bounds=settings.bounds,
        clock=clock,
        new_incident=new_incident,
        outlets={each.plug.name: _outlet(each, ground) for each in pushed},
        gate=Gate(settings.access.allow, settings.access.owner),
    )


def _web(ground: Ground, intake: Intake) -> Any:
    """The web's routes; None where they are switched off."""
    settings, engine, clock = ground
    if not settings.web.enabled:
        return None
    open_web = _part("aizuchi.surfaces.web.opening:open_web")
    return open_web(settings, engine._replace(inbox=intake), clock)


def _asgi(
    app: App,
    intake: Intake,
    pushed: Sequence[Pushed],
    web: Any,
    probes: Any,
    clock: Callable[[], float],
) -> Any:
    """What the server serves: the doors of all surfaces, the web, the probes. Where a platform is
    not set up, its door is there and lets nobody in."""
    doors = [(path, each.opened) for each in pushed for path in each.plug.paths]
    closed = {path: Closed() for name in plugs.built_in("surface") for path in _paths(name)}
    return _part("aizuchi.hosts.asgi:make_app")(
        inbox=intake,
        clock=clock,
        webhooks={**closed, **{path: opened.surface for path, opened in doors}},
        renewals={path: opened.renew for path, opened in doors if opened.renew},
        web=web,
        probes=probes,
        is_stopping=lambda: intake.is_closed,
    )


def _paths(surface: str) -> Sequence[str]:
    paths: Sequence[str] = plugs.load("surface", surface).paths
    return paths


def _summariser(
    settings: Settings, endpoints: Endpoints, engine: Engine, brief: Brief
) -> Summariser | None:
    """None where nothing is to be summarised, or by a model that could not do it; a fallback that
    could not is never asked."""
    plugs_of = {name: each.model.choice.plug for name, each in _models(settings).items()}
    able = [name for name, plug in plugs_of.items() if plug not in NO_WRITERS]
    wanted = settings.memory.summaries and brief.scope != "none" and brief.turns
    if MAIN not in able or not wanted:
        return None
    return Summariser(endpoints.among(able), engine.memory, brief.scope, brief.window)


def _overhear(pushed: Sequence[Pushed], engine: Engine) -> Mapping[str, Overhear]:
    listening = ((each.plug.name, each.opened.overhear) for each in pushed)
    return {name: partial(listen, engine.pace) for name, listen in listening if listen}


def _sockets(pushed: Sequence[Pushed], intake: Intake) -> Mapping[str, Any]:
    take = partial(_part("aizuchi.hosts.asgi:accept"), intake)
    holding = ((each.plug.name, each.opened.socket) for each in pushed)
    return {name: open_socket(take) for name, open_socket in holding if open_socket}


def _probes(settings: Settings, app: App, watch: Watch, web: Any) -> Any:
    return _part("aizuchi.hosts.probes:Probes")(
        ready=app.ready,
        metrics=partial(watch.metrics, app.endpoints, web),
        open_metrics=is_loopback(settings.server.host),
        knows=web.knows if web else lambda token: False,
    )


def new_incident() -> str:
    """A short number by which a person's trouble is found in the log."""
    return secrets.token_hex(4)


def _part(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
