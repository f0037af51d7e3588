"""What a stack costs in a month, from the prices that AWS lists in us-east-1, without the model."""

from collections.abc import Mapping
from typing import NamedTuple

from aizuchi.deploy.stack.values import holds
from aizuchi.deploy.stack.watching import WITH_DASHBOARD, alarms

MILLION = 1_000_000
GB_S = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
ENTRY = {"HttpApi": 1.00, "RestApi": 3.50, "FunctionUrl": 0.0}
INVOCATION, WRITE, READ, PUSH = 0.20, 0.625, 0.125, 1.00
IN_ORDER, BESIDE = 0.50, 0.40
"""Dollars for a million, as those of an entry: units of the table, requests to a FIFO queue and to
another, messages of a WebSocket's, either way."""

LOG_GB, ALARM, DASHBOARD, FARGATE_HOUR = 0.50, 0.10, 3.00, 0.03951
WAIT_S, PUSH_EVERY_S = 8.0, 0.275
INGRESS_S, SOCKET_S, SIDE_S = 0.03, 0.05, 0.03
"""Seconds that a function runs which waits for no model."""

POLLERS, POLL_S = 5, 20
"""Lambda asks each queue that feeds a function, all the time."""

POLLED = {"Turns": IN_ORDER, "Dead": IN_ORDER, "Side": BESIDE}
A_DAY, DAYS, HOURS = 1000, 30.4, 730


class Uses(NamedTuple):
    """What a message takes besides waiting, as `tests/deploy/test_price.py` measures it: units of
    the table, requests to the queue in order and to the one beside it, invocations of side, seconds
    of whoever answers, kilobytes of logs."""

    writes: float
    reads: float
    in_order: int
    beside: int
    side: int
    own_s: float
    log_kb: float


OF_PLATFORMS = Uses(17, 18.5, in_order=4, beside=3, side=1, own_s=0.38, log_kb=1.8)
OF_THE_WEB = Uses(33, 33, in_order=0, beside=5, side=2, own_s=0.15, log_kb=1.9)
OF_SOCKETS = Uses(65, 57, in_order=0, beside=6, side=2, own_s=0.4, log_kb=1.9)


class Item(NamedTuple):
    """Of a thousand messages."""

    what: str
    dollars: float


class Estimate(NamedTuple):
    """Dollars: a month with nobody talking, and a thousand messages; those of platforms, and those
    of the web chat, streamed or over WebSockets."""

    idle: float
    thousand: float
    streamed: float
    pushed: float

    def month(self, a_day: int = A_DAY) -> float:
        """At so many messages of platforms a day."""
        return self.idle + self.thousand * a_day / 1000 * DAYS


def estimate(parameters: Mapping[str, str], wait_s: float = WAIT_S) -> Estimate:
    """What an account has for nothing is left out; a model takes `wait_s` for an answer."""
    ways = (of_platforms, streamed, pushed)
    thousands = (sum(item.dollars for item in way(parameters, wait_s)) for way in ways)
    return Estimate(sum(item.dollars for item in idle(parameters)), *thousands)


# ── a thousand messages ───────────────────────────────────────────────────────


def of_platforms(parameters: Mapping[str, str], wait_s: float = WAIT_S) -> list[Item]:
    on_lambda = parameters["Worker"] == "Lambda"
    seconds = {"Ingress": INGRESS_S, "Side": SIDE_S * OF_PLATFORMS.side}
    invoked = 1 + OF_PLATFORMS.side + on_lambda
    return [
        Item("entry", ENTRY[parameters["Entry"]] / 1000),
        *_answered(parameters, wait_s, OF_PLATFORMS, invoked, "Worker" if on_lambda else ""),
        Item("functions", _run(seconds, parameters)),
    ]


def streamed(parameters: Mapping[str, str], wait_s: float = WAIT_S) -> list[Item]:
    """The function that streams waits itself; its URL costs nothing."""
    seconds = {"Side": SIDE_S * OF_THE_WEB.side}
    return [
        *_answered(parameters, wait_s, OF_THE_WEB, 1 + OF_THE_WEB.side, "Stream"),
        Item("functions", _run(seconds, parameters)),
    ]


def pushed(parameters: Mapping[str, str], wait_s: float = WAIT_S) -> list[Item]:
    """A function takes the message, and side answers it, with the worker's memory; each piece that
    is pushed is a message, and the question is one more."""
    seconds = {"Socket": SOCKET_S, "Side": SIDE_S * (OF_SOCKETS.side - 1)}
    return [
        Item("pushes", pushes(wait_s) * PUSH / 1000),
        *_answered(parameters, wait_s, OF_SOCKETS, 1 + OF_SOCKETS.side, "Worker"),
        Item("functions", _run(seconds, parameters)),
    ]


def pushes(wait_s: float) -> float:
    """Messages of a WebSocket for one answer, with its question."""
    return 1 + wait_s / PUSH_EVERY_S


def _answered(
    parameters: Mapping[str, str], wait_s: float, uses: Uses, invoked: int, waiting: str
) -> list[Item]:
    """`waiting` is the function that waits for the model, where one does."""
    waits = {waiting: wait_s} if waiting else {}
    works = {waiting: uses.own_s} if waiting else {}
    return [
        Item("waiting", _run(waits, parameters)),
        Item("own", _run(works, parameters)),
        Item("table", (uses.writes * WRITE + uses.reads * READ) / 1000),
        Item("queues", (uses.in_order * IN_ORDER + uses.beside * BESIDE) / 1000),
        Item("invocations", invoked * INVOCATION / 1000),
        Item("logs", uses.log_kb / 1e6 * LOG_GB * 1000),
    ]


def _run(seconds: Mapping[str, float], parameters: Mapping[str, str]) -> float:
    """A thousand times so many seconds of each function."""
    sizes = {name: int(parameters[f"{SIZES.get(name, name)}Memory"]) / 1024 for name in seconds}
    gb_s = sum(sizes[name] * each for name, each in seconds.items())
    return gb_s * GB_S[parameters["Architecture"]] * 1000


SIZES = {"Side": "Worker"}
"""Whose memory a function has, where it is not its own."""

# ── a month with nobody talking ───────────────────────────────────────────────


def idle(parameters: Mapping[str, str]) -> list[Item]:
    on_lambda = parameters["Worker"] == "Lambda"
    polls = POLLERS / POLL_S * DAYS * 86_400 / MILLION
    polled = [price for name, price in POLLED.items() if on_lambda or name != "Turns"]
    watched = sum(holds(alarm.only, parameters) for alarm in alarms())
    containers = 0 if on_lambda else int(parameters["WorkerCount"])
    return [
        Item("alarms", watched * ALARM),
        Item("dashboard", holds(WITH_DASHBOARD, parameters) * DASHBOARD),
        Item("polls", polls * sum(polled)),
        Item("containers", containers * FARGATE_HOUR * HOURS),
    ]


def crossover(parameters: Mapping[str, str]) -> float:
    """From how many messages a day on one container costs less than functions that wait."""
    container = estimate({**parameters, "Worker": "Container", "WorkerCount": "1"})
    function = estimate({**parameters, "Worker": "Lambda"})
    a_month = (container.idle - function.idle) / (function.thousand - container.thousand) * 1000
    return a_month / DAYS


def lines(parameters: Mapping[str, str]) -> list[str]:
    said = estimate(parameters)
    web = (
        f"  ${said.streamed:.3f} for 1,000 in the web chat, ${said.pushed:.3f} over WebSockets.",
    )
    return [
        f"About ${said.month():.2f} a month at {A_DAY:,} messages a day, the model left out:",
        f"  ${said.idle:.2f} with nobody talking ({_what_is_idle(parameters)}; an account has some "
        "of it for nothing),",
        f"  ${said.thousand:.3f} for 1,000 messages, if the model takes {WAIT_S:.0f} s for each.",
        *(web if parameters["Web"] == "yes" else ()),
        "  By AWS's list prices in us-east-1 as we know them.",
    ]


def _what_is_idle(parameters: Mapping[str, str]) -> str:
    words = {
        "alarms": "alarms",
        "dashboard": "dashboard",
        "polls": "looking into the queues",
        "containers": "containers",
    }
    return ", ".join(words[item.what] for item in idle(parameters) if item.dollars)
