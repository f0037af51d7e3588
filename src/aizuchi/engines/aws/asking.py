"""Questions that nobody has decided yet, as the table has them."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.answers import Consent, decode, decode_consent, encode, encode_consent
from aizuchi.consent import Pending
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Delete, Key, Put
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.texts import parts_of, spread, whole
from aizuchi.events import Message, decode_message, encode_message
from aizuchi.recall import person_of


class Asked(NamedTuple):
    """A question as it stands, and what stands behind its item."""

    pending: Pending
    behind: Sequence[Key]


async def asked_by(table: Table, turn_id: str) -> Asked | None:
    """What a turn has asked and nobody has decided."""
    item = await table.get(keys.asked(turn_id)) if turn_id else None
    return Asked(_pending(await whole(table, item)), parts_of(item)) if item else None


def asking(pending: Pending, message: Message) -> tuple[list[Put], tuple[Put, ...]]:
    """What is written where the turn of a message asks, and what has to stand behind it first."""
    turn_id, person = message.turn_id, person_of(pending.message)
    key = keys.asked(turn_id)
    consent, first = encode_consent(pending.consent), encode_message(pending.message)
    words = json.dumps([consent, pending.wish, first, encode(pending.rounds)])
    head, behind = spread(key, words)
    whose = {"person": person, "conversation": message.conversation, "turn_id": turn_id}
    item = Put({**key._asdict(), **whose, **head})
    return [item, Put({**keys.asked_for(person, turn_id)._asdict(), **whose})], behind


def decided(pending: Pending, turn_id: str) -> list[Delete]:
    """What goes once somebody has decided what a turn asked."""
    person = person_of(pending.message)
    return [Delete(keys.asked(turn_id)), Delete(keys.asked_for(person, turn_id))]


async def take_back(table: Table, turn_id: str) -> None:
    """Nobody is to decide it any more."""
    if item := await table.get(keys.asked(turn_id)):
        whose = keys.asked_for(str(item["person"]), turn_id)
        await table.write_all([*map(Delete, [*parts_of(item), keys.asked(turn_id), whose])])


def _pending(words: str) -> Pending:
    consent, wish, message, rounds = json.loads(words)[:4]
    found: Consent | None = decode_consent(consent)
    assert found
    made = [entry for entry in decode(rounds) if entry is not None]
    return Pending(found, decode_message(message), wish, made)
