"""Assistants on Slack, each in a process of its own, told of a workspace and of a model."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import peers
from benchmarks.harness.home import assistant
from benchmarks.harness.process import ROOT, Child

SERVERS = ROOT / "benchmarks" / "servers"
Start = Callable[[Path, Mapping[str, str], int], Child]
"""In a folder of its own, with this environment and the model at this port."""


class App(NamedTuple):
    """An assistant by its name.

    peer     what has to be installed for it
    streams  whether the workspace has Slack's own streams
    socket   whether it connects to Slack itself
    clock    whether its time of day can be set
    discord  whether it is on Discord as well, when it is idle
    """

    name: str
    start: Start
    peer: str = ""
    streams: bool = True
    socket: bool = False
    clock: bool = False
    discord: bool = False


def installed(apps: Iterable[App], missing: dict[str, str]) -> list[App]:
    """Those that can be had on this machine; why the others cannot goes to `missing`."""
    found = []
    for app in apps:
        try:
            if app.peer:
                peers.ensure(app.peer)
            found.append(app)
        except peers.Missing as reason:
            missing[app.name] = str(reason)
    return found


def versions(apps: Iterable[App]) -> dict[str, str]:
    """What the peers among them consist of."""
    used = sorted({app.peer for app in apps if app.peer})
    return {name: pin for peer in used for name, pin in peers.versions(peer).items()}


def _ours(home: Path, told: Mapping[str, str], model_port: int) -> Child:
    ours = {name: value for name, value in told.items() if not name.startswith("OPENAI_")}
    return assistant(home, "openai:bench", model_port, more=ours)


def _peer(
    name: str, script: str, arguments: tuple[str, ...], home: Path, told: Mapping[str, str], _: int
) -> Child:
    peer = peers.ALL[name]
    program = "node" if script.endswith(".mjs") else str(peer.python)
    command = [program, str(SERVERS / script), *arguments]
    own = {**told, "HOME": str(home), "PYTHONPATH": ""}
    return Child(name, command, log=home / "log", environment=own, cwd=peer.folder)


def _of(peer: str, script: str, *arguments: str) -> Start:
    return partial(_peer, peer, script, arguments)


OURS = App("aizuchi", _ours, clock=True, discord=True)
OURS_BY_EDITS = App("aizuchi by edits", _ours, streams=False)
CHAT_STREAM = App("chat_stream", _of("slack_bolt", "slack_chat_stream.py"), "slack_bolt")
CHAT_SDK = App("Chat SDK", _of("slack_node", "chat_sdk_stream.mjs", "streams"), "slack_node")
CHAT_SDK_BY_EDITS = App(
    "Chat SDK by edits", _of("slack_node", "chat_sdk_stream.mjs", "edits"), "slack_node"
)
NANOBOT = App("nanobot", _of("nanobot", "nanobot_slack.py"), "nanobot", socket=True)
