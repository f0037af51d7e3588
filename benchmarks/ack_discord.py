"""Target 2: what it costs to acknowledge a Discord command once its message is stored.

The floor is a bare ASGI app on uvicorn that verifies and parses, and keeps nothing. None of
the peers keeps anything either, but for the Chat SDK, which knows in memory what it has seen.
"""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from benchmarks.clients.discord import APPLICATION, PATH, PUBLIC_KEY
from benchmarks.harness.home import folder
from benchmarks.harness.process import ROOT, Child, Failed, run_load
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped
from benchmarks.harness.rounds import Rounds, interleaved

CONNECTIONS = 16
SERVERS = ROOT / "benchmarks" / "servers"
OURS, FLOOR = "aizuchi", "floor"
HIKARI, CHAT, FLASK = "hikari RESTBot", "Chat SDK", "discord-interactions in Flask"


class Peer(NamedTuple):
    """Another framework: its environment, the script that serves with it, and where it listens."""

    environment: str
    script: str
    path: str = PATH


PEERS = {
    HIKARI: Peer("hikari", "discord_hikari.py", "/"),
    CHAT: Peer("discord_node", "chat_sdk_discord.mjs"),
    FLASK: Peer("discord_flask", "discord_flask.py"),
}
CEILINGS = {FLOOR: 1.6, HIKARI: 1.0}
LEAST = {CHAT: 1.4, FLASK: 2.3}


def run(quick: bool) -> Report:
    rounds, seconds = (1, 1.0) if quick else (7, 4.0)
    missing: dict[str, str] = {}
    there = [name for name in PEERS if _is_there(name, missing)]
    found = interleaved({it: partial(_busy, it, seconds) for it in (FLOOR, OURS, *there)}, rounds)
    used = sorted(PEERS[name].environment for name in there)
    return Report(
        "ack_discord",
        [*(shown(f"CPU, {name}", found.median(name, "cpu_us"), "µs") for name in found)]
        + [_ratio(found, OURS, name, missing) for name in CEILINGS]
        + [_ratio(found, name, OURS, missing) for name in LEAST],
        peers={key: value for name in used for key, value in peers.versions(name).items()},
        notes=[
            f"{CONNECTIONS} connections, each always asking, {rounds} interleaved rounds of "
            f"{seconds:g} s; aizuchi stores each message",
        ],
        rounds=found.measured,
    )


def _is_there(name: str, missing: dict[str, str]) -> bool:
    try:
        peers.ensure(PEERS[name].environment)
    except peers.Missing as reason:
        missing[name] = str(reason)
        return False
    return True


def _busy(name: str, seconds: float) -> Mapping[str, Any]:
    """As busy as its clients can make it, on a core of its own."""
    path = PEERS[name].path if name in PEERS else PATH
    with folder() as home, _server(name, home) as server:
        before = server.cpu_s()
        found = run_load("discord", server.port, path, CONNECTIONS, seconds, core=1)
        used = server.cpu_s() - before
    if found["refused"] or not found["acks"]:
        raise Failed(f"{name}: {found['refused']} of {found['acks']} were not acknowledged")
    return {**found, "cpu_us": 1e6 * used / found["acks"]}


def _server(name: str, home: Path) -> Child:
    log = home / "server.log"
    if name not in PEERS:
        command = [sys.executable, "-m", "benchmarks.servers.discord", str(home), name]
        return Child(name, command, log=log, core=0)
    peer, script = peers.ALL[PEERS[name].environment], str(SERVERS / PEERS[name].script)
    program = "node" if script.endswith(".mjs") else str(peer.python)
    command = [program, script, PUBLIC_KEY, APPLICATION]
    return Child(name, command, log=log, core=0, cwd=peer.folder)


def _ratio(found: Rounds, one: str, other: str, missing: Mapping[str, str]) -> Row:
    """The CPU of one beside the other's, with its target."""
    what, peer = f"CPU, {one} : {other}", other if one == OURS else one
    if peer not in found:
        return skipped(what, missing[peer])
    value = found.ratio(one, other, "cpu_us")
    if one == OURS:
        return at_most(what, value, "×", CEILINGS[other])
    return at_least(what, value, "×", LEAST[one])
