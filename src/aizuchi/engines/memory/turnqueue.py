"""Claiming: the head of a conversation under a lease, and the end of a turn."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from aizuchi.access import day_of
from aizuchi.answers import Finished, ToolReturned, ToolsCalled, fold
from aizuchi.bell import Bells
from aizuchi.consent import Pending, asking_id
from aizuchi.engines.memory.persons import forget, is_forgotten_since
from aizuchi.engines.memory.store import Said, Store, Used
from aizuchi.errors import LeaseLost
from aizuchi.history import Trace
from aizuchi.live import LiveLog
from aizuchi.ports import Settlement
from aizuchi.recall import Shelf, memory_key, person_of, shelf_of
from aizuchi.traces import decode_trace, encode_trace, timeline
from aizuchi.trail import trail_of
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


class MemoryQueue:
    """The Queue port."""

    def __init__(
        self, store: Store, log: LiveLog, bells: Bells, bounds: Bounds, clock: Callable[[], float]
    ) -> None:
        self._store, self._log, self._bells = store, log, bells
        self._bounds, self._clock = bounds, clock

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        bell = self._bells.end if only_to_end else self._bells.answer
        while True:
            rung, now = bell.listen(), self._clock()
            found = self._overdue(now) if only_to_end else self._ready(now)
            if found:
                return self._take(found, now)
            await bell.wait(rung, self._next_overdue(now) if only_to_end else self._next_ready(now))

    async def renew(self, claim: Claim) -> Claim:
        turn = held(self._store, claim)
        renewed = turn._replace(lease_until=lease_until(turn, self._clock(), self._bounds))
        self._store.work[turn.seq] = renewed
        return claim._replace(turn=renewed)

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        _settle(self._store, held(self._store, claim), settlement, self._clock())
        self._log.forget(claim.turn.message.turn_id)
        self._bells.answer.ring()
        self._bells.asked.ring()

    async def release(self, claim: Claim) -> None:
        with suppress(LeaseLost):
            turn = held(self._store, claim)
            self._store.work[turn.seq] = given_back(turn, self._clock())
        self._bells.ring()

    def _ready(self, now: float) -> Turn | None:
        """The head of a conversation that nobody holds: first those whose lease ran out."""
        free = [turn for turn in self._store.heads() if turn.lease_until <= now]
        return min(free, key=lambda turn: (turn.lease_until or now + 1, turn.seq), default=None)

    def _next_ready(self, now: float) -> float | None:
        heads = self._store.heads()
        return min((turn.lease_until for turn in heads if turn.lease_until > now), default=None)

    def _overdue(self, now: float) -> Turn | None:
        """A turn that is only to be ended, out of its order: refused, or it waited too long."""
        free = [turn for turn in self._store.work.values() if turn.lease_until <= now]
        refused = sorted(
            (turn for turn in free if turn.refusal), key=lambda turn: (turn.lease_until, turn.seq)
        )
        unclaimed = [turn for turn in free if not turn.first_claimed_at]
        found = next(iter(refused + unclaimed), None)
        return found if found and may_be_ended(found, now, self._bounds) else None

    def _next_overdue(self, now: float) -> float:
        unclaimed = [turn for turn in self._store.work.values() if not turn.first_claimed_at]
        free = (turn.accepted_at for turn in unclaimed if turn.lease_until <= now)
        wake_at = overdue_from(next(free, now), self._bounds)
        unheld = (turn.lease_until for turn in unclaimed if turn.lease_until > now)
        return min(wake_at, min(unheld, default=wake_at))

    def _take(self, turn: Turn, now: float) -> Claim:
        taken = claimed(turn, now, self._bounds)
        self._store.work[turn.seq] = taken
        work = work_of(turn, now, self._bounds)
        if work.reason == WAITED:
            work = work._replace(told_later=self._told_later(turn, now))
        claim = Claim(taken, work, call_from(turn, self._bounds))
        self._log.begin(claim)
        return claim

    def _told_later(self, turn: Turn, now: float) -> bool:
        """Whether a later message of the conversation, too, has waited too long."""
        conversation, before = turn.message.conversation, now - self._bounds.wait_within_s
        waiting = (
            each.seq
            for each in self._store.open_in(conversation)
            if not (each.refusal or each.stopped or each.first_claimed_at)
            and each.accepted_at < before
        )
        told = self._store.said_in(conversation).items()
        ended = (seq for seq, said in told if said.finished.code == WAITED)
        return any(seq > turn.seq for seq in (*waiting, *ended))


def held(store: Store, claim: Claim) -> Turn:
    """The claimed turn as it stands; raises LeaseLost where the claim is not the newest."""
    turn = store.work.get(claim.turn.seq)
    if turn is None or turn.attempt != claim.turn.attempt or not turn.lease_until:
        raise LeaseLost(f"attempt {claim.turn.attempt} at turn {claim.turn.seq} is over")
    return turn


def _settle(store: Store, turn: Turn, settlement: Settlement, now: float) -> None:
    after(turn.state, "settle")
    message = turn.message
    del store.work[turn.seq]
    store.admitted.discard(turn.seq)
    wish = _ask_and_decide(store, turn, settlement)
    if settlement.forget_person:
        forget(store, person_of(message), turn.seq, now)
    if message.history is not None or is_forgotten_since(store, turn):
        store.ended[turn.seq] = now
        store.entries.pop(turn.seq, None)
        store.pending.pop(message.turn_id, None)
    else:
        said = _said(store, turn, settlement, now)
        store.said[turn.seq] = said._replace(message=said.message._replace(**wish))
        store.converse(message, now)
    store.drop_files()
    if begin := store.asked_again(message):
        _replace(store, message.conversation, begin, turn.seq)
    if key := memory_key(message, settlement.forget):
        store.forgotten[key] = max(store.forgotten.get(key, 0), turn.seq)
        _drop_summaries(store, shelf_of(message, settlement.forget))
    if settlement.tokens:
        used = Used(tokens=settlement.tokens, written=settlement.written)
        store.count(day_of(now), person_of(message), used)
    life = Trace(turn.accepted_at, timeline(store.written.pop(turn.seq, ()))).settled(
        now, settlement.settled_as, settlement.reason, settlement.tokens, settlement.written
    )
    store.traces[turn.seq] = decode_trace(
        turn.accepted_at, encode_trace(life)
    )  # to the millisecond


def _ask_and_decide(store: Store, turn: Turn, settlement: Settlement) -> Mapping[str, Any]:
    """Keeps what was asked, unless nobody could be shown it, and takes away what was decided. What
    the person wanted, by which command and with which files, is what the first message wanted,
    however many questions followed."""
    message, log = turn.message, store.entries.get(turn.seq, [])
    asked = store.pending.pop(asking_id(message.turn_id), None)
    wish, first = (asked.wish, asked.message) if asked else (message.text, message)
    finished = fold(log).finished
    if finished and finished.consent and settlement.settled_as != "undeliverable":
        rounds = [each.entry for each in log if isinstance(each.entry, ToolsCalled | ToolReturned)]
        store.pending[message.turn_id] = Pending(finished.consent, first, wish, rounds)
    return {"text": wish, "via": first.via, "attachments": first.attachments}


def _said(store: Store, turn: Turn, settlement: Settlement, now: float) -> Said:
    log = store.entries.get(turn.seq, [])
    end = next(line for line in log if isinstance(line.entry, Finished))
    told = fold(log)
    assert told.finished
    undelivered = settlement.settled_as == "undeliverable"
    return Said(
        message=turn.message._replace(reply_to={}),
        asked_at=turn.accepted_at,
        settled_at=now,
        finished=told.finished,
        end=end.position,
        shown=told.shown,
        trail=trail_of(log),
        undelivered=settlement.reason or "refused" if undelivered else "",
    )


def _drop_summaries(store: Store, forgotten: Shelf) -> None:
    """Those of the memory that a shelf belongs to."""
    store.summaries = {
        shelf: summary
        for shelf, summary in store.summaries.items()
        if shelf.memory_key != forgotten.memory_key
        or (shelf.scope == "thread" and shelf.place.key != forgotten.place.key)
    }


def _replace(store: Store, conversation: str, begin: int, end: int) -> None:
    for shelf in store.covering(begin):
        del store.summaries[shelf]
    for seq, said in store.said_in(conversation).items():
        if begin <= seq < end:
            store.said[seq] = said._replace(replaced=True)
