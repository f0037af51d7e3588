"""Who watches what happens: for `aizuchi why`, for /metrics, for traces where they are wanted."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Any, NamedTuple

from aizuchi import plugs
from aizuchi.counting import Counted
from aizuchi.endpoints import Endpoints
from aizuchi.errors import StoreError
from aizuchi.journal import journal
from aizuchi.metrics import Labels, Metric, figure
from aizuchi.ports import Engine
from aizuchi.settings import Settings
from aizuchi.settings.home import keep
from aizuchi.tracing import Recorder

KEY_FILE = "installation-key"


class Watch(NamedTuple):
    """All who watch; `tracing` is None where no traces are wanted."""

    recorder: Recorder
    counted: Counted
    engine: Engine
    tracing: Any = None

    async def metrics(self, endpoints: Endpoints, web: Any) -> Iterable[Metric]:
        """Every figure of the assistant, with those of the web's routes where there are any."""
        own = (*self.counted.metrics(), _resting(endpoints))
        return [*own, *await _of_store(self.engine), *_of_web(web)]


async def open_watch(
    settings: Settings, engine: Engine, clock: Callable[[], float], opened: AsyncExitStack
) -> Watch:
    """Raises PlugNotFound where traces are wanted and what makes them is not installed."""
    counted, tracing = Counted(), None
    if destination := settings.tracing.destination:
        open_tracing = plugs.load("tracing", "otlp")
        pen = import_module("aizuchi.otel.spans").Pen(
            installation_key(settings), settings.name_on, settings.tracing.text
        )
        tracing = await opened.enter_async_context(
            open_tracing(destination, pen, _known_secrets(settings))
        )
    listeners = [counted, *([tracing.listener] if tracing else [])]
    if settings.aws.is_on:
        listeners.append(journal)
    return Watch(Recorder(engine.traces, clock, listeners), counted, engine, tracing)


def installation_key(settings: Settings) -> bytes:
    """What only this installation knows, made once; who shares a store shares this, too."""
    known = settings.aws.key.reveal() or keep(settings.home / KEY_FILE, secrets.token_hex(32))
    return known.encode()


def _known_secrets(settings: Settings) -> Sequence[str]:
    """What must not be in anything that leaves this machine."""
    tokens = import_module("aizuchi.surfaces.web.tokens")
    given = tokens.parse(settings.web.token.reveal()).values() or (tokens.own_token(settings.home),)
    return [*(secret.reveal() for secret in settings.secrets), *given]


def _resting(endpoints: Endpoints) -> Metric:
    states: dict[Labels, float] = {
        (("endpoint", each.name),): each.state != "closed" for each in endpoints.standings()
    }
    return Metric("aizuchi_model_resting", "gauge", "1 while calls go elsewhere.", states)


async def _of_store(engine: Engine) -> Sequence[Metric]:
    """None where it cannot be read: /readyz tells of that."""
    try:
        waiting, working, commits = await engine.figures()
    except StoreError:
        return ()
    states: dict[Labels, float] = {
        (("state", "waiting"),): waiting,
        (("state", "running"),): working,
    }
    return (
        Metric("aizuchi_turns", "gauge", "Messages that wait, and that are worked on.", states),
        figure("aizuchi_store_commits_total", "counter", "Commits of the store.", commits),
    )


def _of_web(web: Any) -> Iterator[Metric]:
    if web:
        yield figure("aizuchi_web_streams", "gauge", "Open answer streams.", len(web.listeners))
        yield figure("aizuchi_web_sockets", "gauge", "Open sockets.", len(web.sockets.open))
