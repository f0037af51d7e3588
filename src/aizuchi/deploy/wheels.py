"""The packages of others that a function needs, for its processor, by this machine's own pip."""

import subprocess
from pathlib import Path
from zipfile import ZipFile

from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.models.pip_command import explain, find_pip

FETCH_WITHIN_S = 300.0
OPTIONS = (
    *("--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
    *("--no-input", "--disable-pip-version-check", "--implementation", "cp"),
)


def fetch(target: Target, lock: Path, folder: Path) -> None:
    """Downloads what the lock names into a folder, its hashes checked.

    Raises:
        DeployError: why that cannot be, and what to do.
    """
    pip = find_pip()
    if pip is None:
        raise DeployError("There is no pip here.", "Install it (apt install python3-pip).")
    platforms = [part for each in target.platforms for part in ("--platform", each)]
    where = ["--python-version", target.python, "--dest", str(folder), "--requirement", str(lock)]
    done = subprocess.run(  # noqa: S603 - a command of our own making
        [*pip, "download", *OPTIONS, *platforms, *where],
        capture_output=True,
        check=False,
        text=True,
        timeout=FETCH_WITHIN_S,
    )
    if done.returncode:
        why, mend = explain(done.stdout + done.stderr)
        raise DeployError(
            f"Packages for {target.arch}, Python {target.python}, cannot be had: {why}.",
            f"{mend}.",
        )


def unpack(wheels: Path, folder: Path) -> None:
    for wheel in sorted(wheels.glob("*.whl")):
        with ZipFile(wheel) as archive:
            archive.extractall(folder)
