"""A folder as a zip, and a folder's bytecode: of the same files the same bytes, whenever made."""

import subprocess
from collections.abc import Collection
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from aizuchi.errors import DeployError

BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can tell."""

UNIX = 3
READABLE, EXECUTABLE = 0o100644, 0o100755
LEVEL = 9
TASK = "/var/task"
"""Where Lambda unpacks it."""

COMPILE = """
import py_compile, sys
folder, task, *names = sys.argv[1:]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
for name in names:
    py_compile.compile(f"{folder}/{name}", dfile=f"{task}/{name}", doraise=True,
                       invalidation_mode=mode)
"""


def write_zip(folder: Path, path: Path, programs: Collection[str] = ()) -> None:
    """Whoever unpacks it may run the `programs` of it, and read the rest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = {
        each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()
    }
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, BEGINNING)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, UNIX
            entry.external_attr = (EXECUTABLE if name in programs else READABLE) << 16
            archive.writestr(entry, files[name].read_bytes())


def write_bytecode(folder: Path, interpreter: str) -> None:
    """Compiles every module beside itself: without it an import takes twice as long, and Lambda
    cannot keep what it has compiled. Nobody compares it with its source at each start.

    In a process of its own: what bytecode says of shared constants depends on what was compiled
    before, and the order of sets on a random seed.
    """
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.py"))
    done = subprocess.run(  # noqa: S603 - a command of our own making
        [interpreter, "-s", "-S", "-c", COMPILE, str(folder), TASK, *names],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DeployError(
            f"The package cannot be compiled: {said}", f"Look whether {interpreter} runs."
        )
