"""Real processes on one file: one at a time, killed while they write, on a disk without room."""

import os
import random
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engines.homes import accepted, is_intact, opener, process

from aizuchi.engines.sqlite import FILE
from aizuchi.errors import StoreInUse
from aizuchi.testing.engine_contract.bench import accept, message

ROUNDS = 6


def lines(task: str, home: Path) -> list[str]:
    """What a process says until it ends by itself."""
    with process(task, home) as running:
        said, _ = running.communicate(timeout=60)
    return said.splitlines()


def said_before_it_is_killed(home: Path, count: int) -> list[str]:
    """The messages that a process has acknowledged by the time it is killed."""
    with process("accept_for_ever", home) as running:
        assert running.stdout
        said = [running.stdout.readline() for _ in range(count)]
        running.kill()
        rest, _ = running.communicate()
    whole = [line for line in [*said, *rest.splitlines(keepends=True)] if line.endswith("\n")]
    return [line.strip() for line in whole]


def modes_in(home: Path) -> list[int]:
    return [stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()]


def test_every_acknowledged_message_survives_a_kill(tmp_path: Path) -> None:
    chance = random.Random(1)
    acknowledged: list[str] = []
    for _ in range(ROUNDS):
        acknowledged += said_before_it_is_killed(tmp_path, chance.randrange(20, 600))
        assert is_intact(tmp_path)
        stored = accepted(tmp_path)
        assert set(acknowledged) <= set(stored)
        assert len(stored) == len(set(stored))


def test_a_second_process_is_turned_away_at_once(tmp_path: Path) -> None:
    with process("hold", tmp_path) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        code, line = lines("open_once", tmp_path)
        holder.kill()
    assert code == StoreInUse.code
    assert FILE in line


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    with process("hold", tmp_path) as holder:
        assert holder.stdout
        holder.stdout.readline()
        holder.kill()
    assert lines("open_once", tmp_path) == ["opened"]


async def test_a_store_is_held_once_within_a_process_too(tmp_path: Path) -> None:
    async with opener(tmp_path)():
        with pytest.raises(StoreInUse):
            async with opener(tmp_path)():
                pass


def test_without_room_nothing_is_acknowledged_that_is_not_stored(tmp_path: Path) -> None:
    said = lines("fill_the_disk", tmp_path)
    assert said[-11] == "full"
    assert said[-1] == "after-9"
    assert is_intact(tmp_path)
    assert accepted(tmp_path) == [line for line in said if line != "full"]


@pytest.fixture
def sealed_home() -> Iterator[Path]:
    """A home that nobody may write in; outside of pytest's own, which only its user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IRGRP | stat.S_IXGRP | stat.S_IXOTH)
        yield home
        home.chmod(stat.S_IRWXU)


def test_a_home_that_cannot_be_written_is_told_with_its_mend(sealed_home: Path) -> None:
    code, line = lines("open_as_nobody", sealed_home)
    assert code == "store_unavailable"
    assert str(sealed_home) in line
    assert "AIZUCHI_HOME" in line


def test_a_file_that_cannot_be_written_is_told_with_its_mend(sealed_home: Path) -> None:
    sealed_home.chmod(stat.S_IRWXU)
    assert lines("open_once", sealed_home) == ["opened"]
    (sealed_home / f"{FILE}.lock").chmod(0o666)
    (sealed_home / FILE).chmod(0o444)
    sealed_home.chmod(0o777)
    code, line = lines("open_as_nobody", sealed_home)
    assert code == "store_unavailable"
    assert "AIZUCHI_HOME" in line


async def test_a_home_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Exception, match="cannot be written") as told:
        async with opener(tmp_path / "file")():
            pass
    assert "AIZUCHI_HOME" in str(told.value)


async def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(os.urandom(5_000))
    with pytest.raises(Exception, match="not a database") as told:
        async with opener(tmp_path)():
            pass
    assert "AIZUCHI_HOME" in str(told.value)


async def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    async with opener(tmp_path)() as engine:
        await accept(engine, message("1"))
        modes = modes_in(tmp_path)
    assert modes == [stat.S_IRUSR | stat.S_IWUSR] * 4
