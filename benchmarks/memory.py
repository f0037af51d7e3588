"""Target 10: what 100,000 conversations of ten turns cost, in memory, in time and on the disk."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from aizuchi.engines.sqlite import FILE
from benchmarks import peers
from benchmarks.durable import acknowledge
from benchmarks.harness import history
from benchmarks.harness.home import folder
from benchmarks.harness.process import LOAD_WITHIN_S, ROOT, Failed, run_load
from benchmarks.harness.report import Report, Row, at_most, shown, skipped
from benchmarks.harness.rounds import Rounds, interleaved

CONVERSATIONS = 100_000
OF_LANGCHAIN = 10_000
KEPT_IN_MEMORY = "LangChain in memory"


def run(quick: bool) -> Report:
    conversations = 2_000 if quick else CONVERSATIONS
    with folder() as large, folder() as small, folder() as trial:
        if wrong := history.differences(trial):
            raise Failed(f"the bulk loader writes other rows than the engine: {', '.join(wrong)}")
        began = time.monotonic()
        history.load(large, conversations)
        history.load(small, 1)
        took = time.monotonic() - began
        disk = history.disk_bytes(large) / history.raw_bytes(conversations)
        reads = _reads(large, small, conversations, quick)
        acks = _acks(large, small, quick)
    return Report(
        "memory",
        [
            *_of_reads(reads),
            at_most("disk : raw text, settled and collapsed", disk, "×", 1.6),
            *_of_acks(acks),
            _langchain(conversations),
        ],
        peers=peers.versions("langchain"),
        notes=[_how(conversations, took)],
        rounds={"reads": reads.measured, "acks": acks.measured},
    )


def _how(conversations: int, took_s: float) -> str:
    question, answer = _lengths()
    return (
        f"{conversations:,} conversations × {history.TURNS} turns of {question} + {answer} "
        f"characters, of {history.PEOPLE:,} people, loaded in bulk in {took_s:.0f} s by the "
        "engine's own statements; a small store made so equals, row for row, one that was "
        "accepted, claimed, answered, settled, summarised and collapsed. Turns of a conversation "
        "lie far apart; the older half of each stands in a summary too, of "
        f"{len(history.NOTES)} characters."
    )


def _lengths() -> tuple[int, int]:
    said = history.message(0, 0)
    return len(said.text), len(history.answer_to(said))


def _reads(large: Path, small: Path, conversations: int, quick: bool) -> Rounds:
    count = 500 if quick else 5_000
    contenders = {
        "many": partial(run_load, "history", large, conversations, count, core=0),
        "one": partial(run_load, "history", small, 1, count, core=0),
    }
    return interleaved(contenders, 1 if quick else 5)


def _acks(large: Path, small: Path, quick: bool) -> Rounds:
    seconds = 1.0 if quick else 4.0
    stores = {"many": large, "one": small}
    contenders = {name: partial(_acks_at, store, seconds) for name, store in stores.items()}
    return interleaved(contenders, 1 if quick else 5)


def _acks_at(store: Path, seconds: float) -> Mapping[str, Any]:
    """Acknowledging on a copy of a store, as every round adds as many messages as it can."""
    with folder() as home:
        shutil.copy(store / FILE, home)
        os.sync()
        return acknowledge(home, "stored", seconds)


def _of_reads(found: Rounds) -> list[Row]:
    growth = found.difference("many", "one", "resident_mb")
    return [
        shown("resident with one conversation", found.median("one", "resident_mb"), "MB"),
        shown("resident with all of them", found.median("many", "resident_mb"), "MB"),
        at_most("resident growth", growth, "MB", 14.0),
        shown("last 20 messages as history, p50", found.median("many", "history_p50_ms"), "ms"),
        at_most(
            "last 20 messages as history, p99", found.median("many", "history_p99_ms"), "ms", 1.0
        ),
        shown(
            "last 10 and a summary, p50",
            found.median("many", "memory_p50_ms"),
            "ms",
        ),
        at_most(
            "last 10 and a summary, p99",
            found.median("many", "memory_p99_ms"),
            "ms",
            1.0,
        ),
    ]


def _of_acks(found: Rounds) -> list[Row]:
    growth = found.difference("many", "one", "resident_mb")
    return [
        at_most("resident growth while acknowledging", growth, "MB", 14.0),
        shown("CPU an ack, one conversation", found.median("one", "cpu_us"), "µs"),
        shown("CPU an ack, all of them", found.median("many", "cpu_us"), "µs"),
        at_most("CPU an ack, all : one", found.ratio("many", "one", "cpu_us"), "×", 1.1),
    ]


def _langchain(conversations: int) -> Row:
    """Its growth is in proportion to what it holds, so a part of it tells the whole."""
    part = min(conversations, OF_LANGCHAIN)
    try:
        python = peers.ensure("langchain").python
    except peers.Missing as reason:
        return skipped(KEPT_IN_MEMORY, str(reason))
    script = ROOT / "benchmarks" / "clients" / "langchain_history.py"
    arguments = map(str, (part, history.TURNS, *_lengths()))
    command = [str(python), str(script), *arguments]
    done = subprocess.run(command, capture_output=True, timeout=LOAD_WITHIN_S, check=True)
    growth = json.loads(done.stdout)["growth_mb"] * conversations / part
    return shown(f"{KEPT_IN_MEMORY}, resident growth (from {part:,})", growth, "MB")
