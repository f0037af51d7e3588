"""Target 11, R11 and a worker's import: how soon it says something, how little it takes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.harness import command
from benchmarks.harness.home import TOKEN, environment, folder, write_settings
from benchmarks.harness.process import Failed, resident_mb, run_load
from benchmarks.harness.report import Report, Row, at_most, shown, skipped
from benchmarks.harness.rounds import Measure, Rounds, interleaved
from benchmarks.harness.streaming import model

HELP, EDGE, NOTHING = "aizuchi --help", "import aizuchi.edge", "pass"
WORKER = "import of a worker"
OF_A_WORKER = "import aizuchi.app, aizuchi.engines.sqlite, aizuchi.models.opening"
"""What works on messages, without the web server before it."""
CHAINLIT = "chainlit --help"
END_WITHIN_S = 15.0
TOKENS = 50


def run(quick: bool) -> Report:
    rounds = 2 if quick else 15
    missing: dict[str, str] = {}
    with folder() as home, model(home, TOKENS, 0) as asked:
        commands = interleaved(_commands(home, missing), rounds, warm=True)
        write_settings(home, "openai:bench", asked.port)
        serving = interleaved({"serve": partial(_serve, home)}, rounds // 2, warm=True)
    return Report(
        "startup",
        [*_of_commands(commands, missing), *_of_serving(serving)],
        peers={} if missing else peers.versions("chainlit"),
        notes=[
            f"medians of {rounds} interleaved rounds after one to warm up; the server has a remote "
            "model, and its memory is read after it has answered a question"
        ],
        rounds={"commands": commands.measured, "serving": serving.measured},
    )


def _commands(home: Path, missing: dict[str, str]) -> dict[str, Measure]:
    own = str(Path(sys.executable).with_name("aizuchi"))
    programs = {
        HELP: [own, "--help"],
        EDGE: [sys.executable, "-c", "import aizuchi.edge"],
        WORKER: [sys.executable, "-c", OF_A_WORKER],
        NOTHING: [sys.executable, "-c", "pass"],
    }
    try:
        programs[CHAINLIT] = [str(peers.ensure("chainlit").python), "-m", "chainlit", "--help"]
    except peers.Missing as reason:
        missing[CHAINLIT] = str(reason)
    return {
        name: partial(command.timed, program, environment(home), home)
        for name, program in programs.items()
    }


def _serve(home: Path) -> Mapping[str, Any]:
    """One start of `aizuchi serve` to ready, one question to it, its memory, its end."""
    port = command.free_port()
    began = time.perf_counter()
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("aizuchi")), "serve"],
        cwd=home,
        env={**os.environ, **environment(home), "AIZUCHI_PORT": str(port)},
        stdout=subprocess.DEVNULL,
    ) as server:
        try:
            command.wait_until_ready(port)
            ready = time.perf_counter() - began
            idle = resident_mb(server.pid)
            _ask_once(port)
            return {
                "ready_s": ready,
                "idle_mb": idle,
                "resident_mb": resident_mb(server.pid),
            }
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(END_WITHIN_S)


def _ask_once(port: int) -> None:
    found = run_load("streams", port, 1, 0, TOKEN, f"{time.time_ns():x}")
    if found["bad"] or found["stamps"] < TOKENS // 10:
        raise Failed(f"the server did not answer: {json.dumps(found)}")


def _of_commands(found: Rounds, missing: Mapping[str, str]) -> list[Row]:
    edge = found.difference(EDGE, NOTHING, "wall_ms")
    edge_cpu = found.difference(EDGE, NOTHING, "cpu_ms")
    rows = [
        at_most(f"{HELP}, by the clock", found.median(HELP, "wall_ms"), "ms", 200),
        shown(f"{HELP}, CPU", found.median(HELP, "cpu_ms"), "ms"),
        shown("python -c pass, by the clock", found.median(NOTHING, "wall_ms"), "ms"),
        at_most(f"{EDGE}, over the interpreter, by the clock", edge, "ms", 60),
        shown(f"{EDGE}, over the interpreter, CPU", edge_cpu, "ms"),
        at_most(f"{WORKER}, interpreter included, CPU", found.median(WORKER, "cpu_ms"), "ms", 350),
    ]
    if CHAINLIT in missing:
        return [*rows, skipped(CHAINLIT, missing[CHAINLIT])]
    return [*rows, shown(f"{CHAINLIT}, by the clock", found.median(CHAINLIT, "wall_ms"), "ms")]


def _of_serving(found: Rounds) -> list[Row]:
    return [
        at_most("aizuchi serve to ready", found.median("serve", "ready_s"), "s", 1.0),
        shown("aizuchi serve to ready, slowest", found.worst("serve", "ready_s"), "s"),
        shown("resident when ready", found.median("serve", "idle_mb"), "MB"),
        at_most("resident after an answer", found.median("serve", "resident_mb"), "MB", 80),
    ]
