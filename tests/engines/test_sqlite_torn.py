"""A write-ahead log that is cut or damaged anywhere: the file is intact and holds a beginning."""

import random
import shutil
from pathlib import Path

import pytest
from tests.engines.homes import accepted, is_intact, opener

from aizuchi.engines.sqlite import FILE
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import accept, claim_now, message, running

WAL = f"{FILE}-wal"
MESSAGES = 40
CUTS = 300


async def written(home: Path) -> None:
    """A store as it lies on the disk while nothing has been moved out of its log."""
    for folder in ("open", "torn"):
        (home / folder).mkdir()
    async with running(opener(home / "open")) as engine:
        for number in range(MESSAGES):
            await accept(engine, message(f"{number}", f"talk {number % 7}"))
        for name in (FILE, WAL):
            shutil.copy(home / "open" / name, home / "torn" / name)


async def one_more(home: Path) -> None:
    async with running(opener(home)) as engine:
        await accept(engine, message("one more", "another talk"))
        await claim_now(engine)


def damaged(log: bytes, chance: random.Random) -> bytes:
    """A log that ends early, or in which one bit is another."""
    place = chance.randrange(len(log))
    if chance.random() < 0.5:
        return log[:place]
    return log[:place] + bytes([log[place] ^ 1 << chance.randrange(8)]) + log[place + 1 :]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("store")
    virtual_time.run(written(home))
    return home / "torn"


def test_whatever_is_torn_a_beginning_is_kept(store: Path, tmp_path: Path) -> None:
    chance, log = random.Random(7), (store / WAL).read_bytes()
    order = [f"{number}" for number in range(MESSAGES)]
    kept = set()
    for cut in range(CUTS):
        home = tmp_path / f"{cut}"
        home.mkdir()
        shutil.copy(store / FILE, home / FILE)
        (home / WAL).write_bytes(damaged(log, chance))
        virtual_time.run(one_more(home))
        found = accepted(home)
        assert is_intact(home)
        assert found[:-1] == order[: len(found) - 1]
        assert found[-1] == "one more"
        kept.add(len(found))
        shutil.rmtree(home)
    assert len(kept) > MESSAGES / 2, "the cuts fell on few places"
