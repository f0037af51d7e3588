"""Targets 1 and 3: what it costs to acknowledge Slack once a message is stored, and how soon.

The floor is a bare ASGI app on uvicorn that verifies and parses, and keeps nothing. None of
the peers keeps anything either, but for the Chat SDK, which knows in memory what it has seen.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from benchmarks.clients.slack import Kind
from benchmarks.harness.home import folder
from benchmarks.harness.process import ROOT, Child, Failed, run_load
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped
from benchmarks.harness.rounds import Measure, Rounds, interleaved

CONNECTIONS, PER_S = 16, 100
SYNCS, SYNC_BYTES = 200, 4096
KINDS: tuple[Kind, ...] = ("event", "command")
SERVERS = ROOT / "benchmarks" / "servers"
OURS, FLOOR, DISK = "aizuchi", "floor", "fdatasync"
ASYNC, FLASK, NODE, CHAT = "Bolt Python async", "Bolt in Flask", "@slack/bolt", "Chat SDK"


class Peer(NamedTuple):
    """Another framework: its environment, and the script that serves with it."""

    environment: str
    script: str


PEERS = {
    ASYNC: Peer("slack_bolt", "slack_bolt_async.py"),
    FLASK: Peer("slack_bolt", "slack_bolt_flask.py"),
    NODE: Peer("slack_node", "slack_bolt.mjs"),
    CHAT: Peer("slack_node", "chat_sdk_slack.mjs"),
}
CEILINGS = {FLOOR: 2.3, NODE: 1.0}
LEAST = {ASYNC: 3.0}
P50_OVER_FLOOR_MS, FASTER_THAN_BOLT = 0.6, 8.0


def run(quick: bool) -> Report:
    rounds, seconds = (1, 1.0) if quick else (7, 4.0)
    missing: dict[str, str] = {}
    there = [name for name in PEERS if _is_there(name, missing)]
    busy = {kind: _raced(kind, there, rounds, seconds) for kind in KINDS}
    calm = _calm(there, rounds, 2 * seconds)
    rows = [row for kind in KINDS for row in _of_cpu(kind, busy[kind], missing)]
    used = {PEERS[name].environment for name in there}
    return Report(
        "ack",
        [*rows, *_of_time(calm, missing)],
        peers={key: value for name in sorted(used) for key, value in peers.versions(name).items()},
        notes=[
            f"{CONNECTIONS} connections, each always asking, {rounds} interleaved rounds of "
            f"{seconds:g} s; then commands at {PER_S} a second; aizuchi stores each message",
        ],
        rounds={**{kind: found.measured for kind, found in busy.items()}, "calm": calm.measured},
    )


def _is_there(name: str, missing: dict[str, str]) -> bool:
    try:
        peers.ensure(PEERS[name].environment)
    except peers.Missing as reason:
        missing[name] = str(reason)
        return False
    return True


def _raced(kind: Kind, there: list[str], rounds: int, seconds: float) -> Rounds:
    names = (FLOOR, OURS, *there)
    return interleaved({name: partial(_busy, name, kind, seconds) for name in names}, rounds)


def _calm(there: list[str], rounds: int, seconds: float) -> Rounds:
    measures: dict[str, Measure] = {
        name: partial(_steady, name, seconds) for name in (FLOOR, OURS, *there)
    }
    return interleaved({**measures, DISK: _disk}, rounds)


# ── one round ─────────────────────────────────────────────────────────────────


def _busy(name: str, kind: Kind, seconds: float) -> Mapping[str, Any]:
    """As busy as its clients can make it, on a core of its own."""
    with folder() as home, _api(home) as api, _server(name, home, api.port) as server:
        before = server.cpu_s()
        found = run_load("slack", server.port, kind, CONNECTIONS, seconds, core=1)
        used = server.cpu_s() - before
    _must_be_acknowledged(name, found)
    return {**found, "cpu_us": 1e6 * used / found["acks"]}


def _steady(name: str, seconds: float) -> Mapping[str, Any]:
    with folder() as home, _api(home) as api, _server(name, home, api.port) as server:
        found = run_load("slack", server.port, "command", CONNECTIONS, seconds, PER_S, core=1)
    _must_be_acknowledged(name, found)
    return found


def _disk() -> Mapping[str, Any]:
    """What the disk itself takes to keep 4 KiB."""
    took: list[float] = []
    with folder() as home, (home / "disk").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            file.write(bytes(SYNC_BYTES))
            os.fdatasync(file.fileno())
            took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50_ms": took[len(took) // 2], "p99_ms": took[len(took) * 99 // 100]}


def _api(home: Path) -> Child:
    """What the Chat SDK asks who somebody is."""
    command = [sys.executable, "-m", "benchmarks.servers.slack_api"]
    return Child("Slack's web API", command, log=home / "api.log", core=1)


def _server(name: str, home: Path, api_port: int) -> Child:
    log = home / "server.log"
    if name in (OURS, FLOOR):
        command = [sys.executable, "-m", "benchmarks.servers.slack", str(home), name]
        return Child(name, command, log=log, core=0)
    peer = peers.ALL[PEERS[name].environment]
    script = str(SERVERS / PEERS[name].script)
    program = "node" if script.endswith(".mjs") else str(peer.python)
    told = {"SLACK_API_URL": f"http://127.0.0.1:{api_port}/api/"}
    command = [program, script]
    return Child(name, command, log=log, core=0, environment=told, cwd=peer.folder)


def _must_be_acknowledged(name: str, found: Mapping[str, Any]) -> None:
    if found["refused"] or not found["acks"]:
        raise Failed(f"{name}: {found['refused']} of {found['acks']} were not acknowledged")


# ── what it comes to ──────────────────────────────────────────────────────────


def _of_cpu(kind: Kind, found: Rounds, missing: Mapping[str, str]) -> Iterator[Row]:
    for name in found:
        yield shown(f"{kind}: CPU, {name}", found.median(name, "cpu_us"), "µs")
    for name, most in CEILINGS.items():
        what = f"{kind}: CPU, aizuchi : {name}"
        if name in found:
            yield at_most(what, found.ratio(OURS, name, "cpu_us"), "×", most)
        else:
            yield skipped(what, missing[name])
    for name, least in LEAST.items():
        what = f"{kind}: CPU, {name} : aizuchi"
        if name in found:
            yield at_least(what, found.ratio(name, OURS, "cpu_us"), "×", least)
        else:
            yield skipped(what, missing[name])


def _of_time(found: Rounds, missing: Mapping[str, str]) -> Iterator[Row]:
    for name in found:
        yield shown(f"command at {PER_S}/s: p50, {name}", found.median(name, "p50_ms"), "ms")
        yield shown(f"command at {PER_S}/s: p99, {name}", found.median(name, "p99_ms"), "ms")
    later = found.difference(OURS, FLOOR, "p50_ms")
    yield at_most("p50 over the floor's", later, "ms", P50_OVER_FLOOR_MS)
    if ASYNC in found:
        sooner = found.ratio(ASYNC, OURS, "p50_ms")
        yield at_least(f"p50, {ASYNC} : aizuchi", sooner, "×", FASTER_THAN_BOLT)
    else:
        yield skipped(f"p50, {ASYNC} : aizuchi", missing[ASYNC])
    allowed = found.median(FLOOR, "p99_ms") + 2 * found.median(DISK, "p99_ms")
    yield at_most("p99", found.median(OURS, "p99_ms"), "ms", round(allowed, 3))
