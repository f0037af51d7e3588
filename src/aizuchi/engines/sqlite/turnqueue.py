"""Claiming: the head of a conversation under a lease, and the end of a turn."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from sqlite3 import Connection, Row
from typing import Any

from aizuchi.engines.sqlite.bell import Bell
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.usage import day_of
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.errors import LeaseLost
from aizuchi.events import decode_message
from aizuchi.live import LiveLog
from aizuchi.ports import Settlement
from aizuchi.recall import memory_key
from aizuchi.turns import (
    Bounds,
    Claim,
    Turn,
    after,
    call_from,
    claimed,
    given_back,
    lease_until,
    work_of,
)

_KEPT_IN_WORK = tuple(name for name in Turn._fields if name not in ("message", "seq"))


class SqliteQueue:
    """The Queue port."""

    def __init__(
        self,
        writer: Executor,
        log: LiveLog,
        bell: Bell,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._log, self._bell = writer, log, bell
        self._bounds, self._clock = bounds, clock

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        job = _claim_overdue if only_to_end else _claim_ready
        while True:
            rung = self._bell.listen()
            found, wake_at = await self._unless_cancelled(
                partial(job, now=self._clock(), bounds=self._bounds)
            )
            if found:
                self._log.begin(found)
                return found
            await self._bell.wait(rung, wake_at)

    async def renew(self, claim: Claim) -> Claim:
        return await self._writer.run(
            partial(_renew, claim=claim, now=self._clock(), bounds=self._bounds)
        )

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        job = partial(_settle, claim=claim, settlement=settlement, now=self._clock())
        await self._writer.run(job)
        self._log.forget(claim.turn.message.turn_id)
        self._bell.ring()

    async def release(self, claim: Claim) -> None:
        await self._writer.run(partial(_release, claim=claim, now=self._clock()))
        self._bell.ring()

    async def _unless_cancelled(
        self, job: Callable[[Connection], tuple[Claim | None, float | None]]
    ) -> tuple[Claim | None, float | None]:
        """A claim that nobody waits for any more is handed back."""
        running = asyncio.ensure_future(self._writer.run(job))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            found, _ = await running
            if found:
                await self.release(found)
            raise


def _claim_ready(
    connection: Connection, now: float, bounds: Bounds
) -> tuple[Claim | None, float | None]:
    row = connection.execute(SQL["ready"], {"now": now}).fetchone()
    if row:
        return _take(connection, _turn(row), now, bounds), None
    return None, connection.execute(SQL["next_lease_end"], (now,)).fetchone()[0]


def _claim_overdue(
    connection: Connection, now: float, bounds: Bounds
) -> tuple[Claim | None, float | None]:
    values = {"now": now, "waited_since": now - bounds.wait_within_s}
    row = connection.execute(SQL["overdue"], values).fetchone()
    if row:
        return _take(connection, _turn(row), now, bounds), None
    oldest = connection.execute(SQL["next_overdue"], (now,)).fetchone()[0]
    return None, oldest + bounds.wait_within_s + 0.001 if oldest else None


def _take(connection: Connection, turn: Turn, now: float, bounds: Bounds) -> Claim:
    taken = claimed(turn, now, bounds)
    _hold(connection, taken)
    return Claim(taken, work_of(turn, now, bounds), call_from(turn, bounds))


def _renew(connection: Connection, claim: Claim, now: float, bounds: Bounds) -> Claim:
    turn = _held(connection, claim)
    renewed = turn._replace(lease_until=lease_until(turn, now, bounds))
    _hold(connection, renewed)
    return claim._replace(turn=renewed)


def _release(connection: Connection, claim: Claim, now: float) -> None:
    try:
        turn = _held(connection, claim)
    except LeaseLost:
        return
    _hold(connection, given_back(turn, now))


def _settle(connection: Connection, claim: Claim, settlement: Settlement, now: float) -> None:
    turn = _held(connection, claim)
    after(turn.state, "settle")
    message, seq = turn.message, turn.seq
    closing = {"seq": seq, "attempt": turn.attempt}
    conversation = connection.execute(SQL["close_work"], closing).fetchone()["conversation"]
    connection.execute(SQL["next_head"], (conversation,))
    undelivered = settlement.settled_as == "undeliverable" and (settlement.reason or "refused")
    connection.execute(
        SQL["settle_turn"], {"seq": seq, "now": now, "undelivered": undelivered or ""}
    )
    connection.execute(SQL["touch_conversation"], {"conversation": conversation, "now": now})
    if message.replaces:
        values = {"conversation": conversation, "seq": seq, "replaces": message.replaces}
        connection.execute(SQL["replace"], values)
    if key := memory_key(message, settlement.forget):
        connection.execute(SQL["forget"], {"key": key, "seq": seq})
    if settlement.tokens:
        _count_tokens(connection, seq, settlement.tokens, now)


def _count_tokens(connection: Connection, seq: int, tokens: int, now: float) -> None:
    person = connection.execute(SQL["person_of_turn"], (seq,)).fetchone()[0]
    values = {"day": day_of(now), "person": person, "answers": 0, "tokens": tokens}
    connection.execute(SQL["count"], values)


def _held(connection: Connection, claim: Claim) -> Turn:
    """The claimed turn as it stands; raises LeaseLost where the claim is not the newest."""
    values: Mapping[str, Any] = {"seq": claim.turn.seq, "attempt": claim.turn.attempt}
    row = connection.execute(SQL["held"], values).fetchone()
    if row is None:
        raise LeaseLost(f"attempt {claim.turn.attempt} at turn {claim.turn.seq} is over")
    return _turn(row)


def _hold(connection: Connection, turn: Turn) -> None:
    connection.execute(SQL["hold"], turn._asdict() | {"message": None})


def _turn(row: Row) -> Turn:
    fields = {name: row[name] for name in _KEPT_IN_WORK}
    fields["stopped"] = bool(fields["stopped"])
    return Turn(message=decode_message(row["message"]), seq=row["seq"], **fields)
