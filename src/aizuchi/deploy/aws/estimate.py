"""What a stack costs in a month, from the prices that AWS lists in us-east-1, without the model."""

from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.deploy.stack.values import holds
from aizuchi.deploy.stack.watching import WITH_DASHBOARD, alarms

PER_MILLION = 1e-6
GB_S = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
ENTRY = {"HttpApi": 1.00, "RestApi": 3.50, "FunctionUrl": 0.0}
INVOCATION, SQS_REQUEST, WRITE, READ, PUSH = 0.20, 0.50, 0.625, 0.125, 1.00
"""Dollars for a million, as those of an entry; a push is a message of a WebSocket's, either way."""

LOG_GB, ALARM, DASHBOARD, FARGATE_HOUR = 0.50, 0.10, 3.00, 0.03951
WAIT_S, INGRESS_S, SOCKET_S, SIDE_S, SIDE_CALLS = 8.0, 0.03, 0.05, 0.05, 2
PUSH_EVERY_S = 0.5
WRITES, READS, REQUESTS = 48, 34, 13
"""Of a message that is answered for 8 s and shown as it grows, as `test_price.py` counts."""

LOG_KB = 2.0
POLLED_QUEUES, POLLERS, POLL_S = 3, 5, 20
"""Lambda asks each queue that feeds a function, all the time."""

A_DAY, DAYS, HOURS = 1000, 30.4, 730


class Estimate(NamedTuple):
    """Dollars: a month with nobody talking, and a thousand messages; those of platforms, and those
    of the web chat, streamed or over WebSockets."""

    idle: float
    thousand: float
    streamed: float
    pushed: float

    @property
    def month(self) -> float:
        """At a thousand messages a day."""
        return self.idle + self.thousand * A_DAY / 1000 * DAYS


def estimate(parameters: Mapping[str, str]) -> Estimate:
    """What an account has for nothing is left out."""
    kept = REQUESTS * SQS_REQUEST + WRITES * WRITE + READS * READ
    logged = LOG_KB / 1e6 * LOG_GB / PER_MILLION
    waits = {"Worker": WAIT_S} if parameters["Worker"] == "Lambda" else {}
    side = {"Side": SIDE_CALLS * SIDE_S}
    pushes = (1 + WAIT_S / PUSH_EVERY_S) * PUSH
    ways = (
        ENTRY[parameters["Entry"]] + _run({"Ingress": INGRESS_S, **side, **waits}, parameters),
        _run({"Stream": WAIT_S, **side}, parameters),
        pushes + _run({"Socket": SOCKET_S, **side, "Worker": WAIT_S}, parameters),
    )
    thousands = ((kept + logged + way) * PER_MILLION * 1000 for way in ways)
    return Estimate(_idle(parameters), *thousands)


def _run(seconds: Mapping[str, float], parameters: Mapping[str, str]) -> float:
    """A million times so many seconds of each function."""
    gb = {name: int(parameters[f"{SIZES.get(name, name)}Memory"]) / 1024 for name in seconds}
    gb_s = sum(gb[name] * each for name, each in seconds.items())
    invocations = len(seconds) + (SIDE_CALLS - 1)
    return gb_s * GB_S[parameters["Architecture"]] / PER_MILLION + invocations * INVOCATION


SIZES = {"Side": "Worker"}
"""Whose memory a function has, where it is not its own."""


def _idle(parameters: Mapping[str, str]) -> float:
    polls = POLLED_QUEUES * POLLERS / POLL_S * DAYS * 86_400
    watched = sum(holds(alarm.only, parameters) for alarm in alarms()) * ALARM
    shown = holds(WITH_DASHBOARD, parameters) * DASHBOARD
    return watched + shown + polls * SQS_REQUEST * PER_MILLION + _containers(parameters)


def _containers(parameters: Mapping[str, str]) -> float:
    is_container = parameters["Worker"] == "Container"
    return is_container * int(parameters["WorkerCount"]) * FARGATE_HOUR * HOURS


def lines(parameters: Mapping[str, str]) -> list[str]:
    said = estimate(parameters)
    web = (
        f"  ${said.streamed:.3f} for 1,000 in the web chat, ${said.pushed:.3f} over WebSockets.",
    )
    return [
        f"About ${said.month:.2f} a month at {A_DAY:,} messages a day, the model left out:",
        f"  ${said.idle:.2f} with nobody talking (alarms, dashboard, looking into the queues; an "
        "account has some of it for nothing),",
        f"  ${said.thousand:.3f} for 1,000 messages, if the model takes {WAIT_S:.0f} s for each.",
        *(web if parameters["Web"] == "yes" else ()),
    ]
