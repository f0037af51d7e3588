"""The fake Slack as a server on loopback, for clients that want a real network."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn

from aizuchi.simulator.slack.app import app_of
from aizuchi.simulator.slack.fake import FakeSlack

STOP_WITHIN_S = 1


@contextlib.asynccontextmanager
async def serving(
    slack: FakeSlack, listening: socket.socket | None = None
) -> AsyncIterator[FakeSlack]:
    """Serves for as long as the block lasts, on a socket that listens already or on any free port;
    `slack.address` says where."""
    listening = listening or socket.create_server(("127.0.0.1", 0))
    slack.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(
        app_of(slack),
        lifespan="off",
        log_level="critical",
        ws="websockets-sansio",
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield slack
    finally:
        server.should_exit = True
        await task
        await slack.close()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever started the program, not to a fake in it."""
        yield
