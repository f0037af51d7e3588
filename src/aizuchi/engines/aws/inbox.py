"""Accepting: what platforms send goes into its queue in order, what is read here lands at once."""

from collections.abc import Collection, Sequence

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.hands import Hands, Lead
from aizuchi.engines.aws.items import Only, Update
from aizuchi.engines.aws.landing import Landed, land
from aizuchi.engines.aws.queues import Queues
from aizuchi.engines.aws.records import (
    Guardian,
    Late,
    Wake,
    digest_of,
    guardian_delay_s,
    known_by,
    write_message,
    write_record,
)
from aizuchi.engines.aws.sources import Source
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import ConditionFailed
from aizuchi.engines.aws.talks import talk_of
from aizuchi.events import Message, Signal
from aizuchi.live import LiveLog
from aizuchi.turns import Turn, overdue_from


class AwsInbox:
    """The Inbox port. `pushed` are the surfaces whose messages go through the queue in order."""

    def __init__(
        self,
        store: Store,
        log: LiveLog,
        hands: Hands,
        source: Source,
        queues: Queues,
        pushed: Collection[str],
    ) -> None:
        self._store, self._log, self._hands = store, log, hands
        self._source, self._queues, self._pushed = source, queues, pushed

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        pushed = [message for message in messages if message.surface in self._pushed]
        pulled = [message for message in messages if message.surface not in self._pushed]
        new = await self._enqueue(pushed) | await self._land(pulled)
        now = self._store.clock()
        for signal in signals:
            await self.stop(signal, now)
        return new

    async def stop(self, signal: Signal, at: float) -> None:
        """Reaches the turn that was running in the conversation when it was given."""
        talk = talk_of(
            signal.conversation, await self._store.table.get(keys.talk(signal.conversation))
        )
        head = talk.head
        if head is None or signal.turn_id not in ("", head.turn_id):
            return
        running = Only(
            "attribute_exists(#pk) AND #state IN (:waiting, :working) AND #first_claimed_at <= :at",
            {"waiting": "waiting", "working": "working", "at": at},
        )
        try:
            await self._store.table.write(
                Update(keys.turn(head.turn_id), set={"stopped": True}, only=running)
            )
        except ConditionFailed:
            return
        self._log.stop(head.turn_id)

    async def _enqueue(self, messages: Sequence[Message]) -> set[str]:
        """One after the other: the order in which a queue takes them is theirs. What has landed
        already is known; of two copies on their way, SQS takes one."""
        if not messages:
            return set()
        known = await self._store.table.get_all([keys.turn(each.turn_id) for each in messages])
        new = [each for each in messages if keys.turn(each.turn_id) not in known]
        for message in new:
            await self._queues.send_in_order(
                write_message(message),
                digest_of(message.conversation),
                digest_of(known_by(message)),
            )
            guardian = write_record(Guardian(message, self._store.clock()))
            wait_s = guardian_delay_s(self._store.bounds.wait_within_s)
            await self._queues.send((guardian, wait_s))
        return {each.turn_id for each in new}

    async def _land(self, messages: Sequence[Message]) -> set[str]:
        if not messages:
            return set()
        now, bounds = self._store.clock(), self._store.bounds
        landed = await land(self._store, messages, now, waiting=bounds.waiting)
        if self._source.works:
            self._hint(landed)
        for turn in (*landed.new, *landed.known):
            await self._send_for(turn)
        return {turn.message.turn_id for turn in landed.new}

    def _hint(self, landed: Landed) -> None:
        """Who waits in this process need not wait for a queue."""
        for turn in landed.new:
            conversation, turn_id = turn.message.conversation, turn.message.turn_id
            head = Lead("talk", conversation, turn_id, seq=turn.seq)
            over = Lead("end", conversation, turn_id, to_end=True, seq=turn.seq)
            if turn.refusal:
                self._hands.add(over, turn.accepted_at)
            else:
                self._hands.add(head, turn.accepted_at)
                over = over._replace(to_answer=False)
                self._hands.add(over, overdue_from(turn.accepted_at, self._store.bounds))

    async def _send_for(self, turn: Turn) -> None:
        """Messages that bring somebody to it, whatever becomes of this process: one now, or once
        who waits here has had their time; one when it has waited too long. They are sent again
        where the turn was known: it may be that they never were."""
        now = self._store.clock()
        where = (turn.message.conversation, turn.message.turn_id)
        soon_s = self._source.alone_s
        if turn.refusal:
            await self._queues.send((write_record(Late(*where, turn.refusal)), soon_s))
            return
        overdue_s = overdue_from(turn.accepted_at, self._store.bounds) - now
        await self._queues.send(
            (write_record(Wake(*where)), soon_s), (write_record(Late(*where)), overdue_s)
        )
