"""A person's threads: list, read, rename, delete."""

from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.answers import decode_consent
from aizuchi.engines.sqlite.again import asked_again
from aizuchi.engines.sqlite.entries import pieces
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import decode_attachments, decode_message
from aizuchi.history import ChatInfo, Said, being_said, thread_of
from aizuchi.live import LiveLog
from aizuchi.trail import decode_trail


class SqliteChats:
    """The Chats port."""

    def __init__(
        self, writer: Executor, reader: Executor, log: LiveLog, clock: Callable[[], float]
    ) -> None:
        self._writer, self._reader, self._log, self._clock = writer, reader, log, clock

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

    async def file(self, person: str, key: str) -> bytes | None:
        return await self._reader.run(partial(_file, person=person, key=key))

    async def delete(self, person: str, conversation: str) -> bool:
        job = partial(_delete, person=person, conversation=conversation, now=self._clock())
        ended = await self._writer.run(job)
        for turn_id in ended or ():
            self._log.stop(turn_id)
            self._log.forget(turn_id)
        return ended is not None


def _list(connection: Connection, person: str) -> list[ChatInfo]:
    return [
        ChatInfo(row["key"], row["title"], row["touched_at"], bool(row["running"]))
        for row in connection.execute(SQL["chats"], (person,))
    ]


def _file(connection: Connection, person: str, key: str) -> bytes | None:
    row = connection.execute(SQL["file"], (key, person)).fetchone()
    return bytes(row["content"]) if row else None


def _owned(connection: Connection, person: str, conversation: str) -> int | None:
    row = connection.execute(SQL["owned"], (conversation, person)).fetchone()
    return row[0] if row else None


def _read(connection: Connection, person: str, conversation: str) -> Sequence[Said] | None:
    owned = _owned(connection, person, conversation)
    if owned is None:
        return None
    settled = connection.execute(SQL["said"], (owned,)).fetchall()
    work = connection.execute(SQL["open"], (conversation,)).fetchall()
    said = {row["seq"]: said_of(row) for row in settled}
    said |= {row["seq"]: _being_said(connection, row) for row in work}
    return thread_of(said, _being_replaced(connection, work))


def said_of(row: Row) -> Said:
    return Said(
        turn_id=row["turn_id"],
        ref=row["ref"],
        question=row["question"],
        asked_at=row["asked_at"],
        running=False,
        outcome="undeliverable" if row["undelivered"] else row["outcome"],
        answer=row["answer"],
        said=row["said"],
        code=row["code"],
        incident=row["incident"],
        trail=decode_trail(row["trail"]),
        consent=decode_consent(row["consent"]),
        attachments=decode_attachments(row["attachments"]),
    )


def _being_said(connection: Connection, row: Row) -> Said:
    """An open turn, with its end where that is written."""
    message = decode_message(row["message"])
    log = pieces(connection, row["seq"]) if row["state"] == "finished" else []
    return being_said(message, row["accepted_at"], log)


def _being_replaced(connection: Connection, work: Sequence[Row]) -> list[tuple[int, int]]:
    """From where to where open turns ask again what was said."""
    asking = [(asked_again(connection, decode_message(row["message"])), row) for row in work]
    return [(begin, row["seq"]) for begin, row in asking if begin]


def _whose(connection: Connection, beginning: str) -> list[str]:
    rows = connection.execute(
        SQL["whose"], {"first": beginning, "beyond": beginning + "\U0010ffff"}
    )
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
    work = connection.execute(SQL["open"], (conversation,)).fetchall()
    values = {
        "id": owned,
        "conversation": conversation,
        "memory": f"thread {conversation}",
        "now": now,
    }
    for statement in (
        "delete_entries",
        "delete_summaries",
        "end_settled",
        "end_open",
        "delete_said",
        "delete_work",
        "delete_pending",
        "delete_forgotten",
        "delete_conversation",
    ):
        connection.execute(SQL[statement], values)
    return [decode_message(row["message"]).turn_id for row in work]
