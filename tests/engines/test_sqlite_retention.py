"""What goes when: pieces after ten minutes, texts and identities when their time is up, and what
a person deletes at once and for good."""

import asyncio
import itertools
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from tests.engines.homes import accepted, answered, looking_into, opener

from aizuchi.answers import (
    BEGINNING,
    Entry,
    Finished,
    Logged,
    Position,
    Restarted,
    Shown,
    Step,
    TextDelta,
    fold,
)
from aizuchi.cleaning import DAY_S, Due, due_at
from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.engines.sqlite.database import connect
from aizuchi.engines.sqlite.retention import SqliteCleaner
from aizuchi.engines.sqlite.writer import Inline
from aizuchi.ports import Engine, Retention, Settlement
from aizuchi.recall import Window
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import accept, claim, claim_now, message, running

TEN_MINUTES_S = 600
TEXT = "It is the small word that says: I am listening. 相槌"
MADE: list[Entry] = [Step("s", "look"), Step("s", "look", "done"), Shown(1, "ref-1")]
ANN = "test:home:ann"
CANARY = "canary-7e1f"


async def tail(engine: Engine, after: Position = BEGINNING) -> list[Logged]:
    return [line async for group in engine.log.follow("1", after) for line in group]


def text_of(log: list[Logged]) -> str:
    return "".join(line.entry.text for line in log if isinstance(line.entry, TextDelta))


async def collapse() -> None:
    """Waits until answers that are settled now are one row each."""
    await asyncio.sleep(TEN_MINUTES_S + 61)


async def test_a_collapsed_answer_reads_as_before(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        await answered(engine, "1", "talk", text=TEXT, made=MADE)
        before = fold(await engine.log.read("1"))
        seen = await tail(engine)
        await collapse()
        after = fold(await engine.log.read("1"))
        seen_later = await tail(engine)
    assert after == before
    assert after.shown == (Shown(1, "ref-1"),)
    assert text_of(seen_later) == text_of(seen) == TEXT
    assert seen_later[-1].position == seen[-1].position
    assert not any(isinstance(line.entry, Restarted) for line in seen_later)


async def test_who_comes_back_to_a_collapsed_answer_gets_all_of_it(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        await answered(engine, "1", "talk", text=TEXT, made=MADE)
        whole = await tail(engine)
        await collapse()
        for line in whole[1:-1]:
            rest = await tail(engine, line.position)
            said = [each.entry for each in rest if not isinstance(each.entry, Shown)]
            step = Step("s", "look", "done")
            assert said == [Restarted(), step, TextDelta(TEXT), Finished("answered", TEXT)]
        assert await tail(engine, whole[-1].position) == []


async def test_who_saw_text_of_an_answer_that_failed_loses_it_on_the_way_back(
    tmp_path: Path,
) -> None:
    async with running(opener(tmp_path)) as engine:
        await accept(engine, message("1"))
        await engine.log.append(await claim_now(engine), [TextDelta("half an ans")])
        taken = await claim(engine, within_s=60)
        assert taken is not None
        end = Finished("failed", "", "Nothing came of it.")
        await engine.log.append(taken, [Restarted()])
        await engine.log.append(taken, [end])
        await engine.queue.settle(taken, Settlement("failed"))
        await collapse()
        rest = await tail(engine, Position(1, 1))
    assert [line.entry for line in rest] == [Restarted(), end]


async def test_a_collapsed_answer_is_one_row(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        for number in range(250):
            await answered(engine, f"{number}", f"talk {number}", text=TEXT, made=MADE)
        await collapse()
    with looking_into(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM entries").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM said").fetchone() == (250,)


async def test_what_is_still_answered_does_not_collapse(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await engine.log.append(taken, MADE)
        await collapse()
        assert [line.entry for line in await engine.log.read("1")][1:] == MADE


async def test_room_that_is_free_goes_back_to_the_disk(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        for number in range(100):
            await answered(engine, f"{number}", f"talk {number}", text=TEXT * 60, made=MADE)
        await collapse()
        with looking_into(tmp_path) as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    assert free < pages / 10


async def test_texts_go_when_their_days_are_over(tmp_path: Path) -> None:
    kept = Retention(text_days=0.5, ids_days=30)
    keeping = partial(
        open_engine, tmp_path, retention=kept, clock=virtual_time.clock, threads=False
    )
    async with running(keeping) as engine:
        await answered(engine, "1", "old talk", text=TEXT)
        await asyncio.sleep(0.4 * DAY_S)
        await answered(engine, "2", "new talk", text=TEXT)
        await asyncio.sleep(0.2 * DAY_S)
        assert [chat.id for chat in await engine.chats.list(ANN)] == ["new talk"]
        assert await engine.chats.read(ANN, "old talk") is None
        assert list(await engine.log.read("1")) == []
        assert [
            one.question
            for one in (await engine.memory.recall(message("3"), "user", Window(9))).exchanges
        ] == ["question 2"]
        await accept(engine, message("1", "old talk"))
        assert await claim(engine) is None, "a redelivery was answered again"
    with looking_into(tmp_path) as connection:
        assert connection.execute("SELECT key FROM places").fetchall() == [("new talk",)]


async def test_identities_go_when_theirs_are(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        for number in ("1", "2", "3"):
            await answered(engine, number, f"talk {number}", text=TEXT)
        await engine.chats.delete(ANN, "talk 1")
        await engine.chats.delete(ANN, "talk 3")
    writing = connect(tmp_path / FILE)
    cleaner, now = SqliteCleaner(Inline(writing), Inline(writing)), virtual_time.clock()
    await cleaner.purge(due_at(now + 6.9 * DAY_S, Retention(ids_days=1)))
    assert accepted(tmp_path) == ["1", "2", "3"]
    await cleaner.purge(due_at(now + 7.1 * DAY_S, Retention(ids_days=1)))
    writing.close()
    assert accepted(tmp_path) == ["2", "3"], "the last one holds the place of the next"


async def test_a_place_in_the_order_is_never_given_twice(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        await answered(engine, "1", "talk", text=TEXT)
        await engine.chats.delete(ANN, "talk")
    writing = connect(tmp_path / FILE)
    cleaner = SqliteCleaner(Inline(writing), Inline(writing))
    await cleaner.purge(Due(texts=0, ids=virtual_time.clock() + DAY_S, usage="2000-01-01"))
    writing.close()
    async with running(opener(tmp_path)) as engine:
        await accept(engine, message("2"))
        assert (await claim_now(engine)).turn.seq == 2


def places_of(canary: str, home: Path) -> list[str]:
    """The files of a home in which a text is to be found."""
    return [file.name for file in home.iterdir() if canary.encode() in file.read_bytes()]


@pytest.mark.parametrize("collapsed", [False, True])
async def test_what_is_deleted_is_nowhere_in_the_file(tmp_path: Path, collapsed: bool) -> None:
    async with running(opener(tmp_path)) as engine:
        for number in range(20):
            said = message(f"{number}", f"talk {number}", text=f"{CANARY} asked")
            await accept(engine, said._replace(reply_to={"token": f"{CANARY} token"}))
            taken = await claim_now(engine)
            await engine.log.append(taken, [TextDelta(f"{CANARY} answered")])
            await engine.log.append(taken, [Finished("answered", f"{CANARY} answered")])
            await engine.queue.settle(taken, Settlement("answered"))
        if collapsed:
            await collapse()
        for number in range(20):
            await engine.chats.delete(ANN, f"talk {number}")
    assert places_of(CANARY, tmp_path) == []


async def test_what_only_the_surface_reads_is_gone_once_a_turn_settles(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        for number in range(20):
            secret = message(f"{number}", f"talk {number}")
            await accept(engine, secret._replace(reply_to={"response_url": CANARY}))
        for _ in range(20):
            taken = await claim_now(engine)
            await engine.log.append(taken, [Finished("answered", TEXT)])
            await engine.queue.settle(taken, Settlement("answered"))
    assert places_of(CANARY, tmp_path) == []
    assert places_of("question 7", tmp_path) == [FILE]


async def test_a_settled_store_is_little_more_than_its_text(tmp_path: Path) -> None:
    """Two hundred threads of ten turns of some 800 characters: at most 1.6 times the text."""
    words = itertools.cycle(["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog"])
    raw = 0
    async with running(opener(tmp_path)) as engine:
        for number in range(2_000):
            text = " ".join(itertools.islice(words, 140 + number % 60))
            await answered(engine, f"web:ann:{number}:9f3c1a7e", f"talk {number // 10}", text=text)
            raw += len(text) + len(f"question web:ann:{number}:9f3c1a7e")
        await collapse()
    size = (tmp_path / FILE).stat().st_size
    assert 800 < raw / 2_000 < 900
    assert size <= 1.6 * raw


def test_sqlite_zeroes_what_it_deletes(tmp_path: Path) -> None:
    connection = connect(tmp_path / FILE)
    assert connection.execute("PRAGMA secure_delete").fetchone()[0] == 1
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    connection.close()
    assert isinstance(connection, sqlite3.Connection)
