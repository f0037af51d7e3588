"""Finds the pip of this machine, which knows how this machine gets its packages."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

SYSTEM_WHEELS = Path("/usr/share/python-wheels")  # Debian and Fedora keep pip's wheel there
LOOK_WITHIN_S = 20.0

# What pip says → what we say: what happened, and the mend.
SIGNS = {
    r"No space left": ("the disk is full", "Free about 500 MB"),
    r"Permission denied|Read-only file system": (
        "something cannot be written ({said})",
        "Give this user the right to write there",
    ),
    r"\b40[13]\b|User for ": (
        "the package index wants a user name and password",
        "Write them where pip is configured",
    ),
    r"(?i)certificate": (
        "the package index showed a certificate that is not trusted",
        "Name your organisation's certificates with PIP_CERT=/path/to/ca.pem",
    ),
    r"DO NOT MATCH THE HASHES": (
        "the package index has a file that is not the one we know",
        "Do not install it; clear that index's cache, or use another",
    ),
    r"(?i)max retries|connect|name resolution|timed? ?out|proxy": (
        "the package index cannot be reached",
        "Check the network and HTTPS_PROXY, or name an index with PIP_INDEX_URL",
    ),
    r"(?i)no matching distribution|from versions": (
        "the package index does not have it for this machine, or did not answer",
        "Check the network, or name an index that has it with PIP_INDEX_URL",
    ),
}


def find_pip() -> list[str] | None:
    """A command that is pip; None where there is none."""
    return next(filter(_works, _candidates()), None)


def _candidates() -> Iterator[list[str]]:
    if find_spec("pip"):
        yield [sys.executable, "-m", "pip"]
    yield [str(Path(sys.executable).resolve()), "-m", "pip"]
    ensurepip = find_spec("ensurepip")
    folders = [Path(ensurepip.origin).parent] if ensurepip and ensurepip.origin else []
    for folder in [*folders, SYSTEM_WHEELS, Path(sys.prefix) / "pip"]:
        for wheel in sorted(folder.rglob("pip-*.whl"), reverse=True):
            yield [sys.executable, f"{wheel}/pip"]


def _works(command: list[str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603 - a command of our own making
            [*command, "--version"], capture_output=True, check=False, timeout=LOOK_WITHIN_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def explain(output: str) -> tuple[str, str]:
    """Why pip failed, from all it said, and the mend."""
    lines = re.sub(r"://[^@/\s]+@", "://", output).strip().splitlines() or ["it said nothing"]
    errors = [line for line in lines if line.startswith("ERROR")] or lines
    said = errors[-1].removeprefix("ERROR:").strip()
    for sign, (why, mend) in SIGNS.items():
        if re.search(sign, output):
            return why.format(said=said), mend
    return f"pip failed ({said})", "Mend that"
