"""Promises about tickets: good once, for a minute, for one person from one origin."""

import asyncio

from aizuchi.testing.engine_contract.bench import OpenEngine, running
from aizuchi.tickets import TICKET_BYTES

HERE, ELSEWHERE = "https://chat.example", "https://evil.example"
LONG_ENOUGH = TICKET_BYTES * 4 // 3


async def a_ticket_lets_its_person_in_once(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        for person, origin in (("ann", HERE), ("bob", "")):
            ticket = await engine.tickets.make(person, origin)
            assert await engine.tickets.use(ticket, origin) == person
            assert await engine.tickets.use(ticket, origin) is None


async def of_many_who_use_a_ticket_at_once_one_comes_in(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        ticket = await engine.tickets.make("ann", HERE)
        using = (engine.tickets.use(ticket, HERE) for _ in range(20))
        assert sorted(filter(None, await asyncio.gather(*using))) == ["ann"]


async def a_ticket_that_is_tried_from_elsewhere_is_used_up(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        for made_for, tried_from in ((HERE, ELSEWHERE), (HERE, ""), ("", HERE)):
            ticket = await engine.tickets.make("ann", made_for)
            assert await engine.tickets.use(ticket, tried_from) is None
            assert await engine.tickets.use(ticket, made_for) is None


async def a_ticket_outlives_the_process_that_made_it(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        good, used = [await engine.tickets.make("ann", HERE) for _ in range(2)]
        await engine.tickets.use(used, HERE)
    async with running(open_engine) as engine:
        assert await engine.tickets.use(used, HERE) is None
        assert await engine.tickets.use(good, HERE) == "ann"


async def nobody_guesses_a_ticket(open_engine: OpenEngine) -> None:
    async with running(open_engine) as engine:
        made = {await engine.tickets.make("ann", "") for _ in range(50)}
        assert len(made) == 50
        assert {len(ticket) for ticket in made} == {LONG_ENOUGH}
        for junk in ("", "ann", made.pop()[:-1], "x" * 10_000, "切符", "\udcff", "' OR 1=1 --"):
            assert await engine.tickets.use(junk, "") is None


PROMISES = (
    a_ticket_lets_its_person_in_once,
    of_many_who_use_a_ticket_at_once_one_comes_in,
    a_ticket_that_is_tried_from_elsewhere_is_used_up,
    a_ticket_outlives_the_process_that_made_it,
    nobody_guesses_a_ticket,
)
