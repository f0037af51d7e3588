"""What Slack sends, signed: as fast as it is answered, or at a steady rate.

Usage: python -m benchmarks.clients.slack PORT event|command CONNECTIONS SECONDS [PER_SECOND]
"""

import asyncio
import json
import sys
import time
from collections import deque
from itertools import count
from typing import Literal
from urllib.parse import urlencode

from aizuchi.surfaces.slack.signing import signature
from benchmarks.clients.acks import TEXT, WARM_UP_S, Connection, Make, load

PATH = "/slack/events"
SECRET = "a secret of the benchmark"
TEAM, BOT = "T024BE7LH", "U0LAN0Z89"
Kind = Literal["event", "command"]

HEAD = (
    "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\n"
    "x-slack-request-timestamp: {at}\r\nx-slack-signature: {signature}\r\n"
    "content-length: {length}\r\n\r\n"
)


def request(kind: Kind, number: int, run: int) -> bytes:
    """A mention that begins a thread of its own, or a slash command."""
    body, content = (
        (_event(number, run), "application/json")
        if kind == "event"
        else (_command(number, run), "application/x-www-form-urlencoded")
    )
    at = b"%d" % time.time()
    signed = signature(SECRET.encode(), at, body).decode()
    head = HEAD.format(path=PATH, kind=content, at=at.decode(), signature=signed, length=len(body))
    return head.encode() + body


def _event(number: int, run: int) -> bytes:
    ts = f"{run}.{number:06d}"
    event = {
        "type": "app_mention",
        "user": f"U{number % 50:07d}",
        "text": f"<@{BOT}> {TEXT}({number})",
        "ts": ts,
        "team": TEAM,
        "channel": f"C{number % 100:07d}",
        "event_ts": ts,
    }
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    envelope = {
        "token": "ZZZZZZWSxiZZZ2yIvs3peJ",
        "team_id": TEAM,
        "api_app_id": "A0MDYCDME",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{run}{number}",
        "event_time": run,
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6ImFwcF9tZW50aW9uIn0",
    }
    return json.dumps(envelope).encode()


def _command(number: int, run: int) -> bytes:
    fields = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "team_domain": "example",
        "channel_id": f"C{number % 100:07d}",
        "channel_name": "weather",
        "user_id": f"U{number % 50:07d}",
        "user_name": "ann",
        "command": "/ask",
        "text": f"{TEXT}({number})",
        "response_url": "http://127.0.0.1:9/commands/T024BE7LH/1/x",
        "trigger_id": f"{run}.{number}.8088930838d88f008e0",
        "api_app_id": "A0MDYCDME",
        "is_enterprise_install": "false",
    }
    return urlencode(fields).encode()


class Steady:
    """Sends one after the other at its time; where all connections wait, the next free one does."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.idle: deque[Waiting] = deque()
        self.overdue: deque[float] = deque()

    def send(self, since: float) -> None:
        if self.idle:
            self.idle.popleft().ask(since)
        else:
            self.overdue.append(since)

    def is_free(self, connection: "Waiting") -> None:
        if self.overdue:
            connection.ask(self.overdue.popleft())
        else:
            self.idle.append(connection)


class Waiting(Connection):
    """Sends when it is told to."""

    def __init__(self, steady: Steady) -> None:
        super().__init__(steady.make)
        self._steady = steady

    def begin(self) -> None:
        self._steady.is_free(self)

    answered = begin


async def steady_load(
    port: int, connections: int, seconds: float, make: Make, per_s: float
) -> dict[str, float]:
    """How long an answer takes at a rate that leaves time to spare."""
    loop, sending = asyncio.get_running_loop(), Steady(make)
    asking = [Waiting(sending) for _ in range(connections)]
    for connection in asking:
        await loop.create_connection(lambda it=connection: it, "127.0.0.1", port)  # type: ignore[misc]
    began = time.perf_counter()
    for number in range(int((WARM_UP_S + seconds) * per_s)):
        due = began + number / per_s
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sending.send(due)
    await asyncio.sleep(WARM_UP_S)
    counted = sorted(
        took for connection in asking for at, took in connection.took if at - began > WARM_UP_S
    )
    return {
        "acks": len(counted),
        "p50_ms": 1000 * counted[len(counted) // 2],
        "p99_ms": 1000 * counted[len(counted) * 99 // 100],
        "refused": sum(connection.refused for connection in asking),
    }


def main() -> None:
    port, kind, connections, seconds, *rate = sys.argv[1:]
    numbers, run = count(), int(time.time())
    known: Kind = "command" if kind == "command" else "event"
    where = (int(port), int(connections), float(seconds))
    measured = (
        steady_load(*where, lambda: request(known, next(numbers), run), float(rate[0]))
        if rate
        else load(*where, lambda: request(known, next(numbers), run))
    )
    print(json.dumps(asyncio.run(measured)))


if __name__ == "__main__":
    main()
