"""A person's threads: list, read, rename, delete."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.engines.sqlite.bell import Bell
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import decode_message
from aizuchi.live import LiveLog
from aizuchi.ports import ChatInfo, Said


class SqliteChats:
    """The Chats port."""

    def __init__(
        self,
        writer: Executor,
        reader: Executor,
        log: LiveLog,
        bell: Bell,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._reader = writer, reader
        self._log, self._bell, self._clock = log, bell, clock

    async def list(self, person: str) -> Sequence[ChatInfo]:
        return await self._reader.run(partial(_list, person=person))

    async def read(self, person: str, conversation: str) -> Sequence[Said] | None:
        return await self._reader.run(partial(_read, person=person, conversation=conversation))

    async def whose(self, beginning: str) -> Sequence[str]:
        return await self._reader.run(partial(_whose, beginning=beginning))

    async def rename(self, person: str, conversation: str, title: str) -> bool:
        return await self._writer.run(
            partial(_rename, person=person, conversation=conversation, title=title)
        )

    async def delete(self, person: str, conversation: str) -> bool:
        job = partial(_delete, person=person, conversation=conversation, now=self._clock())
        ended = await self._writer.run(job)
        for turn_id in ended or ():
            self._log.stop(turn_id)
            self._log.forget(turn_id)
        self._bell.ring()
        return ended is not None


def _list(connection: Connection, person: str) -> list[ChatInfo]:
    return [
        ChatInfo(row["key"], row["title"], row["changed_at"], bool(row["running"]))
        for row in connection.execute(SQL["chats"], (person,))
    ]


def _owned(connection: Connection, person: str, conversation: str) -> int | None:
    row = connection.execute(SQL["owned"], (conversation, person)).fetchone()
    return row[0] if row else None


def _read(connection: Connection, person: str, conversation: str) -> list[Said] | None:
    owned = _owned(connection, person, conversation)
    if owned is None:
        return None
    rows = connection.execute(SQL["said"], (owned,)).fetchall()
    replaced = _being_replaced(rows)
    return [_said(row) for row in rows if row["seq"] not in replaced]


def _being_replaced(rows: Sequence[Row]) -> set[int]:
    """The turns that an open one asks again, with what followed them."""
    places = {row["turn_id"]: row["seq"] for row in rows}
    replaced: set[int] = set()
    for row in rows:
        replaces = decode_message(row["message"]).replaces if row["message"] else ""
        if begin := places.get(replaces):
            replaced |= {seq for seq in places.values() if begin <= seq < row["seq"]}
    return replaced


def _said(row: Row) -> Said:
    return Said(
        turn_id=row["turn_id"],
        ref=row["ref"] or "",
        question=row["question"] or "",
        asked_at=row["accepted_at"],
        running=row["settled_at"] is None,
        outcome="undeliverable" if row["undelivered"] else row["outcome"] or "",
        answer=row["answer"] or "",
        said=row["said"] or "",
        code=row["code"] or "",
    )


def _whose(connection: Connection, beginning: str) -> list[str]:
    rows = connection.execute(SQL["whose"], {"first": beginning, "beyond": beginning + "\U0010ffff"})
    return [row[0] for row in rows]


def _rename(connection: Connection, person: str, conversation: str, title: str) -> bool:
    owned = _owned(connection, person, conversation)
    if owned is not None:
        connection.execute(SQL["rename"], (title, owned))
    return owned is not None


def _delete(
    connection: Connection, person: str, conversation: str, now: float
) -> Sequence[str] | None:
    owned = _owned(connection, person, conversation)
    if owned is None:
        return None
    ended = [row[0] for row in connection.execute(SQL["open_turns"], (owned,))]
    for statement in ("delete_entries", "delete_work"):
        connection.execute(SQL[statement], (owned,))
    connection.execute(SQL["blank_conversation"], {"conversation": owned, "now": now})
    connection.execute(SQL["delete_forgotten"], (f"thread {conversation}",))
    connection.execute(SQL["delete_conversation"], (owned,))
    return ended
