"""Assistants on a platform, each in a process of its own, told of the platform and of a model."""

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


def model_at(base_url: str) -> Mapping[str, str]:
    """The environment in which an assistant finds its model."""
    return {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": "none"}


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


def _chat_sdk(name: str, peer: str, how: str) -> App:
    return App(name, _of(peer, "chat_sdk_stream.mjs", how), peer)


OURS = App("aizuchi", _ours, clock=True, discord=True)
OURS_BY_EDITS = App("aizuchi by edits", _ours, streams=False)
CHAT_STREAM = App("chat_stream", _of("slack_bolt", "slack_chat_stream.py"), "slack_bolt")
CHAT_SDK = _chat_sdk("Chat SDK", "slack_node", "streams")
CHAT_SDK_BY_EDITS = _chat_sdk("Chat SDK by edits", "slack_node", "edits")
NANOBOT = App("nanobot", _of("nanobot", "nanobot_slack.py"), "nanobot", socket=True)

ON_DISCORD = App("aizuchi", _ours)
CHAT_SDK_ON_DISCORD = _chat_sdk("Chat SDK", "discord_node", "discord")
