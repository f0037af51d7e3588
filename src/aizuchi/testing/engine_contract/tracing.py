"""Promises about the lives of turns: what is kept of them, open or settled, and for how long."""

import asyncio

from aizuchi.answers import Finished, Posting, Shown, TextDelta
from aizuchi.history import Event, Note
from aizuchi.ports import Settlement
from aizuchi.testing.engine_contract.bench import (
    OpenEngine,
    accept,
    claim,
    claim_now,
    exchange,
    message,
    running,
)


async def a_life_tells_what_happened_when(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        taken = await claim_now(engine)
        await asyncio.sleep(2)
        await engine.log.append(taken, [Posting(1, 0.0)])
        await engine.log.append(taken, [Shown(1, "ref")])
        await engine.log.append(taken, [TextDelta("yes")])
        await engine.log.append(taken, [Finished("answered", "yes")])
        open_life = await engine.traces.read("1")
        await asyncio.sleep(3)
        await engine.queue.settle(taken, Settlement("answered", tokens=9, written=4))
        life = await engine.traces.read("1")
    assert open_life
    assert life
    assert (open_life.settled_as, life.settled_as) == ("", "answered")
    assert [(code, detail) for _, code, detail in life.events] == [
        ("attempt", "1"),
        ("posting", "1"),
        ("shown", "1"),
        ("text", ""),
        ("finished", "answered"),
    ]
    assert (life.tokens, life.written) == (9, 4)
    assert life.events[0].at - life.accepted_at >= 2
    assert life.settled_at - life.events[-1].at >= 3


async def another_attempt_shows_and_an_end_says_why(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await accept(engine, message("1"))
        first = await claim_now(engine)
        await engine.log.append(first, [TextDelta("half"), Posting(1, 0.0)])
    async with running(open_engine) as engine:
        second = await claim(engine, within_s=60)  # where others share the store, leases run out
        assert second
        end = Finished("failed", "", "Sorry.", "gave_up", "i1")
        await engine.log.append(second, [end])
        await engine.queue.settle(second, Settlement("undeliverable", reason="no_permission"))
        life = await engine.traces.read("1")
    assert life
    codes = [(code, detail) for _, code, detail in life.events]
    assert codes[0] == ("attempt", "1")
    assert codes[-2:] == [("attempt", "2"), ("finished", "gave_up")]
    assert (life.settled_as, life.reason) == ("undeliverable", "no_permission")


async def notes_stand_in_their_places(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        life = await engine.traces.read("1")
        assert life
        late = Event(life.settled_at + 60, "came_again")
        early = Event(life.accepted_at - 1, "busy", "3")
        await engine.traces.note([Note("1", late), Note("1", early), Note("2", late)])
    async with running(open_engine) as engine:
        life = await engine.traces.read("1")
        assert life
        assert await engine.traces.read("2") is None
    assert (life.events[0], life.events[-1]) == (early, late)


async def a_life_goes_with_whoever_is_forgotten(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        await exchange(engine, message("1"))
        await accept(engine, message("wish"))
        taken = await claim_now(engine)
        await engine.log.append(taken, [Finished("answered", "Done.")])
        await engine.queue.settle(taken, Settlement("answered", forget_person=True))
        assert await engine.traces.read("1") is None
        assert await engine.traces.read("wish") is not None


PROMISES = (
    a_life_tells_what_happened_when,
    another_attempt_shows_and_an_end_says_why,
    notes_stand_in_their_places,
    a_life_goes_with_whoever_is_forgotten,
)
