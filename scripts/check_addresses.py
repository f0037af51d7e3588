"""Fails where a file of the project names a package registry's host or a place on one machine.

Addresses belong to the machine that installs: a lock or a document that names one would send
every user there. The names are put together here, so that this file does not find itself.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HOSTS = (
    *(("pypi", "org"), ("pythonhosted", "org"), ("pypi", "python"), ("anaconda", "org")),
    *(("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("jsr", "io"), ("unpkg", "com")),
    *(("deb", "debian"), ("security", "debian"), ("ftp", "debian"), ("archive", "ubuntu")),
    *(("crates", "io"), ("rubygems", "org"), ("proxy", "golang"), ("docker", "io"), ("ghcr", "io")),
)
FOLDERS = ("work/", "root/", "opt/pypi", "opt/wheels")

HOST = "|".join(rf"{re.escape(name)}\.{re.escape(domain)}\b" for name, domain in HOSTS)
FOLDER = rf"(?<![\w.~$}}-])/(?:{'|'.join(FOLDERS)})"
FORBIDDEN = re.compile(rf"{HOST}|{FOLDER}".encode(), re.IGNORECASE)


def main() -> int:
    found = [line for file in files() for line in addresses_in(file)]
    for line in found:
        print(line)
    return 1 if found else 0


def files() -> list[Path]:
    """What git knows or would add; what it ignores is not the project's."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    paths = (ROOT / name for name in listing.split("\0") if name)
    return [path for path in paths if path.is_file()]


def addresses_in(file: Path) -> Iterator[str]:
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        for match in FORBIDDEN.finditer(line):
            address = match[0].decode()
            yield f"{file.relative_to(ROOT)}:{number}: {address!r} belongs to a machine, not here"


if __name__ == "__main__":
    sys.exit(main())
