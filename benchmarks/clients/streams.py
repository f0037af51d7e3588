"""Reads answers as they stream, and says how late each stamped token came.

Usage: python -m benchmarks.clients.streams PORT STREAMS LISTENERS TOKEN RUN
"""

import asyncio
import json
import re
import sys
import time
from typing import Any, cast

STAMP = re.compile(rb"@(\d{9,})")
ASK = (
    "POST /api/chat HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\n"
    "authorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n"
)
LISTEN = (
    "GET /api/chat/{chat}/stream HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
    "authorization: Bearer {token}\r\n\r\n"
)
APART_S = 0.0013
LISTEN_AFTER_S = 0.3
WITHIN_S = 120.0


def question(chat: str) -> bytes:
    text = "Tell me about the sea."
    message = {"id": f"m-{chat}", "role": "user", "parts": [{"type": "text", "text": text}]}
    body = {"id": chat, "trigger": "submit-message", "messages": [message]}
    return json.dumps(body).encode()


class Reader(asyncio.Protocol):
    """One connection that reads to the end of its answer."""

    mark = b"data: "
    ends: tuple[bytes, ...] = (b"data: [DONE]", b"0\r\n\r\n")
    welcome = b"200"

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._tail = self._begun = b""
        self.bytes = self.reads = self.frames = 0
        self.late_us: list[int] = []
        self.status = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now_us = time.monotonic_ns() // 1000
        self.status = self.status or data[9:12]
        self.bytes += len(data)
        self.reads += 1
        self.frames += data.count(self.mark)
        whole, self._begun = _whole_stamps(self._begun + data)
        self.late_us += [now_us - int(at) for at in STAMP.findall(whole)]
        self._tail = (self._tail + data)[-64:]
        if any(end in self._tail for end in self.ends):
            self._transport.close()
            self._end()

    def connection_lost(self, error: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _whole_stamps(data: bytes) -> tuple[bytes, bytes]:
    """What was read, and apart from it a stamp at its end that may go on in the next read."""
    at = data.rfind(b"@")
    goes_on = at >= 0 and (data[at + 1 :].isdigit() or at + 1 == len(data))
    return (data[:at], data[at:]) if goes_on else (data, b"")


async def read(port: int, reader: Reader) -> Reader:
    await asyncio.get_running_loop().create_connection(lambda: reader, "127.0.0.1", port)
    await reader.ended
    return reader


def ask(port: int, chat: str, token: str) -> bytes:
    body = question(chat)
    return ASK.format(port=port, token=token, length=len(body)).encode() + body


async def _asked(port: int, chat: str, token: str) -> asyncio.Future[Reader]:
    """Asks a little after the one before, or the tokens of all would leave at the same moment."""
    await asyncio.sleep(APART_S)
    return asyncio.ensure_future(read(port, Reader(ask(port, chat, token))))


async def load(port: int, streams: int, listeners: int, token: str, run: str) -> dict[str, Any]:
    chats = [f"chat-{run}-{number}" for number in range(streams)]
    began = time.monotonic()
    async with asyncio.timeout(WITHIN_S):
        asking = [await _asked(port, chat, token) for chat in chats]
        more: list[asyncio.Future[Reader]] = []
        if listeners:
            await asyncio.sleep(LISTEN_AFTER_S)
            for chat in chats * listeners:
                request = LISTEN.format(chat=chat, port=port, token=token).encode()
                more.append(asyncio.ensure_future(read(port, Reader(request))))
        readers, others = await asyncio.gather(*asking), await asyncio.gather(*more)
    return {**measured(readers, began), "listener_frames": sum(one.frames for one in others)}


def measured(readers: list[Reader], began: float) -> dict[str, Any]:
    late = sorted(us for reader in readers for us in reader.late_us) or [0]
    first = [us for reader in readers for us in reader.late_us[:1]]
    later = [us for reader in readers for us in reader.late_us[1:]]
    return {
        "seconds": time.monotonic() - began,
        "bad": [reader.status.decode() for reader in readers if reader.status != reader.welcome],
        "stamps": len(late),
        "frames": sum(reader.frames for reader in readers),
        "reads": sum(reader.reads for reader in readers),
        "bytes": sum(reader.bytes for reader in readers),
        "first_ms": max(first, default=0) / 1000,
        "later_most_ms": max(later, default=0) / 1000,
        "late_p50_ms": late[len(late) // 2] / 1000,
        "late_p99_ms": late[len(late) * 99 // 100] / 1000,
    }


if __name__ == "__main__":
    port, streams, listeners, token, run = sys.argv[1:]
    print(json.dumps(asyncio.run(load(int(port), int(streams), int(listeners), token, run))))
