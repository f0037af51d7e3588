"""Questions that wait for a decision."""

from collections.abc import Callable
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.answers import decode, decode_consent
from aizuchi.bell import Bell
from aizuchi.consent import SUFFIX, Pending
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.events import decode_message


class SqliteConsents:
    """The Consents port."""

    def __init__(self, reader: Executor, asked: Bell, clock: Callable[[], float]) -> None:
        self._reader, self._asked, self._clock = reader, asked, clock

    async def read(self, turn_id: str) -> Pending | None:
        return await self._reader.run(partial(pending_of, turn_id=turn_id))

    async def expired(self) -> Pending:
        while True:
            rung = self._asked.listen()
            found, wake_at = await self._reader.run(partial(_expired, now=self._clock()))
            if found:
                return found
            await self._asked.wait(rung, wake_at)


def pending_of(connection: Connection, turn_id: str) -> Pending | None:
    """What a turn has asked and nobody has decided."""
    row = connection.execute(SQL["pending"], (turn_id,)).fetchone()
    return _pending(row) if row else None


def _expired(connection: Connection, now: float) -> tuple[Pending | None, float | None]:
    row = connection.execute(SQL["expired"], {"now": now, "suffix": SUFFIX}).fetchone()
    if row:
        return _pending(row), None
    return None, connection.execute(SQL["next_expiry"], {"now": now}).fetchone()[0]


def _pending(row: Row) -> Pending:
    consent = decode_consent(row["consent"])
    assert consent
    rounds = [entry for entry in decode(row["rounds"]) if entry is not None]
    return Pending(consent, decode_message(row["message"]), row["wish"], rounds)
