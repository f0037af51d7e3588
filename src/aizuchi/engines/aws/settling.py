"""Settling: read what stands, write the end of the turn, and again where somebody was faster."""

import asyncio
from contextlib import suppress

from aizuchi.access import day_of
from aizuchi.consent import asking_id
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.asking import asked_by
from aizuchi.engines.aws.ending import Ending, Standing
from aizuchi.engines.aws.forgetting import forget_person
from aizuchi.engines.aws.lives import Life, life_of
from aizuchi.engines.aws.persons import is_forgotten_since
from aizuchi.engines.aws.queues import Queues
from aizuchi.engines.aws.records import Undecided, write_record
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Cancelled
from aizuchi.engines.aws.talks import Waiting, talk_of
from aizuchi.engines.aws.turnrows import is_held, is_open
from aizuchi.errors import LeaseLost, StoreError, StoreUnavailable
from aizuchi.ports import Settlement
from aizuchi.recall import person_of
from aizuchi.turns import Claim, after

WITHIN_S = 8.0
PAUSE_S = 0.02


async def settle(
    store: Store, queues: Queues, claim: Claim, settlement: Settlement
) -> Waiting | None:
    """What may be claimed next in the conversation, where anything waits there.

    Raises:
        LeaseLost: the claim is not the newest one.
    """
    loop, message = asyncio.get_running_loop(), claim.turn.message
    until = loop.time() + WITHIN_S
    if settlement.forget_person and is_open((await _standing(store, claim)).row):
        await forget_person(store, person_of(message), claim.turn.seq)
    while loop.time() < until:
        standing = await _standing(store, claim)
        if not is_open(standing.row) or await _end(store, queues, claim, settlement, standing):
            return standing.talk.without(message.turn_id).head
        await store.pause(PAUSE_S)
    raise StoreUnavailable("A conversation changes too fast to be written.", "It is tried again.")


async def _standing(store: Store, claim: Claim) -> Standing:
    message = claim.turn.message
    person = person_of(message)
    talk_key, person_key = keys.talk(message.conversation), keys.person(person)
    today = keys.day(day_of(store.clock()), person)
    life, found, asked = await asyncio.gather(
        life_of(store.table, message.turn_id),
        store.table.get_all([talk_key, person_key, today]),
        asked_by(store.table, asking_id(message.turn_id)),
    )
    _may_settle(life, claim)
    forgotten = is_forgotten_since(found.get(person_key), claim.turn.seq)
    talk = talk_of(message.conversation, found.get(talk_key))
    keeps = message.history is None and not forgotten
    return Standing(life, talk, asked, keeps, has_day=today in found)


def _may_settle(life: Life, claim: Claim) -> None:
    """A settlement whose reply was lost is known again: nobody else had this attempt."""
    row, turn = life.row, claim.turn
    if row and not is_open(row) and row["attempt"] == turn.attempt:
        return
    if row is None or not is_held(row, claim):
        raise LeaseLost(f"attempt {turn.attempt} at {turn.message.turn_id} is over")
    after(row["state"], "settle")  # type: ignore[arg-type]  # as it was written


async def _end(
    store: Store, queues: Queues, claim: Claim, settlement: Settlement, standing: Standing
) -> bool:
    """Whether it is settled now; not where somebody else has changed what stands."""
    ending = Ending(store, claim, settlement, standing)
    await ending.plan()
    await store.table.write_all(ending.before)
    if ending.expires_at:
        undecided = write_record(Undecided(claim.turn.message.turn_id))
        await queues.send((undecided, ending.expires_at - store.clock()))
    try:
        await store.table.transact(ending.together)
    except Cancelled:
        return False
    with suppress(StoreError):  # what is left behind goes with its time
        await store.table.write_all(ending.beyond)
    return True
