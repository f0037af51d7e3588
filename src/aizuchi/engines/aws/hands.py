"""What this process knows of that may want work: each with the message of a queue behind it, or
none yet, and when it is worth another look."""

from collections.abc import Iterator
from math import inf
from typing import Literal, NamedTuple

from aizuchi.bell import Bells
from aizuchi.engines.aws.queues import Delivery
from aizuchi.events import Message

Way = Literal["talk", "turn", "end"]
Key = tuple[Way, str]


class Lead(NamedTuple):
    """Where work may be: the head of a conversation (`talk`), a turn that stands at the head of its
    queue (`turn`), or one that is only to be ended (`end`). A turn that has not landed yet comes
    with its `message`, and with when it was sent.

    `to_end`: whoever only ends turns may take it; `to_answer`: whoever answers may. `seq` is the
    turn's place, where it is known.
    """

    way: Way
    conversation: str
    turn_id: str
    message: Message | None = None
    sent_at: float = 0.0
    delivery: Delivery | None = None
    to_end: bool = False
    to_answer: bool = True
    seq: int = 0

    @property
    def key(self) -> Key:
        return self.way, self.conversation if self.way == "talk" else self.turn_id


class Hands:
    """Leads by what they lead to; of two to the same, one. `busy` are those that somebody tries
    now."""

    def __init__(self, bells: Bells) -> None:
        self.bells = bells
        self._leads: dict[Key, Lead] = {}
        self._due: dict[Key, float] = {}
        self._claimed: dict[tuple[str, int], Key] = {}
        self._touched: set[Key] = set()

    def add(self, lead: Lead, due: float) -> Delivery | None:
        """A lead to look at from a time on; returns a message too many of it, where there is."""
        known, surplus = self._leads.get(lead.key), None
        if known:
            lead, surplus = _merged(known, lead)
            if self._due[lead.key] == inf:
                self._touched.add(lead.key)
            is_held = lead.key in self._claimed.values() or lead.key in self._touched
            due = self._due[lead.key] if is_held else min(due, self._due[lead.key])
        self._leads[lead.key], self._due[lead.key] = lead, due
        self.bells.ring()
        return surplus

    def take(self, now: float, *, only_to_end: bool) -> Lead | None:
        """One that is due, for who tries it; nobody else gets it meanwhile. First those whose lease
        ran out, then the oldest."""
        due = {
            key: at
            for key, at in self._due.items()
            if at <= now and _is_for(self._leads[key], only_to_end)
        }
        if not due:
            return None
        key = min(due, key=lambda key: (self._is_taken_over(key), due[key], self._leads[key].seq))
        self._due[key] = inf
        return self._leads[key]

    def _is_taken_over(self, key: Key) -> bool:
        """False, which sorts first, where a lease of this process has run out."""
        return key not in self._claimed.values()

    def wake_at(self, *, only_to_end: bool) -> float | None:
        """When the next one is due."""
        ahead = (at for key, at in self._due.items() if _is_for(self._leads[key], only_to_end))
        soonest = min(ahead, default=inf)
        return None if soonest == inf else soonest

    def again(self, lead: Lead, due: float) -> None:
        """It is looked at later, or at once where something came of it while it was tried."""
        if lead.key in self._leads:
            self._due[lead.key] = 0.0 if lead.key in self._touched else due
            self._touched.discard(lead.key)
            self.bells.ring()

    def drop(self, lead: Lead) -> Lead:
        """Nothing is to be done for it; as it stands, with a message that came meanwhile. What
        came of it while it was tried is looked at once more."""
        self._due.pop(lead.key, None)
        dropped = self._leads.pop(lead.key, lead)
        if lead.key in self._touched:
            self._touched.discard(lead.key)
            self.add(dropped._replace(delivery=None), 0.0)
        return dropped

    def give_up(self, lead: Lead, now: float) -> Delivery | None:
        """The message of a lead that nobody has taken; None where somebody holds it. Where a
        conversation waits is still known, if there is a hand free before somebody else's is."""
        if self._due.get(lead.key, inf) > now:
            return None
        due, dropped = self._due[lead.key], self.drop(lead)
        if lead.way == "talk":
            self.add(dropped._replace(delivery=None), due)
        return dropped.delivery

    # ── claims ────────────────────────────────────────────────────────────────

    def claimed(self, lead: Lead, turn_id: str, attempt: int, lease_until: float) -> None:
        """Until it is settled or given back; looked at again where its lease runs out."""
        self._claimed = {claim: key for claim, key in self._claimed.items() if key != lead.key}
        self._claimed[turn_id, attempt] = lead.key
        self._touched.discard(lead.key)
        self.again(lead, lease_until)

    def of(self, turn_id: str, attempt: int) -> Lead | None:
        """The lead of a claim of this process."""
        key = self._claimed.get((turn_id, attempt))
        return self._leads.get(key) if key else None

    def holder(self, lead: Lead) -> tuple[str, int] | None:
        """The last claim of this process that came of a lead: a turn and its attempt."""
        return next((claim for claim, key in self._claimed.items() if key == lead.key), None)

    def renewed(self, turn_id: str, attempt: int, lease_until: float) -> Lead | None:
        lead = self.of(turn_id, attempt)
        if lead and self._due[lead.key] != inf:
            self._due[lead.key] = lease_until
        return lead

    def let_go(self, turn_id: str, attempt: int) -> Lead | None:
        """The claim is over; its lead is with the caller."""
        key = self._claimed.pop((turn_id, attempt), None)
        return self.drop(self._leads[key]) if key in self._leads else None

    def forget(self, turn_id: str) -> None:
        """A hint of our own about a turn that has come to its end."""
        key: Key = ("end", turn_id)
        if key in self._leads and not self._leads[key].delivery:
            self.drop(self._leads[key])

    def idle(self) -> Iterator[Lead]:
        """What nobody has claimed, with its message."""
        held = set(self._claimed.values())
        for key in [key for key in self._leads if key not in held]:
            if self._leads[key].delivery:
                yield self.drop(self._leads[key])


def _merged(known: Lead, lead: Lead) -> tuple[Lead, Delivery | None]:
    """One lead of two, and the message that it does not need: a message that comes again is held
    by its newest receipt."""
    if not known.delivery or not lead.delivery:
        return known._replace(delivery=known.delivery or lead.delivery), None
    if known.delivery.id == lead.delivery.id:
        return known._replace(delivery=lead.delivery), None
    return known, lead.delivery


def _is_for(lead: Lead, only_to_end: bool) -> bool:
    return lead.to_end if only_to_end else lead.to_answer
