"""What a message takes, by what it is for: `python -m tests.deploy.charge_table`; with `streams`
where the workspace has Slack's own streaming, with `web` for the web chat."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.deploy.priced import QUESTION, Counted, counted_in

from aizuchi.deploy.aws.estimate import BESIDE, IN_ORDER, READ, WAIT_S, WRITE
from aizuchi.simulator.aws import Charge
from aizuchi.testing import virtual_time

PURPOSES = {
    "turn turn": "the turn's own row: its lease, its receipts, a stop",
    "turn log": "words, steps and the end of the answer",
    "turn": "the turn with its log, as it settles",
    "talk talk": "its conversation: what is open in it",
    "talk said": "what was said, for memory and the page",
    "talk": "what was said, as it is recalled",
    "memory": "up to where a memory is forgotten, and summaries",
    "person turn": "by whom a turn is found",
    "person talk": "whose a conversation is",
    "person person": "whether somebody is forgotten",
    "place turn": "where a turn is found",
    "owned": "whose a conversation is",
    "day person": "what a person used today",
    "days": "that today was used",
    "due": "summaries that are to be made anew",
    "pace": "what platforms have said of too many requests",
    "turns.fifo": "the queue in order",
    "side": "guardians, wake-ups",
}
PRICES = {"write": WRITE, "read": READ, "turns.fifo": IN_ORDER, "side": BESIDE}


class Line(NamedTuple):
    purpose: str
    how: str
    units: float
    dollars: float


def lines(charges: Iterable[Charge]) -> list[Line]:
    """The dearest first; dollars are for a thousand messages."""
    found: Counter[tuple[str, str, str]] = Counter()
    for charge in charges:
        if not charge.empty:
            which = purpose(charge)
            unit = charge.about if charge.kind == "request" else charge.kind
            found[which, charge.operation, unit] += charge.units  # type: ignore[assignment]  # halves
    made = [
        Line(which, f"{operation} ({unit})", units, units * PRICES[unit] / 1000)
        for (which, operation, unit), units in found.items()
    ]
    return sorted(made, key=lambda line: -line.dollars)


def purpose(charge: Charge) -> str:
    """By the words that keys begin with."""
    words = [part.partition(" ")[0] for part in charge.about.split(" | ")]
    return PURPOSES[next(name for name in (" ".join(words), words[0]) if name in PURPOSES)]


async def measured(home: Path, patch: pytest.MonkeyPatch, way: str) -> Counted:
    one = counted_in(home, patch, WAIT_S, streams=way == "streams")
    ask = one.chat if way == "web" else one.ask
    async with one.running():
        await ask("The first one opens everything.")
        one.begin()
        await ask(QUESTION)
    return one


def main(way: str) -> None:
    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        one = virtual_time.run(measured(Path(home), patch, way))
    print("| units | $ for 1,000 | call | what for |\n|---|---|---|---|")
    for line in lines(one.charges):
        print(f"| {line.units:g} | {line.dollars:.4f} | {line.how} | {line.purpose} |")


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
