"""The file: one process holds it, one connection writes it, its schema is brought up to date."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from aizuchi.errors import StoreInUse, StoreTooNew, StoreUnavailable

FILE = "aizuchi.db"
BUSY_TIMEOUT_S = 5.0


class Step(NamedTuple):
    """What brings the schema to a version."""

    version: int
    sql: str


def connect(path: Path) -> sqlite3.Connection:
    """The writing connection: WAL, and every commit on the disk before it returns.

    It is the only one that writes or checkpoints: SQLite before 3.51.3 can corrupt a WAL file
    that several connections reset at once.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for pragma in (
        "auto_vacuum = INCREMENTAL",
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "cache_size = -4096",
        "journal_size_limit = 4194304",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def tidy(connection: sqlite3.Connection) -> None:
    """Empties the write-ahead log into the file, so that nothing deleted lingers there; whoever
    reads at the moment is not waited for."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000:.0f}")


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, so it never checkpoints."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -2048")
    return connection


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Holds the file for this process; the kernel lets go of it when the process dies."""
    handle = _made_for_this_user(path.with_name(f"{path.name}.lock"))
    try:
        _take(handle, path)
        os.close(_made_for_this_user(path))
        yield
    finally:
        os.close(handle)


def _take(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreInUse(
            f"{path} is in use by another aizuchi.",
            "Stop that one first, or choose another folder with AIZUCHI_HOME.",
        ) from None


def _made_for_this_user(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be written: {error.strerror}.",
            "Give this user the right to write there, or choose another folder with AIZUCHI_HOME.",
        ) from error


def schema() -> Sequence[Step]:
    """Every step that the schema has made so far."""
    return sorted(
        Step(int(step.name.split(".")[0]), step.read_text("utf-8"))
        for step in (files(__package__) / "schema").iterdir()
    )


def migrate(connection: sqlite3.Connection, path: Path, steps: Sequence[Step]) -> None:
    """Brings the schema up to date in one transaction, with a copy of the old file kept.

    Raises:
        StoreTooNew: the file has taken steps that are not known here.
        StoreUnavailable: no copy can be kept; the file is as it was.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = steps[-1].version
    if version > newest:
        raise StoreTooNew(
            f"{path} was written by a newer aizuchi (schema {version}, this one knows {newest}).",
            "Install that version again, or choose another folder with AIZUCHI_HOME.",
        )
    pending = [step for step in steps if step.version > version]
    if pending and version:
        _keep_copy(connection, path, version)
    if pending:
        script = "".join(f"{sql}\nPRAGMA user_version = {number};\n" for number, sql in pending)
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}COMMIT;")


def copies_of(connection: sqlite3.Connection) -> Sequence[Path]:
    """The files that earlier schemas left beside the one that is open."""
    path = Path(connection.execute("PRAGMA database_list").fetchone()["file"])
    return sorted(path.parent.glob(f"{path.name}.schema-*"))


def _keep_copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """The file as it was, beside it: whole or not at all."""
    copy = path.with_name(f"{path.name}.schema-{version}")
    unfinished = copy.with_name(copy.name + ".part")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        shutil.copyfile(path, unfinished)  # its time is that of the copying: it lives a week
        shutil.copymode(path, unfinished)
        unfinished.replace(copy)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StoreUnavailable(
            f"{path} cannot be brought up to date, for want of a copy: {error.strerror}.",
            "Free as much space as the file takes, and start again.",
        ) from error
