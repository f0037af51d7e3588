"""The fake Slack as a server on loopback, for clients that want a real network."""

import contextlib
import socket
from collections.abc import AsyncIterator

from aizuchi.simulator.serving import address_of, listener, served
from aizuchi.simulator.slack.app import app_of
from aizuchi.simulator.slack.fake import FakeSlack


@contextlib.asynccontextmanager
async def serving(
    slack: FakeSlack, listening: socket.socket | None = None
) -> AsyncIterator[FakeSlack]:
    """Serves for as long as the block lasts, on a socket that listens already or on any free port;
    `slack.address` says where."""
    listening = listening or listener()
    slack.address = address_of(listening)
    async with served(app_of(slack), listening):
        try:
            yield slack
        finally:
            await slack.close()
