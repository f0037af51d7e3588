"""What Slack sends, signed: as fast as it is answered, or at a steady rate.

Usage: python -m benchmarks.clients.slack PORT event|command CONNECTIONS SECONDS [PER_SECOND]
"""

import asyncio
import json
import sys
import time
from collections import deque
from typing import Literal, cast
from urllib.parse import urlencode

from aizuchi.surfaces.slack.signing import signature
from benchmarks.clients.acks import TEXT, WARM_UP_S, Make, Requests, is_whole, load, summary

PATH = "/slack/events"
SECRET = "a secret of the benchmark"
TEAM, BOT = "T024BE7LH", "U0LAN0Z89"
Kind = Literal["event", "command"]

HEAD = (
    f"POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: KIND\r\n"
    "x-slack-request-timestamp: %b\r\nx-slack-signature: %b\r\ncontent-length: %d\r\n\r\n"
)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def requests(kind: Kind, run: int) -> Requests:
    """Mentions, each of which begins a thread of its own, or slash commands."""
    secret, content = SECRET.encode(), JSON if kind == "event" else FORM
    body = _event if kind == "event" else _command
    return Requests(
        HEAD.replace("KIND", content),
        lambda which, number: body(which, number, run),
        lambda at, body: signature(secret, at, body),
    )


def _event(which: int, number: str, run: int) -> bytes:
    ts = f"{run}.{number}"
    event = {
        "type": "app_mention",
        "user": f"U{which % 50:07d}",
        "text": f"<@{BOT}> {TEXT}({number})",
        "ts": ts,
        "team": TEAM,
        "channel": f"C{which:07d}",
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


def _command(which: int, number: str, run: int) -> bytes:
    fields = {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "team_domain": "example",
        "channel_id": f"C{which:07d}",
        "channel_name": "weather",
        "user_id": f"U{which % 50:07d}",
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


class Waiting(asyncio.Protocol):
    """A connection that sends when it is told to."""

    def __init__(self, steady: Steady) -> None:
        self._steady, self._answer = steady, b""
        self.took: list[tuple[float, float]] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._steady.is_free(self)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not is_whole(self._answer):
            return
        now = time.perf_counter()
        self.took.append((now, now - self._asked_at))
        self.refused += not self._answer.startswith(b"HTTP/1.1 200")
        self._answer = b""
        self._steady.is_free(self)

    def ask(self, since: float) -> None:
        """What it takes counts from when it should have been sent."""
        self._asked_at = since
        self._transport.write(self._steady.make())


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
    return summary([took for each in asking for took in each.took], began, seconds) | {
        "refused": sum(each.refused for each in asking)
    }


def main() -> None:
    port, kind, connections, seconds, *rate = sys.argv[1:]
    make = requests("command" if kind == "command" else "event", int(time.time()))
    where = (int(port), int(connections), float(seconds))
    measured = (
        asyncio.run(steady_load(*where, make, float(rate[0]))) if rate else load(*where, make)
    )
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
