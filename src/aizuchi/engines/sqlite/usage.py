"""Usage: what each person and the assistant used, and whether one more message is too much."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from sqlite3 import Connection
from typing import Any

from aizuchi.access import MINUTE_S, admit, day_of
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.errors import LeaseLost
from aizuchi.ports import Allowance, Refusal, UsageDay
from aizuchi.turns import Claim


class SqliteUsage:
    """The Usage port."""

    def __init__(
        self,
        writer: Executor,
        reader: Executor,
        allowance: Allowance,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._reader = writer, reader
        self._allowance, self._clock = allowance, clock

    async def admit(self, claim: Claim) -> Refusal | None:
        job = partial(_admit, claim=claim, allowance=self._allowance, now=self._clock())
        return await self._writer.run(job)

    async def read(self, since: str) -> Sequence[UsageDay]:
        return await self._reader.run(partial(read_usage, since=since))


def _admit(
    connection: Connection, claim: Claim, allowance: Allowance, now: float
) -> Refusal | None:
    values: dict[str, Any] = {"seq": claim.turn.seq, "attempt": claim.turn.attempt}
    values["day"] = day_of(now)
    row = connection.execute(SQL["admission"], values).fetchone()
    if row is None:
        raise LeaseLost(f"attempt {claim.turn.attempt} at turn {claim.turn.seq} is over")
    if row["admitted"]:
        return None
    at = row["accepted_at"]
    recent = [time for time in json.loads(row["recent"] or "[]") if time > at - MINUTE_S]
    refusal = admit(recent, row["answers"], row["tokens"], at=at, now=now, allowance=allowance)
    if refusal is None:
        values |= {"person": row["person"], "recent": json.dumps([*recent, at])}
        values |= {"answers": 1, "tokens": 0, "written": 0}
        for statement in ("add_person", "set_recent", "count", "admit"):
            connection.execute(SQL[statement], values)
    return refusal


def read_usage(connection: Connection, since: str) -> list[UsageDay]:
    return [
        UsageDay(row["day"], row["key"], row["answers"], row["tokens"], row["written"])
        for row in connection.execute(SQL["usage"], (since,))
    ]
