"""Reads answers as they come over sockets, and says how late each stamped token came.

Usage: python -m benchmarks.clients.sockets PORT STREAMS TOKEN RUN
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.clients.streams import APART_S, WITHIN_S, Reader, measured, question, read

TICKET = (
    "POST /api/ticket HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n"
    "content-length: 0\r\nconnection: close\r\n\r\n"
)
ENTER = (
    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nupgrade: websocket\r\n"
    "connection: upgrade\r\nsec-websocket-version: 13\r\n"
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
NO_MASK = bytes(4)


class SocketReader(Reader):
    """One socket, on which one thing is asked once it is open."""

    mark = b'"type":"chunk"'
    ends = (b'"type":"end"',)
    welcome = b"101"

    def __init__(self, enter: bytes, frame: bytes) -> None:
        super().__init__(enter)
        self._frame = frame
        self._opened = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        if not self._opened.done() and self.opens(data):
            self._opened.set_result(None)
        super().data_received(data)

    def opens(self, data: bytes) -> bool:
        """Whether this, the first that came, lets it ask."""
        return True

    async def open(self, port: int) -> None:
        """Connects, and returns when the handshake is answered."""
        self._reading = asyncio.ensure_future(read(port, self))
        await self._opened

    def ask(self) -> asyncio.Future[Reader]:
        """Asks, and is the reader at the end."""
        self._transport.write(self._frame)
        return self._reading


async def ticket(port: int, token: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(TICKET.format(port=port, token=token).encode())
    answer = await reader.read()
    writer.close()
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["ticket"])


def handshake(port: int, path: str) -> bytes:
    return ENTER.format(port=port, path=path).encode()


def masked(text: bytes) -> bytes:
    """A client's frame of less than 64 KiB; a mask of zeros is one too."""
    short = len(text) < 126
    size = bytes([0x80 | len(text)]) if short else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + size + NO_MASK + text


async def entered(port: int, chat: str, token: str) -> SocketReader:
    frame = {"type": "send", "requestId": chat, **json.loads(question(chat))}
    enter = handshake(port, f"/ws/chat?ticket={await ticket(port, token)}")
    reader = SocketReader(enter, masked(json.dumps(frame).encode()))
    await reader.open(port)
    return reader


async def _asked(reader: SocketReader) -> asyncio.Future[Reader]:
    """Asks a little after the one before, as over the stream."""
    await asyncio.sleep(APART_S)
    return reader.ask()


async def load(port: int, streams: int, token: str, run: str) -> dict[str, Any]:
    chats = [f"chat-{run}-{number}" for number in range(streams)]
    async with asyncio.timeout(WITHIN_S):
        return await answered([await entered(port, chat, token) for chat in chats])


async def answered(readers: Sequence[SocketReader]) -> dict[str, Any]:
    """What was measured once all have asked, and read to the end."""
    began = time.monotonic()
    asking = [await _asked(reader) for reader in readers]
    return measured(await asyncio.gather(*asking), began)


if __name__ == "__main__":
    port, streams, token, run = sys.argv[1:]
    print(json.dumps(asyncio.run(load(int(port), int(streams), token, run))))
