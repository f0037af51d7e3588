"""A turn as the table has it: how far it has come; and what stays of it when it has settled."""

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item, Only, Put, Value
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.texts import spread, whole
from aizuchi.events import decode_message, encode_message
from aizuchi.recall import person_of
from aizuchi.turns import Claim, Turn

INLINE_BYTES = 1_000
"""A longer message stands behind its turn's row, which is written again and again."""

PROGRESS = tuple(name for name in Turn._fields if name not in ("message", "seq", "accepted_at"))
"""What of a turn changes on its way."""

OVER = "settled"


def new_row(turn: Turn, holder: str, only: Only) -> tuple[Put, tuple[Put, ...]]:
    """A turn that nobody has seen before, and what has to stand behind it first. `holder` names
    the write that took it last: one whose reply was lost is known again."""
    message = turn.message
    key = keys.turn(message.turn_id)
    head, behind = spread(key, encode_message(message), inline=INLINE_BYTES)
    item = {
        **key._asdict(),
        "turn_id": message.turn_id,
        "conversation": message.conversation,
        "person": person_of(message),
        "seq": turn.seq,
        "accepted_at": turn.accepted_at,
        "holder": holder,
        **progress(turn),
        **head,
    }
    return Put(item, only), behind


async def turn_of(table: Table, row: Item) -> Turn:
    """An open turn with its message."""
    return turn_with(row, await whole(table, row))


def turn_with(row: Item, message: str) -> Turn:
    fields = {name: row[name] for name in (*PROGRESS, "seq", "accepted_at")}
    return Turn(message=decode_message(message), **fields)  # type: ignore[arg-type]  # as written


def with_progress(turn: Turn, row: Item) -> Turn:
    """A turn as its row has it by now."""
    return turn._replace(**{name: row[name] for name in PROGRESS})  # type: ignore[arg-type]  # as written


def progress(turn: Turn) -> dict[str, Value]:
    return {name: getattr(turn, name) for name in PROGRESS}


def is_open(row: Item) -> bool:
    return row["state"] != OVER


def held_by(claim: Claim) -> Only:
    """While this claim is the newest and was not given back."""
    values: Item = {"attempt": claim.turn.attempt, "never": 0, "over": OVER}
    return Only("#attempt = :attempt AND #lease_until > :never AND #state <> :over", values)


def is_held(row: Item | None, claim: Claim) -> bool:
    """The same of a row at hand."""
    if row is None or not is_open(row) or row["attempt"] != claim.turn.attempt:
        return False
    return bool(row["lease_until"])
