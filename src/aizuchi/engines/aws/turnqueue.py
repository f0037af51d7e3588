"""Claiming under a lease: the table knows who holds a turn, the queue's message follows."""

import asyncio
from contextlib import suppress

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.claiming import Claims
from aizuchi.engines.aws.hands import Hands, Lead
from aizuchi.engines.aws.items import Key, Update
from aizuchi.engines.aws.queues import Delivery, Queues
from aizuchi.engines.aws.records import GUARDIAN_AFTER_S, Late, Wake, write_record
from aizuchi.engines.aws.settling import settle
from aizuchi.engines.aws.sources import Source
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.talks import Waiting
from aizuchi.engines.aws.turnrows import held_by, is_held, with_progress
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.live import LiveLog
from aizuchi.ports import Settlement
from aizuchi.turns import Claim, Turn, given_back, lease_until

HIDDEN_OVER_LEASE_S = 10.0
RETRY_S = 1.0


class AwsQueue:
    """The Queue port."""

    def __init__(
        self,
        store: Store,
        log: LiveLog,
        hands: Hands,
        source: Source,
        queues: Queues,
    ) -> None:
        self._store, self._log, self._hands = store, log, hands
        self._source, self._queues = source, queues
        self._claims = Claims(store, hands, source, queues)

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        bell = self._hands.bells.end if only_to_end else self._hands.bells.answer
        while True:
            rung = bell.listen()
            lead = self._hands.take(self._store.clock(), only_to_end=only_to_end)
            if lead is None:
                await self._wait(rung, only_to_end)
            elif claim := await self._unless_cancelled(lead):
                return claim

    async def renew(self, claim: Claim) -> Claim:
        turn, now = await self._held(claim), self._store.clock()
        until = lease_until(turn, now, self._store.bounds)
        try:
            row = await self._store.table.write(
                Update(_key(claim), set={"lease_until": until}, only=held_by(claim))
            )
        except ConditionFailed:
            raise self._lost(claim) from None
        assert row
        if row["stopped"]:
            self._log.stop(claim.turn.message.turn_id)
        lead = self._hands.renewed(claim.turn.message.turn_id, claim.turn.attempt, until)
        await self._hold(lead.delivery if lead else None)
        return claim._replace(turn=turn._replace(lease_until=until, stopped=bool(row["stopped"])))

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        turn_id = claim.turn.message.turn_id
        next_one = await settle(self._store, self._queues, claim, settlement)
        self._log.forget(turn_id)
        lead = self._hands.let_go(turn_id, claim.turn.attempt)
        self._hands.forget(turn_id)
        await self._go_on(claim, lead, next_one)
        self._hands.bells.answer.ring()

    async def release(self, claim: Claim) -> None:
        with suppress(LeaseLost, ConditionFailed):
            back = given_back(await self._held(claim), self._store.clock())
            changed = {
                name: getattr(back, name) for name in ("state", "tries", "lease_until", "idle_from")
            }
            await self._store.table.write(Update(_key(claim), set=changed, only=held_by(claim)))
        turn = claim.turn
        self._log.lose(turn.message.turn_id, turn.attempt)
        lead = self._hands.let_go(turn.message.turn_id, turn.attempt)
        if lead and lead.delivery:
            await self._source.later(lead.delivery, 0)
        elif lead:
            await self._wake(lead, turn.accepted_at)

    # ── claiming ──────────────────────────────────────────────────────────────

    async def _wait(self, rung: asyncio.Event, only_to_end: bool) -> None:
        bell = self._hands.bells.end if only_to_end else self._hands.bells.answer
        wake_at = self._hands.wake_at(only_to_end=only_to_end)
        if only_to_end:
            await bell.wait(rung, wake_at)
            return
        with self._source.wanting():
            await bell.wait(rung, wake_at)

    async def _unless_cancelled(self, lead: Lead) -> Claim | None:
        """A claim that nobody waits for any more is handed back."""
        with self._source.trying():
            trying = asyncio.ensure_future(self._try(lead))
            try:
                return await asyncio.shield(trying)
            except asyncio.CancelledError:
                with suppress(StoreError):
                    if found := await trying:
                        await self.release(found)
                raise

    async def _try(self, lead: Lead) -> Claim | None:
        before = self._hands.holder(lead)
        try:
            claim = await self._claims.attempt(lead)
        except BaseException:
            self._hands.again(lead, self._store.clock() + RETRY_S)
            raise
        if claim is None and before:
            self._log.lose(*before)
        if claim:
            self._log.begin(claim)
            if claim.turn.stopped:
                self._log.stop(claim.turn.message.turn_id)
            await self._follow(lead, claim)
        return claim

    async def _follow(self, lead: Lead, claim: Claim) -> None:
        """The queue's message is hidden for as long as the lease lives; of a turn that stands in
        order in its queue, a guardian looks whether it was answered."""
        holding = [self._hold(lead.delivery)]
        if lead.way == "turn":
            message = claim.turn.message
            guardian = write_record(Late(message.conversation, message.turn_id))
            holding.append(self._guard(guardian))
        await asyncio.gather(*holding)

    async def _hold(self, delivery: Delivery | None) -> None:
        if delivery:
            await self._source.hold(delivery, self._store.bounds.lease_s + HIDDEN_OVER_LEASE_S)

    async def _guard(self, guardian: str) -> None:
        with suppress(StoreError):
            bound_s = self._store.bounds.answer_within_s + GUARDIAN_AFTER_S
            await self._queues.send((guardian, bound_s))

    # ── going on ──────────────────────────────────────────────────────────────

    async def _go_on(self, claim: Claim, lead: Lead | None, next_one: Waiting | None) -> None:
        """The message of a settled turn wakes the next one of its conversation, where there is one
        that lands here."""
        delivery = lead.delivery if lead else None
        passes_on = bool(next_one and lead and lead.way == "talk")
        if delivery and not passes_on:
            await self._source.done(delivery)
        if next_one:
            conversation = claim.turn.message.conversation
            onward = Lead("talk", conversation, next_one.turn_id, seq=next_one.seq)
            with_message = onward._replace(delivery=delivery if passes_on else None)
            await self._wake(with_message, next_one.accepted_at)

    async def _wake(self, onward: Lead, since: float) -> None:
        if self._source.stays:
            self._hands.add(onward, since)
        elif onward.delivery:
            await self._source.later(onward.delivery, 0)
        else:
            with suppress(StoreError):
                wake = Wake(onward.conversation, onward.turn_id)
                await self._queues.send((write_record(wake), 0))

    async def _held(self, claim: Claim) -> Turn:
        """The claimed turn as it stands; raises LeaseLost where the claim is not the newest."""
        row = await self._store.table.get(_key(claim))
        if row is None or not is_held(row, claim):
            raise self._lost(claim)
        return with_progress(claim.turn, row)

    def _lost(self, claim: Claim) -> LeaseLost:
        """Whoever has it now: the message that brought it here is looked at once more."""
        turn = claim.turn
        self._log.lose(turn.message.turn_id, turn.attempt)
        if lead := self._hands.of(turn.message.turn_id, turn.attempt):
            self._hands.again(lead, self._store.clock())
        return LeaseLost(f"attempt {turn.attempt} at {turn.message.turn_id} is over")


def _key(claim: Claim) -> Key:
    return keys.turn(claim.turn.message.turn_id)
