"""A server in one process and one event loop: the HTTP half, the worker, and how both end."""

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from aizuchi.app import App, open_app
from aizuchi.edge import API
from aizuchi.hosts.dev_kill import with_kill
from aizuchi.hosts.heads import BoundedHttp
from aizuchi.hosts.parent import Parent, ask_to_be_killed, find_parent, is_in_dev
from aizuchi.settings import Settings

CUT_CONNECTIONS_S = 1
SPARE_S = 1.8  # past the drain, until the system ends what does not end by itself
ORPHAN_S = 1.0
SILENT_SOCKET_S = 60.0

Callback = Callable[[], Awaitable[None]]


class Orders:
    """What the process was told: to stop, and, when told again, not to wait any more."""

    def __init__(self) -> None:
        self.stop, self.hurry = asyncio.Event(), asyncio.Event()
        self.interrupted = False

    def give(self) -> None:
        if self.stop.is_set():
            self.hurry.set()
        self.stop.set()

    def interrupt(self) -> None:
        self.interrupted = True
        self.give()

    def give_now(self) -> None:
        self.stop.set()
        self.hurry.set()


async def serve(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callback,
    clock: Callable[[], float] = time.time,
    *,
    takes: bool = True,
    listens: bool = False,
) -> bool:
    """Serves until SIGTERM or Ctrl-C, or until the parent is gone; returns whether it was Ctrl-C.
    One that takes nothing in has but its probes to serve; it may still listen to connections.

    Told to stop, it lets running answers end for `[server] drain_s`, then hands the rest back; told
    twice, it hands them back at once.
    """
    orders = Orders()
    parent = await find_parent()
    with _signals(orders, in_background=parent is not None):
        opened = open_app(settings, clock, takes=takes, listens=listens)
        async with opened as app, asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_die_with(parent, orders))
            await _run(app, settings, listener, orders, _ready(parent, on_ready), tasks)
            watching.cancel()
    return orders.interrupted


async def _run(
    app: App,
    settings: Settings,
    listener: socket.socket,
    orders: Orders,
    on_ready: Callback,
    tasks: asyncio.TaskGroup,
) -> None:
    server = Server(with_kill(app.asgi, ask_to_be_killed) if is_in_dev() else app.asgi)
    working = tasks.create_task(app.run())
    serving = tasks.create_task(server.serve([listener]))
    await server.listening.wait()
    await on_ready()
    await orders.stop.wait()
    _end_for_certain(settings.server.drain_s + SPARE_S)
    await _drain(app, settings.server.drain_s, orders)
    working.cancel()
    await asyncio.wait([working])
    server.stop()
    await serving


async def _drain(app: App, drain_s: float, orders: Orders) -> None:
    """Lets answers end, until they have, or their time is over, or somebody is in a hurry."""
    draining = asyncio.create_task(app.drain())
    hurrying = asyncio.create_task(orders.hurry.wait())
    await asyncio.wait([draining, hurrying], timeout=drain_s, return_when=asyncio.FIRST_COMPLETED)
    for task in (draining, hurrying):
        task.cancel()
    await asyncio.wait([draining, hurrying])


class Server(uvicorn.Server):
    """uvicorn without hands on our signals; it says when it listens."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedHttp,
                ws=_open_socket,  # type: ignore[arg-type]  # whatever makes a protocol will do
                ws_max_size=API.most_bytes,
                ws_ping_timeout=SILENT_SOCKET_S,
                ws_per_message_deflate=False,
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=CUT_CONNECTIONS_S,
            )
        )
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def stop(self) -> None:
        """Ends what connections are left, without a word about each."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.should_exit = True


def _open_socket(**named: Any) -> asyncio.Protocol:
    """The protocol of a socket, which is imported by the first one: the start need not wait."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**named)


def _ready(parent: Parent | None, on_ready: Callback) -> Callback:
    async def ready() -> None:
        await on_ready()
        if parent:
            await parent.tell_ready()

    return ready


async def _die_with(parent: Parent | None, orders: Orders) -> None:
    if parent:
        await parent.gone()
        orders.give_now()
        _end_for_certain(ORPHAN_S)


@contextmanager
def _signals(orders: Orders, *, in_background: bool) -> Iterator[None]:
    """SIGTERM and Ctrl-C are orders; Ctrl-C in a terminal is the parent's where there is one."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, orders.give)
    loop.add_signal_handler(signal.SIGINT, (lambda: None) if in_background else orders.interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        loop.remove_signal_handler(signal.SIGINT)


def _end_for_certain(after_s: float) -> None:
    """Has the system end this process after that time, even if nothing in it moves any more."""
    left_s, _ = signal.getitimer(signal.ITIMER_REAL)
    signal.setitimer(signal.ITIMER_REAL, min(after_s, left_s or after_s))
