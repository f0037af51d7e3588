"""Usage: what each person and the assistant used, and whether one more message is too much."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.access import admit, day_of
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Put, Update
from aizuchi.engines.aws.records import digest_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.turnrows import is_held
from aizuchi.errors import LeaseLost
from aizuchi.history import UsageDay
from aizuchi.ports import Allowance
from aizuchi.recall import person_of
from aizuchi.turns import Claim, Refusal

TRIES = 20
PAUSE_S = 0.02
KNOWN_S = 1_800.0
"""How long it is known which turns were admitted: who takes one over does not count it again."""

MOST_KNOWN, MARK = 40, 8


class Admitted(NamedTuple):
    """When an admitted turn was accepted, and a mark of it."""

    at: float
    mark: str


class AwsUsage:
    """The Usage port."""

    def __init__(self, store: Store, allowance: Allowance) -> None:
        self._store, self._allowance = store, allowance

    async def admit(self, claim: Claim) -> Refusal | None:
        for _ in range(TRIES):
            try:
                return await self._admit(claim)
            except ConditionFailed:
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
        turn_id, at = claim.turn.message.turn_id, claim.turn.accepted_at
        person = person_of(claim.turn.message)
        row_key, today = keys.turn(turn_id), keys.day(day_of(now), person)
        before = keys.day(day_of(now - KNOWN_S), person)
        found = await store.table.get_all([row_key, today, before])
        day = found.get(today)
        if not is_held(found.get(row_key), claim):
            raise _lost(claim)
        recent = _recent(day) + (_recent(found.get(before)) if before != today else [])
        mine = Admitted(at, digest_of(turn_id)[:MARK])
        if mine in recent:
            return None
        answers = int(day["answers"]) if day else 0
        tokens = await self._tokens(day_of(now))
        times = [each.at for each in recent]
        refusal = admit(times, answers, tokens, at=at, now=now, allowance=self._allowance)
        if refusal is None:
            kept = [each for each in recent if each.at > now - KNOWN_S][-self._most :]
            await self._count(UsageDay(day_of(now), person, 1, 0), [*kept, mine], day)
        return refusal

    async def _tokens(self, date: str) -> int:
        """Of everybody; read only where there is a limit to them."""
        if not self._allowance.tokens_per_day:
            return 0
        return sum(used.tokens for used in await self._day(date))

    @property
    def _most(self) -> int:
        """How many are remembered: at least those that a minute allows."""
        return max(MOST_KNOWN, self._allowance.messages_per_minute)

    async def _count(self, day: UsageDay, recent: Sequence[Admitted], old: Item | None) -> None:
        """Unless the person has been counted meanwhile elsewhere: then it is decided anew. One of
        which the reply was lost is among those that are known."""
        counting, noting = used(self._store, day)
        seen = str(old.get("recent", "")) if old else ""
        unchanged = (
            Only("#recent = :seen", {"seen": seen})
            if seen
            else Only("attribute_not_exists(#recent)")
        )
        if old is None:
            await self._store.table.write(noting)
        kept: Item = {**counting.set, "recent": json.dumps(recent, separators=(",", ":"))}
        await self._store.table.write(counting._replace(set=kept, only=unchanged))


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


def _recent(item: Item | None) -> list[Admitted]:
    known = json.loads(str(item.get("recent", "[]"))) if item else []
    return [Admitted(*each) if isinstance(each, list) else Admitted(each, "") for each in known]


def _lost(claim: Claim) -> LeaseLost:
    turn = claim.turn
    return LeaseLost(f"attempt {turn.attempt} at {turn.message.turn_id} is over")
