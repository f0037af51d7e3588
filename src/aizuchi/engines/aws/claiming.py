"""What comes of a lead: a claim, or why there is none now."""

from aizuchi.consent import too_late
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.hands import Hands, Lead
from aizuchi.engines.aws.items import Item, Only, Update
from aizuchi.engines.aws.landing import Found, Landed, put_in_place, stands, take
from aizuchi.engines.aws.queues import Queues
from aizuchi.engines.aws.records import GUARDIAN_AFTER_S, Guardian, Late, write_record
from aizuchi.engines.aws.sources import Source
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.talks import talk_of
from aizuchi.engines.aws.turnrows import is_open, turn_of
from aizuchi.events import Message
from aizuchi.recall import person_of
from aizuchi.turns import (
    WAITED,
    Claim,
    Turn,
    Work,
    call_from,
    claimed,
    may_be_ended,
    overdue_from,
    work_of,
)

ELSEWHERE_S = 60.0
"""How long a message rests whose turn is not the next one: whoever settles that wakes this."""

MARGIN_S = 1.0
TAKEN = ("state", "attempt", "tries", "first_claimed_at", "lease_until", "idle_from", "deadline")
"""What a claim changes of a turn; a stop may come at the same moment."""


class Claims:
    """Tries leads, one at a time for each."""

    def __init__(self, store: Store, hands: Hands, source: Source, queues: Queues) -> None:
        self._store, self._hands = store, hands
        self._source, self._queues = source, queues

    async def attempt(self, lead: Lead) -> Claim | None:
        found, row = await self._row(lead)
        if row is None:
            return await self._land(lead, found)
        if lead.message and _comes_too_late(lead.message, row):
            await self._tell(lead, lead.message)
        elif not is_open(row):
            await self._nothing(lead)
        elif float(row["lease_until"]) > self._store.clock():
            await self._held(lead, row)
        else:
            turn = await turn_of(self._store.table, row)
            if lead.way != "end" or self._may_end(turn):
                return await self._take_over(lead, turn, str(row["holder"]), found)
            await self._too_early(lead, turn)
        return None

    async def _row(self, lead: Lead) -> tuple[Found | None, Item | None]:
        """The turn that it leads to; of a conversation, the one that is next. With it, what stands
        where a message may have to land."""
        turn_id = lead.turn_id
        if lead.message and lead.way == "turn":
            found = await stands(self._store, [lead.message])
            return found, found.get(keys.turn(turn_id))
        if lead.way == "talk":
            item = await self._store.table.get(keys.talk(lead.conversation))
            head = talk_of(lead.conversation, item).head
            turn_id = head.turn_id if head else ""
        row = await self._store.table.get(keys.turn(turn_id)) if turn_id else None
        return None, row

    # ── taking ────────────────────────────────────────────────────────────────

    async def _take_over(
        self, lead: Lead, turn: Turn, holder: str, found: Found | None
    ) -> Claim | None:
        """Who landed it may not have come as far as to put it into its place."""
        claim = await self._take(lead, turn, holder)
        if claim and lead.message:
            place = keys.talk(turn.message.conversation)
            item = found.get(place) if found else await self._store.table.get(place)
            await put_in_place(self._store, turn, item)
        return claim

    async def _take(self, lead: Lead, turn: Turn, holder: str) -> Claim | None:
        now, mark = self._store.clock(), self._store.new_mark()
        taken = claimed(turn, now, self._store.bounds)
        work = await self._work(lead, turn, now)
        update = Update(
            keys.turn(turn.message.turn_id),
            set={**{name: getattr(taken, name) for name in TAKEN}, "holder": mark},
            only=Only(
                "#holder = :holder AND #lease_until = :lease AND #state = :state",
                {"holder": holder, "lease": turn.lease_until, "state": turn.state},
            ),
        )
        try:
            row = await self._store.table.write(update)
        except ConditionFailed as failed:
            row = failed.old
            if row is None or row["holder"] != mark:
                self._hands.again(lead, now)
                return None
        assert row
        return self._claim(lead, turn, taken._replace(stopped=bool(row["stopped"])), work)

    async def _land(self, lead: Lead, found: Found | None) -> Claim | None:
        """A turn that nobody has seen: it stands in its queue, or its guardian brings it."""
        now, bounds = self._store.clock(), self._store.bounds
        if lead.message is None:
            await self._nothing(lead)
            return None
        unseen = Turn(lead.message, 0, lead.sent_at)
        if lead.way == "end" and not may_be_ended(unseen, now, bounds):
            await self._too_early(lead, unseen)
            return None
        landed = await self._landed(lead, lead.message, now, found)
        for turn in landed.new:
            work = await self._work(lead, turn, now)
            return self._claim(lead, turn, claimed(turn, now, bounds), work)
        if landed.known:
            self._hands.again(lead, now)
        else:
            await self._nothing(lead)
        return None

    async def _tell(self, lead: Lead, message: Message) -> None:
        """Somebody else has decided already: that is a turn of its own, in which they are told."""
        told = too_late(message)
        late = self._hands.drop(lead)._replace(turn_id=told.turn_id, message=told)
        self._hands.add(late, self._store.clock())

    async def _landed(
        self, lead: Lead, message: Message, now: float, found: Found | None
    ) -> Landed:
        if found is None:
            found = await stands(self._store, [message])
        return await take(
            self._store,
            message,
            lead.sent_at,
            found,
            lambda turn: claimed(turn, now, self._store.bounds),
        )

    def _claim(self, lead: Lead, before: Turn, taken: Turn, work: Work) -> Claim:
        turn_id = taken.message.turn_id
        self._hands.claimed(lead, turn_id, taken.attempt, taken.lease_until)
        return Claim(taken, work, call_from(before, self._store.bounds))

    async def _work(self, lead: Lead, turn: Turn, now: float) -> Work:
        work = work_of(turn, now, self._store.bounds)
        if work.reason != WAITED:
            return work
        conversation = turn.message.conversation
        item = await self._store.table.get(keys.talk(conversation))
        talk = talk_of(conversation, item)
        in_queue = lead.message is not None and talk.away_at > turn.accepted_at
        told = talk.told_later(turn.seq, now - self._store.bounds.wait_within_s)
        return work._replace(told_later=told or in_queue)

    # ── not taking ────────────────────────────────────────────────────────────

    async def _nothing(self, lead: Lead) -> None:
        """There is nothing to do any more."""
        if delivery := self._hands.drop(lead).delivery:
            await self._source.done(delivery)

    async def _held(self, lead: Lead, row: Item) -> None:
        """Somebody else works on it: by then they have renewed their lease, or are gone."""
        left_s = float(row["lease_until"]) - self._store.clock()
        if lead.way == "end":
            await self._too_early_by(lead, left_s)
        elif delivery := self._hands.drop(lead).delivery:
            is_next = row["turn_id"] == lead.turn_id
            await self._source.later(delivery, left_s + MARGIN_S if is_next else ELSEWHERE_S)

    def _may_end(self, turn: Turn) -> bool:
        now, bounds = self._store.clock(), self._store.bounds
        return may_be_ended(turn, now, bounds) or work_of(turn, now, bounds).kind == "end"

    async def _too_early(self, lead: Lead, turn: Turn) -> None:
        """What may still be answered: while it waits it has its time; else who takes it over is
        about to."""
        now, bounds = self._store.clock(), self._store.bounds
        waits_s = overdue_from(turn.accepted_at, bounds) - now
        await self._too_early_by(lead, ELSEWHERE_S if turn.first_claimed_at else waits_s)

    async def _too_early_by(self, lead: Lead, seconds: float) -> None:
        """A guardian that comes too early sends itself again; a hint of our own waits here."""
        if lead.delivery is None:
            self._hands.again(lead, self._store.clock() + seconds)
            return
        record = (
            Guardian(lead.message, lead.sent_at)
            if lead.message
            else Late(lead.conversation, lead.turn_id, "refused" if lead.to_answer else "")
        )
        await self._queues.send((write_record(record), seconds + GUARDIAN_AFTER_S))
        await self._nothing(lead)


def _comes_too_late(message: Message, row: Item) -> bool:
    """Whether this is a second one's decision, and not the first one's again."""
    return bool(message.decides) and row["person"] != person_of(message)
