"""Signed messages over kept connections, each of which sends its next one when it is answered.

Usage: python -m benchmarks.clients.acks PORT CONNECTIONS SECONDS
"""

import asyncio
import json
import sys
import time
from itertools import count
from typing import cast

from aizuchi.testing.plaza.inbound import signature

PATH = "/plaza/events"
SECRET = "a secret of the benchmark"
WARM_UP_S = 0.5
TEXT = "Could you look at yesterday's deployment and tell me why the third step took so long? "

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "x-plaza-timestamp: {at}\r\nx-plaza-signature: {signature}\r\ncontent-length: {length}\r\n\r\n"
)


def request(number: int, run: str) -> bytes:
    """A message that begins a thread of its own, as a mention does."""
    fields = {
        "type": "message",
        "team": "T1",
        "channel": f"C{number % 100}",
        "thread": "",
        "id": f"{run}.{number}",
        "user": f"U{number % 50}",
        "text": f"{TEXT}({number})",
    }
    body = json.dumps(fields).encode()
    at = b"%d" % time.time()
    signed = signature(SECRET.encode(), at, body).decode()
    head = HEAD.format(path=PATH, at=at.decode(), signature=signed, length=len(body))
    return head.encode() + body


class Connection(asyncio.Protocol):
    """Sends as fast as it is answered, and keeps how long each answer took."""

    def __init__(self, numbers: "count[int]", run: str) -> None:
        self._numbers, self._run = numbers, run
        self.took: list[tuple[float, float]] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.took.append((now, now - self._asked_at))
        self.refused += not data.startswith(b"HTTP/1.1 200")
        self._ask()

    def _ask(self) -> None:
        asked = request(next(self._numbers), self._run)
        self._asked_at = time.perf_counter()
        self._transport.write(asked)


async def load(port: int, connections: int, seconds: float) -> dict[str, float]:
    """Acknowledgements in the time after the warm-up."""
    loop, numbers, run = asyncio.get_running_loop(), count(), f"{time.time_ns():x}"
    asking = [Connection(numbers, run) for _ in range(connections)]
    began = time.perf_counter()
    for connection in asking:
        await loop.create_connection(lambda it=connection: it, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.sleep(WARM_UP_S + seconds)
    counted = sorted(
        took for connection in asking for at, took in connection.took if at - began > WARM_UP_S
    )
    return {
        "acks": sum(len(connection.took) for connection in asking),
        "per_s": len(counted) / seconds,
        "p50_ms": 1000 * counted[len(counted) // 2],
        "p99_ms": 1000 * counted[len(counted) * 99 // 100],
        "refused": sum(connection.refused for connection in asking),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
