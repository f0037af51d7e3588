"""Programs that run to their end, and a server that is waited for."""

import os
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.harness.process import Failed

POLL_S = 0.005
READY_WITHIN_S = 30.0
PROBE = b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"


def timed(command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> dict[str, float]:
    """How long a program takes, by the clock and of the processor; it has to end well."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    ended = time.perf_counter()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command[-2:])} failed with exit code {process.returncode}")
    return {"wall_ms": 1000 * (ended - began), "cpu_ms": 1000 * (used.ru_utime + used.ru_stime)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int) -> None:
    """Returns when a server says that it is ready."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            if b" 200 " in ask(port, PROBE)[:20]:
                return
        time.sleep(POLL_S)
    raise Failed(f"the server was not ready within {READY_WITHIN_S:.0f} s")


def ask(port: int, request: bytes) -> bytes:
    """All that a server answers to a request."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=READY_WITHIN_S) as connection:
        connection.sendall(request)
        while data := connection.recv(65_536):
            answer += data
    return answer
