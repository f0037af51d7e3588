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
from aizuchi.engines.sqlite.writer import Inline
from aizuchi.events import Message, Place, Sender
from aizuchi.ports import Engine, Settlement
from aizuchi.recall import person_of

PEOPLE, TURNS = 1000, 10
QUESTION = "What did we decide about the third step of the deployment, and who looks after it? "
ANSWER = "We decided to move it behind the health check, as the minutes of Tuesday say. " * 8
NOW = 1_760_000_000.0
AT_ONCE = 20_000
TABLES = ("people", "places", "conversations", "turns", "work", "entries", "said", "forgotten")
ACCEPTING = ("add_person", "add_turn", "add_conversation")
SETTLING = ("add_place", "add_said", "touch")


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
    accepted, settled = [_accepted(*each) for each in batch], [_settled(*each) for each in batch]
    connection.execute("BEGIN IMMEDIATE")
    for statement in ACCEPTING:
        connection.executemany(SQL[statement], accepted)
    for statement in SETTLING:
        connection.executemany(SQL[statement], settled)
    connection.execute("COMMIT")


def _accepted(seq: int, said: Message) -> Mapping[str, Any]:
    return {
        "turn_id": said.turn_id,
        "person": person_of(said),
        "conversation": said.conversation,
        "private": True,
        "title": said.title,
        "now": NOW,
        "last": seq - 1,
    }


def _settled(seq: int, said: Message) -> Mapping[str, Any]:
    """Ids count from 1, in the order of the first messages."""
    chat = int(said.conversation.split(":")[1], 16)
    return {
        "seq": seq,
        "conversation": chat + 1,
        "person": chat % PEOPLE + 1,
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
    }


async def _answer_all(home: Path, chats: int) -> None:
    """The same conversations, by the engine's own jobs."""
    async with open_engine(home, clock=lambda: NOW, threads=False) as engine:
        running = asyncio.ensure_future(engine.run())
        for said in messages(chats):
            await _answer(engine, said)
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
