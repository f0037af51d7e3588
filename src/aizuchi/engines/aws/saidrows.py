"""What was said: a settled turn as the table has it, and what is told of it."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.answers import (
    Finished,
    Logged,
    Position,
    Shown,
    decode,
    encode,
    fold,
)
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Put
from aizuchi.engines.aws.texts import spread
from aizuchi.events import (
    Attachment,
    Message,
    Place,
    decode_attachments,
    encode_attachments,
)
from aizuchi.history import Exchange, Said
from aizuchi.logstore import Transcript, collapsed
from aizuchi.ports import Settlement
from aizuchi.recall import person_of
from aizuchi.trail import decode_trail, encode_trail, trail_of

REMEMBERED = ("answered", "cancelled")


class Wish(NamedTuple):
    """What a person wanted, the command that they wanted it by, and what they attached."""

    text: str
    via: str
    attachments: Sequence[Attachment] = ()


class SaidRow(NamedTuple):
    """The words of a settled turn, and where its log ended."""

    turn_id: str
    asked_at: float
    ref: str
    question: str
    log: str
    attempt: int
    n: int
    trail: str
    undelivered: str
    via: str = ""
    files: str = ""

    @property
    def finished(self) -> Finished:
        return next(entry for entry in decode(self.log) if isinstance(entry, Finished))

    @property
    def exchange(self) -> Exchange:
        return Exchange(self.question, self.finished.text)

    @property
    def said(self) -> Said:
        asked = Said(
            self.turn_id,
            self.ref,
            self.question,
            self.asked_at,
            running=False,
            attachments=decode_attachments(self.files),
        )
        trail = decode_trail(self.trail)
        return asked.ended(self.finished, trail, undelivered=bool(self.undelivered))

    @property
    def transcript(self) -> Transcript:
        """The log that is left of an answer once its pieces have collapsed."""
        shown = [entry for entry in decode(self.log) if isinstance(entry, Shown)]
        end = Position(self.attempt, self.n)
        return collapsed(end, self.finished, shown, decode_trail(self.trail))


def said_row(
    message: Message, asked_at: float, log: Sequence[Logged], settlement: Settlement, wish: Wish
) -> SaidRow:
    """What a turn leaves behind."""
    end = next(line for line in log if isinstance(line.entry, Finished))
    undelivered = settlement.settled_as == "undeliverable"
    return SaidRow(
        turn_id=message.turn_id,
        asked_at=asked_at,
        ref=message.ref,
        question=wish.text,
        log=encode([*fold(log).shown, end.entry]),
        attempt=end.position.attempt,
        n=end.position.n,
        trail=encode_trail(trail_of(log)),
        undelivered=(settlement.reason or "refused") if undelivered else "",
        via=wish.via,
        files=encode_attachments(wish.attachments),
    )


def said_item(row: SaidRow, message: Message, seq: int, until: Item) -> tuple[Put, tuple[Put, ...]]:
    """Its item, and what has to stand behind that first. What decides who may be told of it, and
    whether it is recalled at all, stands beside the words."""
    key, end = keys.said(message.conversation, seq), row.finished
    words = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    head, behind = spread(key, words, until)
    item = {
        **key._asdict(),
        "seq": seq,
        "turn_id": row.turn_id,
        "conversation": message.conversation,
        "person": person_of(message),
        "place": message.place.key,
        "audience": message.place.audience,
        "remembered": bool(end.text) and end.outcome in REMEMBERED,
        "asks": end.consent is not None,
        **head,
        **until,
    }
    return Put(item), behind


def row_of(words: str) -> SaidRow:
    """The words as they were stored; fields that a later version has added are passed over."""
    return SaidRow(*json.loads(words)[: len(SaidRow._fields)])


def place_of(item: Item) -> Place:
    return Place(str(item["place"]), "private" if item["audience"] == "private" else "shared")
