"""What a message of the queues is about, and to whom here it goes."""

import asyncio
import logging

from aizuchi.engines.aws.consents import AwsConsents
from aizuchi.engines.aws.hands import Hands, Lead
from aizuchi.engines.aws.inbox import AwsInbox
from aizuchi.engines.aws.queues import Addresses, Delivery
from aizuchi.engines.aws.records import Guardian, Late, Sent, Undecided, Wake, read_record
from aizuchi.engines.aws.sources import Source
from aizuchi.engines.aws.store import Store
from aizuchi.events import decode_message

SURPLUS_S = 300.0
"""How long a message rests that stands for what another stands for already."""

BUSY_S = 0.2
ELSEWHERE_S = 3.0
"""How long it is left to others then: beside the order we would get it again at once."""

log = logging.getLogger(__name__)


class Reception:
    def __init__(
        self,
        addresses: Addresses,
        store: Store,
        hands: Hands,
        source: Source,
        inbox: AwsInbox,
        consents: AwsConsents,
    ) -> None:
        self._addresses, self._store, self._hands = addresses, store, hands
        self._source, self._inbox, self._consents = source, inbox, consents
        self._lying: asyncio.Queue[tuple[Lead, float]] = asyncio.Queue()

    async def take(self, delivery: Delivery) -> None:
        try:
            if delivery.queue == self._addresses.turns:
                await self._lead_in_order(delivery)
            else:
                await self._route(delivery)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            log.error("a message of the queue is none of ours: %s", type(error).__name__)
            await self._source.done(delivery)

    async def _lead_in_order(self, delivery: Delivery) -> None:
        message = decode_message(delivery.body)
        await self._lead(
            Lead("turn", message.conversation, message.turn_id, message, delivery.sent_at, delivery)
        )

    async def _route(self, delivery: Delivery) -> None:
        match read_record(delivery.body):
            case Wake(conversation, turn_id):
                await self._lead(Lead("talk", conversation, turn_id, delivery=delivery))
            case Late(conversation, turn_id, refused):
                late = Lead("end", conversation, turn_id, delivery=delivery, to_end=True)
                await self._lead(late._replace(to_answer=bool(refused)))
            case Guardian(message, at):
                late = Lead("end", message.conversation, message.turn_id, message, at, delivery)
                await self._lead(late._replace(to_end=True, to_answer=False))
            case Undecided(turn_id):
                self._consents.look(turn_id, delivery)
            case Sent(signal, at):
                await self._inbox.stop(signal, at)
                await self._source.done(delivery)

    async def _lead(self, lead: Lead) -> None:
        assert lead.delivery
        since = min(lead.delivery.sent_at, self._store.clock())  # SQS has a clock of its own
        if surplus := self._hands.add(lead, since):
            await self._source.later(surplus, SURPLUS_S)
        elif not (lead.to_end or self._source.alone_s):
            self._lying.put_nowait((lead, asyncio.get_running_loop().time() + BUSY_S))

    async def run(self) -> None:
        """Gives back what nobody here had a hand free for in a while: others may have."""
        while True:
            lead, until = await self._lying.get()
            await asyncio.sleep(until - asyncio.get_running_loop().time())
            if delivery := self._hands.give_up(lead, self._store.clock()):
                in_order = delivery.queue == self._addresses.turns
                await self._source.later(delivery, 0 if in_order else ELSEWHERE_S)
