"""Stores to test with: filled, looked into, written by processes that can be killed."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aizuchi.answers import Entry, Finished, TextDelta
from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.ports import Engine, Settlement
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import OpenEngine, accept, claim_now, message

ROOT = Path(__file__).parents[2]


def opener(home: Path) -> OpenEngine:
    """The engine of a home in simulated time."""
    return partial(open_engine, home, clock=virtual_time.clock, threads=False)


async def answered(
    engine: Engine, number: str, talk: str, *, text: str, made: Sequence[Entry] = ()
) -> None:
    """A question, and its answer as far as it takes to be settled."""
    await accept(engine, message(number, talk))
    taken = await claim_now(engine)
    await engine.log.append(taken, [TextDelta(text[:5]), *made, TextDelta(text[5:])])
    await engine.log.append(taken, [Finished("answered", text)])
    await engine.queue.settle(taken, Settlement("answered"))


@contextmanager
def looking_into(home: Path) -> Iterator[sqlite3.Connection]:
    """The file as anybody may read it."""
    connection = sqlite3.connect(home / FILE)
    try:
        yield connection
    finally:
        connection.close()


def accepted(home: Path) -> list[str]:
    """The turns that a file knows, in their order."""
    with looking_into(home) as connection:
        known = (
            "SELECT seq, turn_id FROM work UNION ALL SELECT seq, turn_id FROM turns ORDER BY seq"
        )
        return [row[1] for row in connection.execute(known)]


def is_intact(home: Path) -> bool:
    with looking_into(home) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def process(task: str, home: Path) -> "subprocess.Popen[str]":
    """A process of its own that does one of the tasks of `tasks.py` to a home."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engines.tasks", task, str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
