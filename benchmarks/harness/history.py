"""A store with many settled conversations, loaded in bulk: the very rows that the engine writes.

A message that is accepted, claimed, answered, settled and collapsed leaves a person, a turn, a
conversation, a place and what was said. These are written here by the engine's own statements, in
large transactions and without waiting for the disk; `differences` has both ways make a small store
and compares every row of it.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from aizuchi.answers import Finished, TextDelta
from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.engines.sqlite.database import connect, migrate, schema
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.retention import SqliteCleaner
from aizuchi.engines.sqlite.settling import KEEP_WHAT_WAS_SAID
from aizuchi.engines.sqlite.shelves import values_of
from aizuchi.engines.sqlite.writer import Inline
from aizuchi.events import Message, Place, Sender
from aizuchi.history import Event, Trace
from aizuchi.ports import Engine, Settlement
from aizuchi.recall import Window, person_of, shelf_of
from aizuchi.traces import encode_trace

PEOPLE, TURNS = 1000, 10
QUESTION = "What did we decide about the third step of the deployment, and who looks after it? "
ANSWER = "We decided to move it behind the health check, as the minutes of Tuesday say. " * 8
NOW = 1_760_000_000.0
AT_ONCE = 20_000
NOTES = "They decided to move the third step of the deployment behind the health check. " * 6
TABLES = (
    *("people", "places", "conversations", "turns", "work", "entries", "said", "forgotten"),
    *("summaries", "traces", "notes"),
)
WINDOW = Window(TURNS)
COVERED = TURNS // 2


def message(chat: int, turn: int) -> Message:
    """A message of a web chat; as everybody asks in turn, a chat's turns lie far apart."""
    person = f"person-{chat % PEOPLE}"
    conversation = f"web:{chat:016x}:{person}"
    return Message(
        turn_id=f"w{chat:024x}{turn:08x}",
        surface="web",
        tenant="web",
        conversation=conversation,
        place=Place(conversation, "private"),
        sender=Sender(person, person),
        text=f"{QUESTION}({chat}.{turn})",
        ref=f"m{chat:08x}{turn:08x}",
    )


def messages(chats: int, turns: int = TURNS) -> Iterator[Message]:
    return (message(chat, turn) for turn in range(turns) for chat in range(chats))


def answer_to(said: Message) -> str:
    return f"{ANSWER}{said.ref}"


def raw_bytes(chats: int) -> int:
    """How long all questions and answers are, and nothing else."""
    return sum(len(said.text) + len(answer_to(said)) for said in messages(chats))


def load(home: Path, chats: int) -> None:
    """Writes the store of so many conversations."""
    with closing(connect(home / FILE)) as connection:
        migrate(connection, home / FILE, schema())
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -262144")
        numbered = enumerate(messages(chats), 1)
        while batch := list(islice(numbered, AT_ONCE)):
            _write(connection, batch)
        _summarise(connection, chats)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def disk_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in home.glob(f"{FILE}*"))


def differences(home: Path, chats: int = 3) -> list[str]:
    """The tables in which a store loaded here is not the one that the engine makes."""
    by_hand, by_engine = home / "by-hand", home / "by-engine"
    for folder in (by_hand, by_engine):
        folder.mkdir()
    load(by_hand, chats)
    asyncio.run(_answer_all(by_engine, chats))
    ours, its = _content(by_hand), _content(by_engine)
    return [table for table in TABLES if ours[table] != its[table]]


def _write(connection: sqlite3.Connection, batch: list[tuple[int, Message]]) -> None:
    """Statement by statement, as the engine takes what it is given together."""
    settled = [_settled(*each) for each in batch]
    connection.execute("BEGIN IMMEDIATE")
    for statement in KEEP_WHAT_WAS_SAID:
        connection.executemany(SQL[statement], settled)
    life = encode_trace(Trace(NOW, LIFE).settled(NOW, "answered", "", 0, 0))
    connection.executemany(SQL["add_trace"], [(seq, NOW, life) for seq, _ in batch])
    connection.execute("COMMIT")


def _summarise(connection: sqlite3.Connection, chats: int) -> None:
    """A summary of the older half of every conversation, as it is once the window is full."""
    connection.execute("BEGIN IMMEDIATE")
    rows = (
        {**values_of(shelf_of(message(chat, 0), "thread")), "upto": upto, "text": NOTES}
        for chat in range(chats)
        for upto in [(COVERED - 1) * chats + chat + 1]
    )
    connection.executemany(SQL["keep_summary"], rows)
    connection.execute("COMMIT")


def _settled(seq: int, said: Message) -> Mapping[str, Any]:
    return {
        "seq": seq,
        "turn_id": said.turn_id,
        "conversation": said.conversation,
        "owner": person_of(said),
        "title": said.title,
        "person": person_of(said),
        "place": said.place.key,
        "audience": said.place.audience,
        "now": NOW,
        "asked_at": NOW,
        "ref": said.ref,
        "question": said.text,
        "outcome": "answered",
        "answer": answer_to(said),
        "said": "",
        "code": "",
        "incident": "",
        "undelivered": "",
        "attempt": 1,
        "n": 2,
        "shown": "[]",
        "trail": "[]",
        "consent": "",
        "via": said.via,
        "attachments": "",
    }


LIFE = (
    Event(NOW, "attempt", "1"),
    Event(NOW, "text"),
    Event(NOW, "finished", "answered"),
)


async def _answer_all(home: Path, chats: int) -> None:
    """The same conversations, by the engine's own jobs."""
    async with open_engine(home, clock=lambda: NOW, threads=False) as engine:
        running = asyncio.ensure_future(engine.run())
        for said in messages(chats):
            await _answer(engine, said)
        for chat in range(chats):
            shelf = shelf_of(message(chat, 0), "thread")
            if overflow := await engine.memory.overflow(shelf, WINDOW):
                await engine.memory.summarise(overflow, NOTES)
        running.cancel()
    with closing(connect(home / FILE)) as connection:
        store = Inline(connection)
        await SqliteCleaner(store, store).collapse(NOW + 1)


async def _answer(engine: Engine, said: Message) -> None:
    await engine.inbox.accept([said], ())
    claim = await engine.queue.claim()
    await engine.log.append(claim, [TextDelta(answer_to(said))])
    await engine.log.append(claim, [Finished("answered", answer_to(said))])
    await engine.queue.settle(claim, Settlement("answered"))


def _content(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(home / FILE)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in TABLES
        }
