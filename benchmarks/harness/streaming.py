"""Whoever hands on a model's stream, told apart by CPU, and the load they are all put under."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import peers
from benchmarks.harness.home import TOKEN, assistant
from benchmarks.harness.process import ROOT, Child, Failed, run_load

SERVERS = ROOT / "benchmarks" / "servers"
FLOOR, BARE, OURS = "relay on asyncio streams", "relay on bare protocols", "aizuchi"
BY_SOCKET = "aizuchi over WebSocket"
CHAINLIT = "Chainlit"
OTHERS = {
    "Starlette + openai": "starlette_openai",
    "AI SDK on node": "node",
    CHAINLIT: "chainlit",
    "pydantic-ai": "pydantic_ai",
}
SCRIPTS = {
    "starlette_openai": "starlette_openai.py",
    "node": "ai_sdk.mjs",
    "chainlit": "chainlit_app.py",
    "pydantic_ai": "pydantic_ai_vercel.py",
}


class Load(NamedTuple):
    """So many streams at once, of so many tokens, read by the asker and by listeners more."""

    streams: int
    tokens: int
    listeners: int = 0


@contextmanager
def model(home: Path, tokens: int, per_s: float) -> Iterator[Child]:
    """The endpoint that all of them ask; 0 a second is as fast as it is read."""
    with _model(home, "fake_model", tokens, per_s) as child:
        yield child


@contextmanager
def agent_model(home: Path, tokens: int, per_s: float) -> Iterator[Child]:
    """The same, but it has every tool called before it speaks."""
    with _model(home, "agent_model", tokens, per_s) as child:
        yield child


def _model(home: Path, name: str, tokens: int, per_s: float) -> Child:
    command = [sys.executable, "-m", f"benchmarks.servers.{name}", str(tokens), str(per_s)]
    return Child(f"the {name}", command, log=home / f"{name}-{tokens}.log", core=1)


def floor(home: Path, model_port: int) -> Child:
    """The relay on asyncio streams, when it is entered."""
    return _relay(home, "streams_relay", model_port)


@contextmanager
def contenders(
    home: Path, model_port: int, missing: dict[str, str] | None
) -> Iterator[dict[str, Child]]:
    """All servers, running; the peers only where the reasons for missing ones are asked for."""
    with ExitStack() as running:
        found = {
            FLOOR: running.enter_context(floor(home, model_port)),
            BARE: running.enter_context(_relay(home, "raw_relay", model_port)),
            OURS: running.enter_context(assistant(home, "openai:bench", model_port, core=0)),
        }
        for name, peer in OTHERS.items() if missing is not None else ():
            try:
                found[name] = running.enter_context(_peer(home, peer, model_port))
            except (peers.Missing, Failed) as reason:
                assert missing is not None
                missing[name] = str(reason).splitlines()[0]
        yield found


def stream(server: Child, load: Load) -> Mapping[str, Any]:
    """One load on a server: what its client saw, and the CPU time it took."""
    return _measured(server, load, "streams", load.streams, load.listeners, TOKEN, _name())


def sockets(server: Child, load: Load) -> Mapping[str, Any]:
    """The same over sockets, of which each reader has their own."""
    return _measured(server, load, "sockets", load.streams, TOKEN, _name())


def by_socketio(server: Child, load: Load) -> Mapping[str, Any]:
    """The same for whoever speaks nothing else."""
    return _measured(server, load, "socketio", load.streams)


def _name() -> str:
    """A run's own, so that no chat is asked in twice."""
    return f"{time.time_ns():x}"


def _measured(server: Child, load: Load, client: str, *arguments: object) -> Mapping[str, Any]:
    before = server.cpu_s()
    found = run_load(client, server.port, *arguments, core=1)
    used = server.cpu_s() - before
    wanted = load.streams * (load.tokens // 10)
    if found["bad"] or found["stamps"] < wanted:
        said = f"{found['stamps']} of {wanted} stamps, refusals {found['bad'][:3]}"
        raise Failed(f"{server.name} did not hand on all it was given: {said}")
    tokens = load.streams * load.tokens
    return {
        **found,
        "cpu_s": used,
        "cpu_us": 1e6 * used / tokens,
        "per_cpu_s": tokens / used,
        "per_s": tokens / found["seconds"],
    }


def _relay(home: Path, name: str, model_port: int) -> Child:
    command = [sys.executable, "-m", f"benchmarks.servers.{name}", str(model_port)]
    return Child(name, command, log=home / f"{name}.log", core=0)


def _peer(home: Path, name: str, model_port: int) -> Child:
    peer, script = peers.ensure(name), str(SERVERS / SCRIPTS[name])
    program = "node" if name == "node" else str(peer.python)
    environment = {"PYTHONPATH": "", "OPENAI_API_KEY": "none"}
    return Child(
        name,
        [program, script, str(model_port)],
        log=home / f"{name}.log",
        core=0,
        environment=environment,
        cwd=peer.folder,
    )
