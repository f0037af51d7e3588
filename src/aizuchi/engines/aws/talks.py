"""A conversation as the table has it: what waits in it, in order; whose it is, what it is called.

Its row is read, changed and written as a whole, by whoever has seen it last: `rev` counts that.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import NOTHING, Item, Only, Put
from aizuchi.events import Message
from aizuchi.recall import person_of


class Waiting(NamedTuple):
    """An open turn in its place; one that was refused does not wait for the others."""

    turn_id: str
    seq: int
    accepted_at: float
    refusal: str = ""


class Talk(NamedTuple):
    """`owner` may read it all, empty where others are in the place; `listed` says that it is one of
    the owner's threads. `answered`: somebody was answered here who was not refused. `away_at`: when
    it was told last that something had waited too long, and `away_seq` of which turn."""

    conversation: str
    rev: int = 0
    last_seq: int = 0
    begun: int = 0
    open: tuple[Waiting, ...] = ()
    owner: str = ""
    title: str = ""
    changed_at: float = 0.0
    answered: bool = False
    away_at: float = 0.0
    away_seq: int = 0

    @property
    def head(self) -> Waiting | None:
        """What may be claimed next."""
        return next((each for each in self.open if not each.refusal), None)

    @property
    def ahead(self) -> int:
        return sum(not each.refusal for each in self.open)

    @property
    def is_ours(self) -> bool:
        """Whether we have answered here, or are about to."""
        return self.answered or self.head is not None

    def began(self, message: Message, at: float, seq: int) -> "Talk":
        """Once a message stands in it. Whose it is, is known from the first one that we keep."""
        private = message.place.audience == "private"
        if message.history is not None or not private or self.owner:
            return self
        return self._replace(
            owner=person_of(message), title=message.title, changed_at=at, begun=seq
        )

    def without(self, turn_id: str) -> "Talk":
        return self._replace(open=tuple(each for each in self.open if each.turn_id != turn_id))

    def goes_on(self, message: Message, at: float, seq: int) -> "Talk":
        """Once an answer is kept; one that has lost its title, or whose it is, begins anew."""
        talk = self.began(message, at, seq)
        titled = talk.title or (message.title if talk.owner else "")
        return talk._replace(title=titled, changed_at=at)

    def told_later(self, seq: int, before: float) -> bool:
        """Whether a later message of it has waited too long as well: that one tells of both."""
        waiting = (each for each in self.open if not each.refusal)
        return self.away_seq > seq or any(
            each.seq > seq and each.accepted_at < before for each in waiting
        )


def talk_of(conversation: str, item: Item | None) -> Talk:
    """A conversation as its row has it; one without a row begins."""
    if item is None:
        return Talk(conversation)
    fields = {name: item[name] for name in Talk._fields if name in item}
    waiting = json.loads(str(item["open"]))
    fields |= {"conversation": conversation}
    return Talk(**fields)._replace(open=tuple(Waiting(*each[:4]) for each in waiting))  # type: ignore[arg-type]  # as written


def written(talk: Talk, now: float, until: Item = NOTHING) -> Put:
    """The row that takes the place of the one it was read from. It stays as long as anything in it
    is open."""
    fields = talk._asdict() | {"open": _compact(talk.open), "rev": talk.rev + 1}
    ends = {} if talk.open else until
    return Put({**keys.talk(talk.conversation)._asdict(), **fields, **ends}, unchanged(talk, now))


def unchanged(talk: Talk, now: float) -> Only:
    """As it was read. A row whose time is over is none."""
    if not talk.rev:
        return gone(now)
    return Only("#rev = :rev", {"rev": talk.rev})


def gone(now: float) -> Only:
    """Where no item is, or none that counts any more."""
    return Only("attribute_not_exists(#pk) OR #until < :now", {"now": now})


def _compact(waiting: Sequence[Waiting]) -> str:
    return json.dumps(waiting, ensure_ascii=False, separators=(",", ":"))
