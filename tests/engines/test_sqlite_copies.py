"""The files that earlier schemas left forget with the store, and live a week."""

import shutil
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from tests.engines.test_sqlite_schema import VERSIONS, written_by

from aizuchi.answers import Finished, ToolCall, ToolsCalled
from aizuchi.cleaning import DAY_S, due_at
from aizuchi.consent import consent_for
from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.engines.sqlite.database import connect
from aizuchi.engines.sqlite.retention import SqliteCleaner
from aizuchi.engines.sqlite.writer import Inline
from aizuchi.ports import Engine, Retention, Settlement
from aizuchi.testing.engine_contract.bench import OpenEngine, accept, message, running

EARLIER = VERSIONS[:-1]
OF_ANN = ("question 1", "The first answer.", "日本語で", "question 6", "Half an ", "Not yet told.")
SUMMARY, WITH_SUMMARIES = "They greeted each other.", 3
OF_BOB = ("question 5", "In the hall.")


def today(home: Path) -> OpenEngine:
    """The engine of a home by the clock that files have their times from."""
    return partial(open_engine, home, clock=time.time, threads=False)


async def forget_ann(engine: Engine) -> None:
    await accept(engine, message("wish", "wishing", text="forget me"))
    while (taken := await engine.queue.claim()).turn.message.turn_id != "wish":
        continue
    await engine.log.append(taken, [Finished("answered", "", "Done.")])
    await engine.queue.settle(taken, Settlement("answered", forget_person=True))


@pytest.mark.parametrize("version", EARLIER)
async def test_who_is_forgotten_is_forgotten_in_the_copy_too(version: int, tmp_path: Path) -> None:
    written_by(version, tmp_path)
    copy = tmp_path / f"{FILE}.schema-{version}"
    async with running(today(tmp_path)) as engine:
        before, born = copy.read_bytes(), copy.stat().st_mtime
        await forget_ann(engine)
    after = copy.read_bytes()
    of_ann = (*OF_ANN, *([SUMMARY] if version >= WITH_SUMMARIES else []))
    assert all(text.encode() in before for text in (*of_ann, *OF_BOB))
    assert [text for text in of_ann if text.encode() in after] == []
    assert all(text.encode() in after for text in OF_BOB)
    assert copy.stat().st_mtime == born
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_question_that_waited_is_forgotten_in_the_copy_too(tmp_path: Path) -> None:
    async with running(today(tmp_path)) as engine:
        await accept(engine, message("1", "talk", text="Delete the old letters"))
        taken = await engine.queue.claim()
        wanted = ToolCall("a", "delete", '{"what": "old letters"}')
        consent = consent_for("1", "ann", [wanted], time.time() + DAY_S)
        asks = Finished("asks", "", "May I?", "may_i", consent=consent)
        await engine.log.append(taken, [ToolsCalled(1, "", (wanted,)), asks])
        await engine.queue.settle(taken, Settlement("asks"))
    copy = tmp_path / f"{FILE}.schema-{EARLIER[-1]}"
    shutil.copy(tmp_path / FILE, copy)
    assert b"old letters" in copy.read_bytes()
    async with running(today(tmp_path)) as engine:
        await forget_ann(engine)
    assert b"old letters" not in copy.read_bytes()


async def test_a_copy_that_cannot_be_written_goes_as_a_whole(tmp_path: Path) -> None:
    written_by(EARLIER[-1], tmp_path)
    copy = tmp_path / f"{FILE}.schema-{EARLIER[-1]}"
    async with running(today(tmp_path)) as engine:
        copy.write_bytes(b"not a store, but question 1 stands in it")
        await forget_ann(engine)
    assert not copy.exists()


async def test_a_copy_lives_a_week(tmp_path: Path) -> None:
    written_by(EARLIER[-1], tmp_path)
    copy = tmp_path / f"{FILE}.schema-{EARLIER[-1]}"
    async with running(today(tmp_path)):
        pass
    made = copy.stat().st_mtime
    assert abs(made - time.time()) < DAY_S
    with closing(connect(tmp_path / FILE)) as connection:
        cleaner = SqliteCleaner(Inline(connection), Inline(connection))
        await cleaner.purge(due_at(made + 6.9 * DAY_S, Retention()))
        assert copy.exists()
        await cleaner.purge(due_at(made + 7.1 * DAY_S, Retention()))
    assert not copy.exists()
