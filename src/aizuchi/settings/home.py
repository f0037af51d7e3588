"""The home directory: where an installation keeps its state, and that it can."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aizuchi.errors import ServerError

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the system says while a file is written into a line with its mend."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise ServerError(
                f"{path} cannot be written: the disk is full.", "Free some space and try again."
            ) from None
        raise ServerError(
            f"{path} cannot be written: {error.strerror}.",
            "Give this user the right to write there, or choose another place: AIZUCHI_HOME=/path",
        ) from None


def prepare(home: Path) -> None:
    """Makes the home directory, for this user only, and tries to write in it.

    Raises:
        ServerError: nothing can be kept there.
    """
    with writing(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=home, prefix=".try-") as file:
            file.write(b"aizuchi")
            file.flush()
    keep(home / ".gitignore", "*\n")


def replace(path: Path, text: str) -> None:
    """Writes a file for this user only, whole or not at all."""
    with writing(path):
        new = _written_beside(path, text)
        new.replace(path)


def keep(path: Path, text: str) -> str:
    """The text of a file, written now where there is none; of two at once one is kept."""
    with writing(path):
        if not path.exists():
            new = _written_beside(path, text)
            with suppress(FileExistsError):
                os.link(new, path)
            new.unlink()
        return path.read_text("utf-8")


def _written_beside(path: Path, text: str) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)
