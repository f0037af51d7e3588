"""Reads Chainlit's answers over its socket.io, and says how late each stamped token came.

Usage: python -m benchmarks.clients.socketio PORT STREAMS
"""

import asyncio
import json
import sys
import uuid
from typing import Any

from benchmarks.clients.sockets import SocketReader, answered, handshake, masked
from benchmarks.clients.streams import WITHIN_S

PATH = "/ws/socket.io/?EIO=4&transport=websocket"


class SocketIoReader(SocketReader):
    """One socket of socket.io: it is open when its session is."""

    mark = b'"stream_token"'
    ends = (b'"task_end"',)

    def opens(self, data: bytes) -> bool:
        if b'0{"sid"' in data and b'40{"sid"' not in data:
            session = {"sessionId": str(uuid.uuid4()), "clientType": "webapp"}
            self._transport.write(masked(b"40" + json.dumps(session).encode()))
        return b'40{"sid"' in data


def question() -> bytes:
    message = {
        "id": str(uuid.uuid4()),
        "threadId": "",
        "name": "user",
        "type": "user_message",
        "output": "Tell me about the sea.",
        "createdAt": "2026-11-21T00:00:00Z",
    }
    return b"42" + json.dumps(["client_message", {"message": message}]).encode()


async def entered(port: int) -> SocketReader:
    reader = SocketIoReader(handshake(port, PATH), masked(question()))
    await reader.open(port)
    return reader


async def load(port: int, streams: int) -> dict[str, Any]:
    async with asyncio.timeout(WITHIN_S):
        return await answered([await entered(port) for _ in range(streams)])


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(*map(int, sys.argv[1:3])))))
