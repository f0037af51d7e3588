"""Target 4: what it costs to store a message before it is acknowledged.

The same signed surface behind the same HTTP server, once with the SQLite store (every commit on the
disk, in groups) and once with a store that forgets; 16 connections, each always asking.
"""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.harness.home import folder
from benchmarks.harness.process import Child, Failed, run_load
from benchmarks.harness.report import Report, at_least, shown
from benchmarks.harness.rounds import interleaved

CONNECTIONS = 16
LEAST = 0.45
STRETCH = 0.7


def run(quick: bool) -> Report:
    rounds, seconds = (1, 1.0) if quick else (7, 4.0)
    contenders = {kind: partial(_measure, kind, seconds) for kind in ("stored", "stub")}
    found = interleaved(contenders, rounds)
    per_s = found.ratio("stored", "stub", "per_s")
    cpu = found.ratio("stub", "stored", "cpu_us")
    return Report(
        "durable",
        [
            *(shown(f"{kind}: acks/s", found.median(kind, "per_s"), "1/s") for kind in contenders),
            *(
                shown(f"{kind}: CPU an ack", found.median(kind, "cpu_us"), "µs")
                for kind in contenders
            ),
            *(shown(f"{kind}: p50", found.median(kind, "p50_ms"), "ms") for kind in contenders),
            *(shown(f"{kind}: p99", found.median(kind, "p99_ms"), "ms") for kind in contenders),
            at_least("acks/s, stored : stub", per_s, "×", LEAST),
            at_least("CPU, stub : stored", cpu, "×", LEAST),
        ],
        notes=[
            f"{CONNECTIONS} connections, {rounds} interleaved rounds of {seconds:g} s; stretch "
            f"{STRETCH}×; nothing answers meanwhile, so the store only grows",
        ],
        rounds=found.measured,
    )


def _measure(kind: str, seconds: float) -> Mapping[str, Any]:
    with folder() as home:
        return acknowledge(home, kind, seconds)


def acknowledge(home: Any, kind: str, seconds: float) -> Mapping[str, Any]:
    """One server on a core of its own, as busy as its clients can make it."""
    command = [sys.executable, "-m", "benchmarks.servers.acks", str(home), kind]
    with Child(f"acks ({kind})", command, log=home / "acks.log", core=0) as server:
        before = server.cpu_s()
        found = run_load("acks", server.port, CONNECTIONS, seconds, core=1)
        used, resident = server.cpu_s() - before, server.resident_mb()
    if found["refused"]:
        raise Failed(f"{found['refused']} messages were not acknowledged")
    return {**found, "cpu_us": 1e6 * used / found["acks"], "resident_mb": resident}
