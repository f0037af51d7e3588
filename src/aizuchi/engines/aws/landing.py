"""Where messages come to stand: a row for each that is new, in its place in its conversation.

What a page or a terminal sends lands when it is accepted; what a platform sends is in order in its
queue, and lands when it is claimed. From then on there is no difference.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from math import inf
from typing import NamedTuple

from aizuchi.engines.aws import keys
from aizuchi.engines.aws.filing import files_brought
from aizuchi.engines.aws.indexing import pointers, threads
from aizuchi.engines.aws.items import Item, Key, Write
from aizuchi.engines.aws.saidrows import Wish, row_of
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled, ConditionFailed
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
) -> Landed:
    """Gives each message that is new its place; as many as `waiting` may wait in a conversation.

    Raises:
        StoreUnavailable: nothing of it was stored.
    """
    async for _ in _tries(store):
        plan = await _plan(store, messages, at, waiting, await stands(store, messages))
        if not plan.landed.new:
            return plan.landed
        with suppress(Cancelled):
            await _write(store, plan)
            return plan.landed
    raise _too_fast()


async def take(
    store: Store, message: Message, at: float, found: Found, take_it: Callable[[Turn], Turn]
) -> Landed:
    """Gives a message that is the next one of its queue its place, as `found` has what stands
    there, and takes its turn in the same moment; a `holder` that is its own names who did.

    One after the other, each by itself, at half the price of a transaction: who has the turn puts
    it into its place, and should that end in between, so does who takes it over.

    Raises:
        StoreUnavailable: somebody may have to take it over.
    """
    plan = await _plan(store, [message], at, inf, found)
    for turn in plan.landed.new:
        taken = take_it(turn)
        row, behind = new_row(taken, store.new_mark(), gone(store.clock()))
        beside = [*pointers(message, turn.seq), *behind, *files_brought(store, message)]
        await store.table.write_all(beside)
        try:
            await store.table.write(row)
        except ConditionFailed as failed:
            if failed.old is None or failed.old["holder"] != row.item["holder"]:
                return Landed((), (turn,))
        await put_in_place(store, taken, found.get(keys.talk(message.conversation)))
    return plan.landed


async def put_in_place(store: Store, turn: Turn, item: Item | None) -> None:
    """The conversation, which stands as `item`, knows that a turn is open in it."""
    message, place = turn.message, keys.talk(turn.message.conversation)
    async for _ in _tries(store):
        talk = talk_of(message.conversation, item)
        if any(each.turn_id == message.turn_id for each in talk.open):
            return
        added = _with(talk, turn, turn.accepted_at)
        in_order = tuple(sorted(added.open, key=lambda each: each.seq))
        stands_in = added._replace(open=in_order, last_seq=max(talk.last_seq, turn.seq))
        try:
            await store.table.write_all([] if talk.owner else threads(stands_in))
            await store.table.write(written(stands_in, store.clock()))
        except ConditionFailed:
            item = await store.table.get(place)
        else:
            return
    raise _too_fast()


async def _tries(store: Store) -> AsyncIterator[None]:
    """Again and again, for some seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WITHIN_S
    while loop.time() < until:
        yield
        await store.pause(PAUSE_S)


def _too_fast() -> StoreUnavailable:
    return StoreUnavailable("A conversation changes too fast to be written.", "Send it again.")


async def stands(store: Store, messages: Sequence[Message]) -> Found:
    """What there is of these messages, of what they ask again, and of their conversations."""
    ids = [each.turn_id for each in messages] + [each.replaces for each in messages]
    turns = [keys.turn(turn_id) for turn_id in ids if turn_id]
    return await store.table.get_all([*turns, *(keys.talk(each.conversation) for each in messages)])


async def _plan(
    store: Store, messages: Sequence[Message], at: float, waiting: float, found: Found
) -> _Plan:
    conversations = {each.conversation for each in messages}
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
    words = row_of(said, await whole(store.table, said))
    return Wish(words.question, words.via, decode_attachments(words.files))


async def _write(store: Store, plan: _Plan) -> None:
    """The conversations first: what goes wrong is nearly always that somebody else was faster. By
    what a turn is found stands before it: one that leads to nothing harms nothing."""
    now, new = store.clock(), plan.landed.new
    changed = dict.fromkeys(turn.message.conversation for turn in new)
    writes: list[Write] = [written(plan.talks[each], now) for each in changed]
    beside = [each for talk in plan.begun for each in threads(plan.talks[talk])]
    for turn in new:
        row, behind = new_row(turn, "", gone(now))
        writes.append(row)
        beside += [*pointers(turn.message, turn.seq), *behind]
        beside += files_brought(store, turn.message)
    await store.table.write_all(beside)
    await store.table.transact(writes)
