"""The fake AWS as a server on loopback, for clients that want a real network."""

import contextlib
import socket
from collections.abc import AsyncIterator

from aizuchi.simulator.aws.app import app_of
from aizuchi.simulator.aws.fake import FakeAWS
from aizuchi.simulator.serving import address_of, listener, served


@contextlib.asynccontextmanager
async def serving(aws: FakeAWS, listening: socket.socket | None = None) -> AsyncIterator[FakeAWS]:
    """Serves for as long as the block lasts, on a socket that listens already or on any free port;
    `aws.address` says where."""
    listening = listening or listener()
    aws.address = address_of(listening)
    async with served(app_of(aws), listening):
        yield aws
