"""ministack, another fake AWS with which the tests compare ours: installed once, in .venv.

It pins the version of botocore, so it has an environment of its own in there.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import package_index
from setup import REQUIREMENTS, VENV, base_python, digest, read, run

LOCK = REQUIREMENTS / "ministack.txt"
OWN = VENV / "ministack"
INSTALLED = OWN / "installed"


def program() -> Path:
    """The command that serves it; installs it if need be.

    Raises SetupFailed where it is not to be had.
    """
    if read(INSTALLED) != digest(LOCK):
        install()
    return OWN / "bin" / "ministack"


def install() -> None:
    shutil.rmtree(OWN, ignore_errors=True)
    try:
        subprocess.run(
            [base_python(), "-m", "venv", "--without-pip", str(OWN)], check=True, timeout=60
        )
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(OWN / "bin" / "python")]
        run([*uv, "--require-hashes", "-r", str(LOCK)])
    except (OSError, subprocess.SubprocessError) as failure:
        raise package_index.SetupFailed(f"No environment for ministack: {failure}") from failure
    INSTALLED.write_text(digest(LOCK))
