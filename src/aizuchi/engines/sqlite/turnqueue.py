"""Claiming: the head of a conversation under a lease, for as long as it is renewed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from sqlite3 import Connection, Row

from aizuchi.bell import Bells
from aizuchi.engines.sqlite.persons import unsay
from aizuchi.engines.sqlite.queries import SQL
from aizuchi.engines.sqlite.settling import settle
from aizuchi.engines.sqlite.writer import Executor
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.events import decode_message
from aizuchi.live import LiveLog
from aizuchi.ports import Settlement
from aizuchi.recall import person_of
from aizuchi.turns import (
    WAITED,
    Bounds,
    Claim,
    Turn,
    after,
    call_from,
    claimed,
    given_back,
    lease_until,
    may_be_ended,
    overdue_from,
    work_of,
)

KEPT_IN_WORK = tuple(name for name in Turn._fields if name not in ("message", "seq"))


class SqliteQueue:
    """The Queue port."""

    def __init__(
        self,
        writer: Executor,
        log: LiveLog,
        bells: Bells,
        bounds: Bounds,
        clock: Callable[[], float],
    ) -> None:
        self._writer, self._log, self._bells = writer, log, bells
        self._bounds, self._clock = bounds, clock

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        job = _claim_overdue if only_to_end else _claim_ready
        bell = self._bells.end if only_to_end else self._bells.answer
        while True:
            rung = bell.listen()
            found, wake_at = await self._unless_cancelled(
                partial(job, now=self._clock(), bounds=self._bounds)
            )
            if found:
                self._log.begin(found)
                return found
            await bell.wait(rung, wake_at)

    async def renew(self, claim: Claim) -> Claim:
        return await self._writer.run(
            partial(_renew, claim=claim, now=self._clock(), bounds=self._bounds)
        )

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        now = self._clock()

        def job(connection: Connection) -> None:
            settle(connection, _held(connection, claim), settlement, now)

        if settlement.forget_person:
            await self._writer.run(partial(_may_settle, claim=claim))
            await unsay(self._writer, person_of(claim.turn.message), now)
        await self._writer.run(job)
        self._log.forget(claim.turn.message.turn_id)
        self._bells.answer.ring()
        self._bells.asked.ring()

    async def release(self, claim: Claim) -> None:
        await self._writer.run(partial(_release, claim=claim, now=self._clock()))
        self._bells.ring()

    async def _unless_cancelled(
        self, job: Callable[[Connection], tuple[Claim | None, float | None]]
    ) -> tuple[Claim | None, float | None]:
        """A claim that nobody waits for any more is handed back."""
        running = asyncio.ensure_future(self._writer.run(job))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            with suppress(StoreError):
                found, _ = await running
                if found:
                    await self.release(found)
            raise


def _claim_ready(
    connection: Connection, now: float, bounds: Bounds
) -> tuple[Claim | None, float | None]:
    row = connection.execute(SQL["ready"], {"now": now}).fetchone()
    if row:
        return _take(connection, turn_of(row), now, bounds), None
    return None, connection.execute(SQL["next_ready"], {"now": now}).fetchone()[0]


def _claim_overdue(
    connection: Connection, now: float, bounds: Bounds
) -> tuple[Claim | None, float | None]:
    row = connection.execute(SQL["overdue"], {"now": now}).fetchone()
    if row and may_be_ended(turn := turn_of(row), now, bounds):
        return _take(connection, turn, now, bounds), None
    unheld = connection.execute(SQL["next_unheld"], {"now": now}).fetchone()[0]
    wake_at = overdue_from(row["accepted_at"] if row else now, bounds)
    return None, min(wake_at, unheld or wake_at)


def _take(connection: Connection, turn: Turn, now: float, bounds: Bounds) -> Claim:
    taken = claimed(turn, now, bounds)
    _hold(connection, taken)
    work = work_of(turn, now, bounds)
    if work.reason == WAITED:
        work = work._replace(told_later=_told_later(connection, turn, now, bounds))
    return Claim(taken, work, call_from(turn, bounds))


def _told_later(connection: Connection, turn: Turn, now: float, bounds: Bounds) -> bool:
    conversation, before = turn.message.conversation, now - bounds.wait_within_s
    values = {"conversation": conversation, "seq": turn.seq, "before": before, "code": WAITED}
    return bool(connection.execute(SQL["told_later"], values).fetchone()[0])


def _renew(connection: Connection, claim: Claim, now: float, bounds: Bounds) -> Claim:
    turn = turn_of(_held(connection, claim))
    renewed = turn._replace(lease_until=lease_until(turn, now, bounds))
    _hold(connection, renewed)
    return claim._replace(turn=renewed)


def _release(connection: Connection, claim: Claim, now: float) -> None:
    with suppress(LeaseLost):
        _hold(connection, given_back(turn_of(_held(connection, claim)), now))


def _may_settle(connection: Connection, claim: Claim) -> None:
    """Raises where the turn cannot be settled by this claim."""
    after(_held(connection, claim)["state"], "settle")


def _held(connection: Connection, claim: Claim) -> Row:
    """The claimed turn as it stands; raises LeaseLost where the claim is not the newest."""
    values = {"seq": claim.turn.seq, "attempt": claim.turn.attempt}
    row: Row | None = connection.execute(SQL["held"], values).fetchone()
    if row is None:
        raise LeaseLost(f"attempt {claim.turn.attempt} at turn {claim.turn.seq} is over")
    return row


def _hold(connection: Connection, turn: Turn) -> None:
    connection.execute(SQL["hold"], turn._asdict() | {"message": None})


def turn_of(row: Row) -> Turn:
    fields = {name: row[name] for name in KEPT_IN_WORK}
    fields["stopped"] = bool(fields["stopped"])
    return Turn(message=decode_message(row["message"]), seq=row["seq"], **fields)
