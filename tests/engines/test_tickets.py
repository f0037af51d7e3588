"""How long a ticket is good, in both engines, and what the store knows of it."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.engines.homes import looking_into, opener

from aizuchi.engines.memory import Store, open_engine
from aizuchi.engines.sqlite import FILE
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import OpenEngine, running
from aizuchi.tickets import TICKET_S

ORIGIN = "https://chat.example"


def in_memory(home: Path) -> OpenEngine:
    return partial(open_engine, Store(), clock=virtual_time.clock)


@pytest.mark.parametrize("engine_of", [opener, in_memory])
@pytest.mark.parametrize(("after_s", "person"), [(TICKET_S - 0.1, "ann"), (TICKET_S, None)])
async def test_a_ticket_is_good_for_a_minute(
    engine_of: Callable[[Path], OpenEngine], after_s: float, person: str | None, tmp_path: Path
) -> None:
    async with running(engine_of(tmp_path)) as engine:
        ticket = await engine.tickets.make("ann", ORIGIN)
        await asyncio.sleep(after_s)
        assert await engine.tickets.use(ticket, ORIGIN) == person


async def test_what_nobody_used_is_swept_away(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        await engine.tickets.make("ann", ORIGIN)
        await asyncio.sleep(TICKET_S / 2)
        good = await engine.tickets.make("ann", ORIGIN)
        await asyncio.sleep(TICKET_S / 2 + 1)
        assert _kept(tmp_path) == 1
        assert await engine.tickets.use(good, ORIGIN) == "ann"
        assert _kept(tmp_path) == 0


async def test_memory_is_swept_too() -> None:
    store = Store()
    async with running(partial(open_engine, store, clock=virtual_time.clock)) as engine:
        await engine.tickets.make("ann", ORIGIN)
        await asyncio.sleep(2 * TICKET_S + 1)
        assert store.tickets == {}


async def test_the_ticket_itself_is_nowhere_in_the_file(tmp_path: Path) -> None:
    async with running(opener(tmp_path)) as engine:
        ticket = (await engine.tickets.make("ann", ORIGIN)).encode()
        files = list(tmp_path.iterdir())  # noqa: ASYNC240 - a folder of the test's own
        assert tmp_path / FILE in files
        assert [file for file in files if ticket in file.read_bytes()] == []


def _kept(home: Path) -> int:
    with looking_into(home) as connection:
        return int(connection.execute("SELECT count(*) FROM tickets").fetchone()[0])
