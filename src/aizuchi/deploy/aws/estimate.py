"""What a stack costs in a month, from the prices that AWS lists in us-east-1, without the model."""

from collections.abc import Mapping
from typing import NamedTuple

PER_MILLION = 1e-6
GB_S = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
ENTRY = {"HttpApi": 1.00, "RestApi": 3.50, "FunctionUrl": 0.0}
INVOCATION, SQS_REQUEST, WRITE, READ = 0.20, 0.50, 0.625, 0.125
"""Dollars for a million, as those of an entry."""

LOG_GB, ALARM, DASHBOARD, FARGATE_HOUR = 0.50, 0.10, 3.00, 0.03951
WAIT_S, INGRESS_S, SIDE_S, SIDE_CALLS = 8.0, 0.03, 0.05, 2
WRITES, READS, REQUESTS = 48, 34, 13
"""Of a message that is answered for 8 s and shown as it grows, as `test_price.py` counts."""

LOG_KB = 2.0
POLLED_QUEUES, POLLERS, POLL_S = 3, 5, 20
"""Lambda asks each queue that feeds a function, all the time."""

ALARMS = 7
A_DAY, DAYS, HOURS = 1000, 30.4, 730


class Estimate(NamedTuple):
    """Dollars: a month with nobody talking, and a thousand messages."""

    idle: float
    thousand: float

    @property
    def month(self) -> float:
        """At a thousand messages a day."""
        return self.idle + self.thousand * A_DAY / 1000 * DAYS


def estimate(parameters: Mapping[str, str]) -> Estimate:
    """What an account has for nothing is left out."""
    calls = ENTRY[parameters["Entry"]] + REQUESTS * SQS_REQUEST + WRITES * WRITE + READS * READ
    log = LOG_KB / 1e6 * LOG_GB
    message = calls * PER_MILLION + log + _functions(parameters)
    polls = POLLED_QUEUES * POLLERS / POLL_S * DAYS * 86_400
    idle = ALARMS * ALARM + DASHBOARD + polls * SQS_REQUEST * PER_MILLION
    return Estimate(idle + _containers(parameters), message * 1000)


def _functions(parameters: Mapping[str, str]) -> float:
    ingress, worker = (int(parameters[f"{each}Memory"]) / 1024 for each in ("Ingress", "Worker"))
    waits = parameters["Worker"] == "Lambda"
    gb_s = INGRESS_S * ingress + SIDE_CALLS * SIDE_S * worker + waits * WAIT_S * worker
    invocations = 1 + SIDE_CALLS + waits
    return gb_s * GB_S[parameters["Architecture"]] + invocations * INVOCATION * PER_MILLION


def _containers(parameters: Mapping[str, str]) -> float:
    is_container = parameters["Worker"] == "Container"
    return is_container * int(parameters["WorkerCount"]) * FARGATE_HOUR * HOURS


def lines(parameters: Mapping[str, str]) -> list[str]:
    said = estimate(parameters)
    return [
        f"About ${said.month:.2f} a month at {A_DAY:,} messages a day, the model left out:",
        f"  ${said.idle:.2f} with nobody talking (alarms, dashboard, looking into the queues; an "
        "account has some of it for nothing),",
        f"  ${said.thousand:.3f} for 1,000 messages, if the model takes {WAIT_S:.0f} s for each.",
    ]
