"""What a stack costs in a month, from the prices that AWS lists in us-east-1, without the model."""

from collections.abc import Mapping
from typing import NamedTuple

GB_S, INVOCATIONS = 0.0000133334, 0.20 / 1e6
X86_GB_S = 0.0000166667
SQS_REQUEST, WRITE, READ = 0.50 / 1e6, 0.625 / 1e6, 0.125 / 1e6
ENTRY = {"HttpApi": 1.00 / 1e6, "RestApi": 3.50 / 1e6, "FunctionUrl": 0.0}
LOG_GB = 0.50
ALARM, DASHBOARD = 0.10, 3.00
FARGATE_HOUR = 0.03951
HOURS = 730
WAIT_S, INGRESS_S, SIDE_S = 8.0, 0.03, 0.05
WRITES, READS, REQUESTS, LOG_KB = 25, 15, 10, 2.0
SIDE_CALLS = 2
ALARMS = 7
A_DAY = 1000
DAYS = 30.4


class Estimate(NamedTuple):
    """Dollars: a month with nobody talking, and a thousand messages."""

    idle: float
    thousand: float

    @property
    def month(self) -> float:
        """At a thousand messages a day."""
        return self.idle + self.thousand * A_DAY / 1000 * DAYS


def estimate(parameters: Mapping[str, str]) -> Estimate:
    """The first ten alarms and three dashboards of an account are free, which is left out."""
    gb_s = GB_S if parameters["Architecture"] == "arm64" else X86_GB_S
    ingress_gb, worker_gb = (
        int(parameters[f"{each}Memory"]) / 1024 for each in ("Ingress", "Worker")
    )
    is_container = parameters["Worker"] == "Container"
    waiting = 0.0 if is_container else WAIT_S * worker_gb * gb_s + INVOCATIONS
    message = (
        ENTRY[parameters["Entry"]]
        + INGRESS_S * ingress_gb * gb_s
        + INVOCATIONS
        + waiting
        + SIDE_CALLS * (SIDE_S * worker_gb * gb_s + INVOCATIONS)
        + REQUESTS * SQS_REQUEST
        + WRITES * WRITE
        + READS * READ
        + LOG_KB / 1e6 * LOG_GB
    )
    containers = int(parameters["WorkerCount"]) * FARGATE_HOUR * HOURS if is_container else 0.0
    return Estimate(ALARMS * ALARM + DASHBOARD + containers, message * 1000)


def lines(parameters: Mapping[str, str]) -> list[str]:
    said = estimate(parameters)
    return [
        f"About ${said.month:.2f} a month at {A_DAY:,} messages a day, the model left out:",
        f"  ${said.idle:.2f} with nobody talking (alarms and dashboard, of which an account has "
        "some for nothing),",
        f"  ${said.thousand:.3f} for 1,000 messages, if the model takes {WAIT_S:.0f} s for each.",
    ]
