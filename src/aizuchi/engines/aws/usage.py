"""Usage: what each person and the assistant used, and whether one more message is too much."""

import json
from collections.abc import Sequence

from aizuchi.access import MINUTE_S, admit, day_of
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Put, Update
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled
from aizuchi.engines.aws.turnrows import held_by, is_held
from aizuchi.errors import LeaseLost
from aizuchi.history import UsageDay
from aizuchi.ports import Allowance
from aizuchi.recall import person_of
from aizuchi.turns import Claim, Refusal

TRIES = 20
PAUSE_S = 0.02


class AwsUsage:
    """The Usage port."""

    def __init__(self, store: Store, allowance: Allowance) -> None:
        self._store, self._allowance = store, allowance

    async def admit(self, claim: Claim) -> Refusal | None:
        for _ in range(TRIES):
            try:
                return await self._admit(claim)
            except Cancelled:
                await self._store.pause(PAUSE_S)
        raise _lost(claim)

    async def read(self, since: str) -> Sequence[UsageDay]:
        days = self._store.table.query("days", first=since, last="9999")
        dates = [str(item["sk"]) async for item in days]
        return [day for date in sorted(dates) for day in await self._day(date)]

    async def _day(self, date: str) -> list[UsageDay]:
        found = [usage_in(item) async for item in self._store.table.query(keys.day(date, "").pk)]
        return sorted(found, key=lambda used: used.person)

    async def _admit(self, claim: Claim) -> Refusal | None:
        store, now = self._store, self._store.clock()
        person, at = person_of(claim.turn.message), claim.turn.accepted_at
        row_key, today = keys.turn(claim.turn.message.turn_id), keys.day(day_of(now), person)
        before = keys.day(day_of(now - MINUTE_S), person)
        found = await store.table.get_all([row_key, today, before])
        row, day = found.get(row_key), found.get(today)
        if row is None or not is_held(row, claim):
            raise _lost(claim)
        if row.get("admitted"):
            return None
        recent = _recent(day) + (_recent(found.get(before)) if before != today else [])
        answers = int(day["answers"]) if day else 0
        tokens = await self._tokens(day_of(now))
        refusal = admit(recent, answers, tokens, at=at, now=now, allowance=self._allowance)
        if refusal is None:
            kept = json.dumps([*(time for time in recent if time > at - MINUTE_S), at])
            await self._count(claim, kept, UsageDay(day_of(now), person, 1, 0), day)
        return refusal

    async def _tokens(self, date: str) -> int:
        """Of everybody; read only where there is a limit to them."""
        if not self._allowance.tokens_per_day:
            return 0
        return sum(used.tokens for used in await self._day(date))

    async def _count(self, claim: Claim, recent: str, day: UsageDay, old: Item | None) -> None:
        """Unless the person has been counted meanwhile elsewhere: then it is decided anew."""
        counting, noting = used(self._store, day)
        seen = str(old.get("recent", "")) if old else ""
        unchanged = (
            Only("#recent = :seen", {"seen": seen})
            if seen
            else Only("attribute_not_exists(#recent)")
        )
        admitted = Update(
            keys.turn(claim.turn.message.turn_id), set={"admitted": True}, only=held_by(claim)
        )
        await self._store.table.write_all([] if old else [noting])
        counting = counting._replace(set={**counting.set, "recent": recent}, only=unchanged)
        await self._store.table.transact([admitted, counting])


def used(store: Store, day: UsageDay) -> tuple[Update, Put]:
    """What is added to a person's day, and that there was such a day."""
    until = store.usage_until(store.clock())
    key = keys.day(day.day, day.person)
    adding = {"answers": day.answers, "tokens": day.tokens, "written": day.written}
    counting = Update(key, set={"person": day.person, "day": day.day, **until}, add=adding)
    return counting, Put({**keys.days(day.day)._asdict(), **until})


def usage_in(item: Item) -> UsageDay:
    day, person = str(item["day"]), str(item["person"])
    answers, tokens, written = (int(item[name]) for name in ("answers", "tokens", "written"))
    return UsageDay(day, person, answers, tokens, written)


def _recent(item: Item | None) -> list[float]:
    return list(json.loads(str(item.get("recent", "[]")))) if item else []


def _lost(claim: Claim) -> LeaseLost:
    turn = claim.turn
    return LeaseLost(f"attempt {turn.attempt} at {turn.message.turn_id} is over")
