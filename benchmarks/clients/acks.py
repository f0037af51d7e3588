"""Signed messages over kept connections, each of which sends its next one when it is answered.

What is measured is the server, so the client has to be the quicker of the two: it puts requests
together from pieces. It never sleeps either: waking another process is dear on a virtual machine,
and only a server that is slower than its client would pay for that.

Usage: python -m benchmarks.clients.acks PORT CONNECTIONS SECONDS
"""

import json
import re
import select
import socket
import sys
import time
from collections.abc import Callable
from contextlib import closing
from itertools import count

from aizuchi.testing.plaza.inbound import signature

PATH = "/plaza/events"
SECRET = "a secret of the benchmark"
WARM_UP_S = 0.5
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
TEXT = "Could you look at yesterday's deployment and tell me why the third step took so long? "
VARIETY = 100
NUMBER = "NUMBER"

HEAD = (
    f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    "x-plaza-timestamp: %b\r\nx-plaza-signature: %b\r\ncontent-length: %d\r\n\r\n"
)

Make = Callable[[], bytes]


class Requests:
    """Signed requests, each with another number, in so many kinds; `head` takes the time, the
    signature and the length."""

    def __init__(
        self,
        head: str,
        body: Callable[[int, str], bytes],
        sign: Callable[[bytes, bytes], bytes],
    ) -> None:
        self._head, self._sign = head.encode(), sign
        self._bodies = [body(kind, NUMBER).split(NUMBER.encode()) for kind in range(VARIETY)]
        self._numbers = count()

    def __call__(self) -> bytes:
        number = next(self._numbers)
        body = (b"%06d" % number).join(self._bodies[number % VARIETY])
        at = b"%d" % time.time()
        return self._head % (at, self._sign(at, body), len(body)) + body


def message(kind: int, number: str, run: str) -> bytes:
    """A message that begins a thread of its own, as a mention does."""
    fields = {
        "type": "message",
        "team": "T1",
        "channel": f"C{kind}",
        "thread": "",
        "id": f"{run}.{number}",
        "user": f"U{kind % 50}",
        "text": f"{TEXT}({number})",
    }
    return json.dumps(fields).encode()


class Connection:
    """Sends as fast as it is answered, and keeps how long each answer took."""

    def __init__(self, port: int, make: Make) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._make, self._answer = make, b""
        self.took: list[tuple[float, float]] = []
        self.refused = 0
        self.ask()

    def ask(self) -> None:
        asked = self._make()
        self._asked_at = time.perf_counter()
        self.socket.sendall(asked)

    def hear(self) -> None:
        self._answer += self.socket.recv(65536)
        if is_whole(self._answer):
            now = time.perf_counter()
            self.took.append((now, now - self._asked_at))
            self.refused += not self._answer.startswith(b"HTTP/1.1 200")
            self._answer = b""
            self.ask()


def is_whole(answer: bytes) -> bool:
    """Whether all of an answer has come, however its server cuts it."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    if length := LENGTH.search(head):
        return len(body) >= int(length[1])
    return bool(gap) and (b"chunked" not in head.lower() or body.endswith(b"0\r\n\r\n"))


def load(port: int, connections: int, seconds: float, make: Make) -> dict[str, float]:
    """Acknowledgements in the time after the warm-up."""
    began = time.perf_counter()
    asking = [Connection(port, make) for _ in range(connections)]
    with closing(select.epoll()) as ready:
        by_number = {each.socket.fileno(): each for each in asking}
        for number in by_number:
            ready.register(number, select.EPOLLIN)
        while time.perf_counter() - began < WARM_UP_S + seconds:
            for number, _ in ready.poll(0):
                by_number[number].hear()
    return summary([took for each in asking for took in each.took], began, seconds) | {
        "refused": sum(each.refused for each in asking)
    }


def summary(took: list[tuple[float, float]], began: float, seconds: float) -> dict[str, float]:
    """What answers took, each with the time of its end; the warm-up counts only for `acks`."""
    counted = sorted(each for at, each in took if at - began > WARM_UP_S)
    return {
        "acks": len(took),
        "per_s": len(counted) / seconds,
        "p50_ms": 1000 * counted[len(counted) // 2],
        "p99_ms": 1000 * counted[len(counted) * 99 // 100],
    }


def main() -> None:
    port, connections, seconds = sys.argv[1:4]
    run, secret = f"{time.time_ns():x}", SECRET.encode()
    make = Requests(
        HEAD,
        lambda kind, number: message(kind, number, run),
        lambda at, body: signature(secret, at, body),
    )
    print(json.dumps(load(int(port), int(connections), float(seconds), make)))


if __name__ == "__main__":
    main()
