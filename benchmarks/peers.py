"""The others we measure beside, each in an environment of its own: `python -m benchmarks.peers`.

What each needs is pinned in `requirements/`, and comes from the indexes that this machine's pip and
npm are configured with.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness.process import ROOT

sys.path.append(str(ROOT / "scripts"))
from package_index import environment_for_installers

HERE = ROOT / "benchmarks"
PEERS = HERE / ".peers"
INSTALL_WITHIN_S = 300.0


class Missing(Exception):
    """A peer cannot be had on this machine; the text says why."""


class Peer(NamedTuple):
    """A peer by the name of its environment, and the packages that it is about."""

    name: str
    packages: Sequence[str]

    @property
    def folder(self) -> Path:
        return PEERS / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"


CHAT_SDK = ("chat", "@chat-adapter/state-memory")
NODES = (
    Peer("node", ("ai", "@ai-sdk/openai-compatible")),
    Peer("slack_node", ("@slack/bolt", "@chat-adapter/slack", "@aws-sdk/client-sqs", *CHAT_SDK)),
    Peer("discord_node", ("@chat-adapter/discord", *CHAT_SDK)),
)
PYTHONS = (
    Peer("starlette_openai", ("starlette", "openai", "uvicorn")),
    Peer("pydantic_ai", ("pydantic-ai-slim", "openai", "starlette", "uvicorn")),
    Peer("langchain", ("langchain-core",)),
    Peer("chainlit", ("chainlit",)),
    Peer("nanobot", ("nanobot-ai", "slack-sdk")),
    Peer("slack_bolt", ("slack-bolt", "aiohttp", "flask", "uvicorn", "waitress")),
    Peer("hikari", ("hikari", "aiohttp", "pynacl")),
    Peer("lambda_python", ("boto3", "slack-bolt", "langchain-openai", "discord-interactions")),
    Peer("discord_flask", ("discord-interactions", "flask", "pynacl", "waitress")),
)
ALL: Mapping[str, Peer] = {peer.name: peer for peer in (*NODES, *PYTHONS)}


def ensure(name: str) -> Peer:
    """The peer, installed now if it is not there; raises Missing with the reason."""
    peer = ALL[name]
    if not _is_there(peer):
        print(f"  installing {name} for comparison …", file=sys.stderr, flush=True)
        _install_node(peer) if peer in NODES else _install_python(peer)
    return peer


def versions(name: str) -> dict[str, str]:
    """The pinned versions of what a peer is about."""
    pins = _pins(ALL[name])
    return {package: pins[package] for package in ALL[name].packages}


def _pins(peer: Peer) -> dict[str, str]:
    if peer in NODES:
        text = (HERE / "requirements" / peer.name / "package.json").read_text("utf-8")
        dependencies: dict[str, str] = json.loads(text)["dependencies"]
        return dependencies
    lines = _requirements(peer).read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines)


def _requirements(peer: Peer) -> Path:
    return HERE / "requirements" / f"{peer.name}.txt"


def _is_there(peer: Peer) -> bool:
    found = _found_node(peer) if peer in NODES else _found_python(peer)
    return _pins(peer).items() <= found.items()


def _found_node(peer: Peer) -> dict[str, str]:
    files = {name: peer.folder / "node_modules" / name / "package.json" for name in peer.packages}
    return {
        name: json.loads(file.read_text("utf-8"))["version"]
        for name, file in files.items()
        if file.exists()
    }


def _found_python(peer: Peer) -> dict[str, str]:
    names = {pin.lower().replace("-", "_").replace(".", "_"): pin for pin in _pins(peer)}
    found = [
        path.name.removesuffix(".dist-info").rpartition("-")
        for path in peer.folder.glob("lib/python*/site-packages/*.dist-info")
    ]
    by_name = {name.lower().replace(".", "_"): version for name, _, version in found}
    return {pin: by_name[name] for name, pin in names.items() if name in by_name}


def _install_python(peer: Peer) -> None:
    uv = str(Path(sys.executable).with_name("uv"))
    if not Path(uv).exists():
        uv = shutil.which("uv") or _missing("uv is not installed; make setup installs it")
    environment = environment_for_installers()
    if not peer.python.exists():
        _run([uv, "venv", "--python", sys.executable, str(peer.folder)], environment)
    pinned = ["--no-deps", "--requirement", str(_requirements(peer))]
    _run([uv, "pip", "install", "--python", str(peer.python), *pinned], environment)


def _install_node(peer: Peer) -> None:
    npm = shutil.which("npm") or _missing("node and npm are not installed")
    peer.folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "requirements" / peer.name / name, peer.folder / name)
    options = ["--ignore-scripts", "--no-audit", "--no-fund"]
    _run([npm, "ci", *options], os.environ, peer.folder)


def _run(command: Sequence[str], environment: Mapping[str, str], cwd: Path = ROOT) -> None:
    options: dict[str, Any] = {"text": True, "timeout": INSTALL_WITHIN_S, "capture_output": True}
    try:
        done = subprocess.run(command, cwd=cwd, env=environment, **options)
    except subprocess.TimeoutExpired:
        raise Missing(f"installing it took more than {INSTALL_WITHIN_S:.0f} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["the installer said nothing"])[-1]
        raise Missing(f"it cannot be installed: {last[:200]}")


def _missing(reason: str) -> str:
    raise Missing(reason)


def main() -> int:
    failed = 0
    for name in sys.argv[1:] or ALL:
        try:
            ensure(name)
            print(f"{name}: {versions(name)}")
        except Missing as missing:
            failed = 1
            print(f"{name}: NOT INSTALLED, {missing}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
