"""Who may allow what has to be allowed, and for how long they are asked."""

import time
from collections.abc import Callable
from typing import NamedTuple

from aizuchi.consent import Pending, decision_in, may_decide, too_late
from aizuchi.events import Message
from aizuchi.ports import Consents


class Rules(NamedTuple):
    """What `[tools]` says of consent. `owner` is who lets people in; `clock` the time of day."""

    consents: Consents | None = None
    approvers: tuple[str, ...] = ()
    ask_within_s: float = 3600.0
    owner: str = ""
    clock: Callable[[], float] = time.time

    def lets_decide(self, message: Message, asker: str) -> bool:
        """Whether the click of whoever sent this counts."""
        return may_decide(message.sender.id, asker, message.surface, self.approvers)

    def admitted(self, message: Message) -> Message:
        """A message on its way in: a click that does not count is a turn of its own, so that the
        decision is left to those who may make it."""
        decision = decision_in(message)
        counts = decision is None or self.lets_decide(message, decision.asker)
        return message if counts else too_late(message)

    async def read(self, turn_id: str) -> Pending | None:
        """What a turn has asked and nobody has decided."""
        return await self.consents.read(turn_id) if self.consents and turn_id else None
