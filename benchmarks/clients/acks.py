"""Signed messages over kept connections, each of which sends its next one when it is answered.

Usage: python -m benchmarks.clients.acks PORT CONNECTIONS SECONDS
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from itertools import count
from typing import cast

from aizuchi.testing.plaza.inbound import signature

PATH = "/plaza/events"
SECRET = "a secret of the benchmark"
WARM_UP_S = 0.5
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
TEXT = "Could you look at yesterday's deployment and tell me why the third step took so long? "

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "x-plaza-timestamp: {at}\r\nx-plaza-signature: {signature}\r\ncontent-length: {length}\r\n\r\n"
)

Make = Callable[[], bytes]


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

    def __init__(self, make: Make) -> None:
        self._make = make
        self._answer = b""
        self.took: list[tuple[float, float]] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.begin()

    def begin(self) -> None:
        self.ask()

    def answered(self) -> None:
        self.ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not is_whole(self._answer):
            return
        now = time.perf_counter()
        self.took.append((now, now - self._asked_at))
        self.refused += not self._answer.startswith(b"HTTP/1.1 200")
        self._answer = b""
        self.answered()

    def ask(self, since: float = 0.0) -> None:
        """Sends the next one; what it took counts from now, or since it should have been sent."""
        asked = self._make()
        self._asked_at = since or time.perf_counter()
        self._transport.write(asked)


def is_whole(answer: bytes) -> bool:
    """Whether all of an answer has come, however its server cuts it."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    if length := LENGTH.search(head):
        return len(body) >= int(length[1])
    return bool(gap) and (b"chunked" not in head.lower() or body.endswith(b"0\r\n\r\n"))


async def load(port: int, connections: int, seconds: float, make: Make) -> dict[str, float]:
    """Acknowledgements in the time after the warm-up."""
    loop = asyncio.get_running_loop()
    asking = [Connection(make) for _ in range(connections)]
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
    ports, many, long = sys.argv[1:4]
    numbers, this_run = count(), f"{time.time_ns():x}"
    found = load(int(ports), int(many), float(long), lambda: request(next(numbers), this_run))
    print(json.dumps(asyncio.run(found)))
