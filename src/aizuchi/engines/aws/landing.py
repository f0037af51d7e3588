"""Where messages come to stand: a row for each that is new, in its place in its conversation.

What a page or a terminal sends lands when it is accepted; what a platform sends is in order in its
queue, and lands when it is claimed. From then on there is no difference.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.filing import files_brought
from aizuchi.engines.aws.indexing import pointers, threads
from aizuchi.engines.aws.items import Item, Key, Write
from aizuchi.engines.aws.saidrows import Wish, row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled
from aizuchi.engines.aws.talks import Talk, Waiting, gone, talk_of, written
from aizuchi.engines.aws.texts import whole
from aizuchi.engines.aws.turnrows import is_open, new_row
from aizuchi.errors import StoreUnavailable
from aizuchi.events import Message, decode_attachments, decode_message
from aizuchi.turns import Turn

WITHIN_S = 8.0
PAUSE_S = 0.02

Found = Mapping[Key, Item]


class Landed(NamedTuple):
    """The turns that are new, and those that were known and are still open."""

    new: Sequence[Turn]
    known: Sequence[Turn]


class _Plan(NamedTuple):
    """What one try would write."""

    landed: Landed
    talks: Mapping[str, Talk]
    begun: Sequence[str]


async def land(
    store: Store,
    messages: Sequence[Message],
    at: float,
    *,
    waiting: float,
    taken: Callable[[Turn], Turn] = lambda turn: turn,
    holder: str = "",
) -> Landed:
    """Gives each message that is new its place; as many as `waiting` may wait in a conversation.
    `taken` is what becomes of a turn in the same moment.

    Raises:
        StoreUnavailable: nothing of it was stored.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + WITHIN_S
    while loop.time() < until:
        plan = await _plan(store, messages, at, waiting)
        if not plan.landed.new:
            return plan.landed
        try:
            await _write(store, plan, taken, holder)
        except Cancelled:
            await store.pause(PAUSE_S)
        else:
            return plan.landed
    raise StoreUnavailable("A conversation changes too fast to be written.", "Send it again.")


async def _plan(store: Store, messages: Sequence[Message], at: float, waiting: float) -> _Plan:
    ids = [each.turn_id for each in messages] + [each.replaces for each in messages]
    conversations = {each.conversation for each in messages}
    wanted = [keys.turn(turn_id) for turn_id in ids if turn_id]
    found = await store.table.get_all([*wanted, *map(keys.talk, conversations)])
    talks = {each: talk_of(each, found.get(keys.talk(each))) for each in conversations}
    new: list[Turn] = []
    known: list[Turn] = []
    begun: dict[str, None] = {}
    for message in messages:
        talk = talks[message.conversation]
        row = found.get(keys.turn(message.turn_id))
        if row is not None:
            known += [Turn(message, int(row["seq"]), float(row["accepted_at"]))] * is_open(row)
        elif _is_ours(message, talk) and message.turn_id not in {
            each.message.turn_id for each in new
        }:
            turn = await _turn(store, message, talk, at, waiting, found)
            talks[message.conversation] = _with(talk, turn, at)
            begun |= {} if talk.owner else {message.conversation: None}
            new.append(turn)
    return _Plan(Landed(new, known), talks, list(begun))


def _is_ours(message: Message, talk: Talk) -> bool:
    return talk.is_ours or not message.joins


async def _turn(
    store: Store, message: Message, talk: Talk, at: float, waiting: float, found: Found
) -> Turn:
    if message.asks_again:
        message = message.with_question(*await _question(store, message, found))
    is_full = talk.ahead > waiting and not message.decides  # which cannot be sent again
    seq = store.order.next(talk.last_seq)
    return Turn(message, seq, at, refusal="full" if is_full else "")


def _with(talk: Talk, turn: Turn, at: float) -> Talk:
    waiting = Waiting(turn.message.turn_id, turn.seq, at, turn.refusal)
    begun = talk.began(turn.message, at, turn.seq)
    return begun._replace(open=(*talk.open, waiting), last_seq=turn.seq)


async def _question(store: Store, message: Message, found: Found) -> Wish:
    """What was asked by the turn that a message of its conversation asks again, and how."""
    row = found.get(keys.turn(message.replaces))
    if row is None or row["conversation"] != message.conversation:
        return Wish("", "")
    if is_open(row):
        asked = decode_message(await whole(store.table, row))
        return Wish(asked.text, asked.via, asked.attachments)
    said = await store.table.get(keys.said(message.conversation, int(row["seq"])))
    if said is None:
        return Wish("", "")
    words = row_of(await whole(store.table, said))
    return Wish(words.question, words.via, decode_attachments(words.files))


async def _write(store: Store, plan: _Plan, taken: Callable[[Turn], Turn], holder: str) -> None:
    """The conversations first: what goes wrong is nearly always that somebody else was faster."""
    now, new = store.clock(), plan.landed.new
    changed = dict.fromkeys(turn.message.conversation for turn in new)
    writes: list[Write] = [written(plan.talks[each], now) for each in changed]
    beside = [each for talk in plan.begun for each in threads(plan.talks[talk])]
    for turn in new:
        row, behind = new_row(taken(turn), holder, gone(now))
        writes += [row, *pointers(turn.message, turn.seq)]
        beside += [*behind, *files_brought(store, turn.message)]
    await store.table.write_all(beside)
    await store.table.transact(writes)
