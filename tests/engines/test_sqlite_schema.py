"""Files of every earlier schema are opened, brought up to date, and never lost on the way."""

import sqlite3
from pathlib import Path

import pytest
from tests.engines.homes import is_intact, looking_into, opener
from tests.engines.write_store import path_of

from aizuchi.answers import Heard, Step, TextDelta, fold
from aizuchi.engines.sqlite import FILE
from aizuchi.engines.sqlite.database import Step as SchemaStep
from aizuchi.engines.sqlite.database import connect, migrate, schema
from aizuchi.errors import StoreTooNew, StoreUnavailable
from aizuchi.history import Exchange
from aizuchi.ports import Engine
from aizuchi.recall import Window
from aizuchi.testing.engine_contract.bench import accept, claim, claim_now, end, message, running
from aizuchi.turns import ANSWER, DELIVER

ANN = "test:home:ann"
VERSIONS = [step.version for step in schema()]
NEXT = VERSIONS[-1] + 1
A_STEP = SchemaStep(NEXT, "ALTER TABLE people ADD COLUMN colour TEXT;\nDROP VIEW remembered;")
A_BAD_STEP = SchemaStep(NEXT, "ALTER TABLE people ADD COLUMN colour TEXT;\nDROP TABLE missing;")


def written_by(version: int, home: Path) -> Path:
    """A home with the file that a schema once left."""
    with looking_into(home) as connection:
        connection.executescript(path_of(version).read_text("utf-8"))
    return home


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return [*connection.iterdump(), f"version {version}"]
    finally:
        connection.close()


def step_by_step(home: Path, *steps: SchemaStep) -> None:
    connection = connect(home / FILE)
    try:
        migrate(connection, home / FILE, [*schema(), *steps])
    finally:
        connection.close()


async def remembers_what_was_said(engine: Engine) -> None:
    asking = message("next", "talk")
    assert list((await engine.memory.recall(asking, "thread", Window(9))).exchanges) == [
        Exchange("question 1", "The first answer."),
        Exchange("日本語で", "はい、相槌です。"),
    ]
    in_the_hall = message("next", "room", place="hall", audience="shared")
    assert list((await engine.memory.recall(in_the_hall, "channel", Window(9))).exchanges) == []
    assert len((await engine.memory.recall(in_the_hall, "thread", Window(9))).exchanges) == 1
    chats = {chat.id: chat.running for chat in await engine.chats.list(ANN)}
    assert chats == {"talk": True, "ending": True}
    assert await engine.chats.read(ANN, "deleted talk") is None


async def goes_on_with_what_was_open(engine: Engine) -> None:
    entries = [line.entry for line in await engine.log.read("6")]
    assert entries == [Heard(), TextDelta("Half an "), Step("s", "look")]
    answering, delivering = await claim_now(engine), await claim_now(engine)
    assert (answering.turn.message.turn_id, answering.work) == ("6", ANSWER)
    assert (delivering.turn.message.turn_id, delivering.work) == ("8", DELIVER)
    assert answering.turn.message.reply_to == {"token": "6"}
    finished = fold(await engine.log.read("8")).finished
    assert finished is not None
    assert finished.text == "Not yet told."
    await end(engine, answering)
    assert (await claim_now(engine)).turn.message.turn_id == "7"


async def lets_people_in(engine: Engine) -> None:
    ticket = await engine.tickets.make("ann", "")
    assert await engine.tickets.use(ticket, "") == "ann"


async def knows_what_came(engine: Engine) -> None:
    for turn_id in ("1", "4", "7"):
        await accept(engine, message(turn_id, "any talk"))
    assert await claim(engine) is None


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_file_of_every_schema_is_opened(version: int, tmp_path: Path) -> None:
    async with running(opener(written_by(version, tmp_path))) as engine:
        await remembers_what_was_said(engine)
        await goes_on_with_what_was_open(engine)
        await lets_people_in(engine)
        await knows_what_came(engine)
    assert is_intact(tmp_path)


def test_the_newest_file_is_what_the_newest_schema_makes(tmp_path: Path) -> None:
    kept, made = tmp_path / "kept", tmp_path / "made"
    for home in (kept, made):
        home.mkdir()
    step_by_step(made)
    written_by(VERSIONS[-1], kept)
    tables = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    with looking_into(kept) as old, looking_into(made) as new:
        assert old.execute(tables).fetchall() == new.execute(tables).fetchall()


def test_a_new_step_is_taken_and_the_old_file_kept(tmp_path: Path) -> None:
    written_by(VERSIONS[-1], tmp_path)
    before = dump(tmp_path / FILE)
    step_by_step(tmp_path, A_STEP)
    with looking_into(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (NEXT,)
        assert connection.execute("SELECT count(colour), count(*) FROM people").fetchone() == (0, 3)
    assert dump(tmp_path / f"{FILE}.schema-{VERSIONS[-1]}") == before


def test_what_lies_in_the_log_is_in_the_copy(tmp_path: Path) -> None:
    written_by(VERSIONS[-1], tmp_path)
    connection = connect(tmp_path / FILE)
    connection.execute("INSERT INTO people (key) VALUES ('late')")
    migrate(connection, tmp_path / FILE, [*schema(), A_STEP])
    connection.close()
    copy = dump(tmp_path / f"{FILE}.schema-{VERSIONS[-1]}")
    assert any("'late'" in line for line in copy)


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    written_by(VERSIONS[-1], tmp_path)
    before = dump(tmp_path / FILE)
    with pytest.raises(sqlite3.Error, match="missing"):
        step_by_step(tmp_path, A_BAD_STEP)
    assert dump(tmp_path / FILE) == before
    step_by_step(tmp_path)


def test_without_a_copy_no_step_is_taken(tmp_path: Path) -> None:
    written_by(VERSIONS[-1], tmp_path)
    before = dump(tmp_path / FILE)
    (tmp_path / f"{FILE}.schema-{VERSIONS[-1]}").mkdir()
    with pytest.raises(StoreUnavailable, match="for want of a copy"):
        step_by_step(tmp_path, A_STEP)
    assert dump(tmp_path / FILE) == before
    assert not list(tmp_path.glob("*.part"))


async def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    step_by_step(tmp_path, A_STEP)
    before = dump(tmp_path / FILE)
    with pytest.raises(StoreTooNew, match=f"schema {NEXT}"):
        async with opener(tmp_path)():
            pass
    assert dump(tmp_path / FILE) == before
