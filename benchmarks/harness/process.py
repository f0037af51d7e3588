"""A program that is measured: started, told apart by its CPU time and memory, ended."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60.0
END_WITHIN_S = 10.0
LOAD_WITHIN_S = 300.0


class Failed(Exception):
    """A measured program did not start or did not do its work."""


class Child:
    """A program that says `ready <port>` when it may be used; its own words go to a log."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        core: int | None = None,
        environment: Mapping[str, str] = {},
        cwd: Path = ROOT,
    ) -> None:
        self.name = name
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        self.pid = self._process.pid
        pin(self.pid, core)
        self.port = 0

    def __enter__(self) -> Self:
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def cpu_s(self) -> float:
        """The CPU time of all its threads so far, in seconds."""
        return cpu_s(self.pid)

    def resident_mb(self) -> float:
        return resident_mb(self.pid)

    def end(self) -> None:
        """Ends it and all that it started."""
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self._process.wait(END_WITHIN_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self._process.wait()
        self._log.close()

    def kill(self) -> None:
        """Takes it and all that it started away at once."""
        os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        assert self._process.stdout
        while time.monotonic() < deadline:
            line = self._process.stdout.readline().decode()
            if not line:
                break
            if line.startswith("ready "):
                self.port = int(line.split()[1])
                return
        said = Path(self._log.name).read_text("utf-8", "replace").strip()[-2000:]
        raise Failed(f"{self.name} did not start:\n{said}")


def run_load(module: str, *arguments: object, core: int | None = None) -> dict[str, Any]:
    """What a client of ours measured: its one line of JSON."""
    from sys import executable

    command = [executable, "-m", f"benchmarks.clients.{module}", *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        pin(process.pid, core)
        output, _ = process.communicate(timeout=LOAD_WITHIN_S)
    if process.returncode:
        raise Failed(f"the client {module} failed with exit code {process.returncode}")
    measured: dict[str, Any] = json.loads(output)
    return measured


def pin(pid: int, core: int | None) -> None:
    """Keeps a process on one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    if core is not None and len(cores) > 1:
        os.sched_setaffinity(pid, {cores[core % len(cores)]})


def cpu_s(pid: int) -> float:
    """User and system time of a process, threads that have ended included, to the nanosecond."""
    return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) makes of a pid


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
