"""The estimate counts what a message takes, and the page of costs says what the estimate does."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.aws.sockets import SocketLives
from tests.deploy.charge_table import lines as charged
from tests.deploy.cost_tables import DEFAULTS, PAGES, crossing, renewed, tables
from tests.deploy.priced import QUESTION, QUIET_S, Counted, Speaking, counted_in
from tests.web.asking import asked, until_over

from aizuchi.deploy.aws.estimate import (
    BESIDE,
    IN_ORDER,
    OF_PLATFORMS,
    OF_SOCKETS,
    OF_THE_WEB,
    READ,
    WAIT_S,
    WRITE,
    Uses,
    crossover,
    estimate,
    lines,
    pushes,
)
from aizuchi.simulator.aws import Charge

MOST = 0.075
"""Dollars that a thousand messages of a platform may cost."""


def counted(charges: Iterable[Charge]) -> Counter[str]:
    found: Counter[str] = Counter()
    for charge in charges:
        if not charge.empty:
            found[kind_of(charge)] += charge.units  # type: ignore[assignment]  # halves of reads
    return found


def used(one: Counted, *, own_s: float) -> Uses:
    found = counted(one.charges)
    return Uses(
        found["write"],
        found["read"],
        in_order=found["turns.fifo"],
        beside=found["side"],
        side=one.side.times,
        own_s=own_s,
        log_kb=one.log_bytes / 1000,
    )


def kind_of(charge: Charge) -> str:
    return charge.about if charge.kind == "request" else charge.kind


def kept_for(uses: Uses) -> float:
    """What the table and the queues cost, for a thousand messages."""
    table = uses.writes * WRITE + uses.reads * READ
    return (table + uses.in_order * IN_ORDER + uses.beside * BESIDE) / 1000 + 1e-9


def assert_counts(said: Uses, found: Uses) -> None:
    """No less than there is, and not much more."""
    for name, most in said._asdict().items():
        assert 0.85 * most <= getattr(found, name) <= most, (name, found)


@pytest.mark.parametrize("streams", [False, True], ids=["edits", "streams"])
async def test_a_message_takes_what_the_estimate_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: bool
) -> None:
    one = counted_in(tmp_path, monkeypatch, WAIT_S, streams=streams)
    async with one.running():
        await one.ask("The first one opens everything.")
        one.begin()
        await one.ask(QUESTION)
    found = used(one, own_s=one.worker.seconds - WAIT_S)
    assert sum(line.dollars for line in charged(one.charges)) <= kept_for(OF_PLATFORMS)
    assert (one.taken, one.worker.times) == (1, 1)
    if streams:  # there is less to be called at the end
        found = found._replace(own_s=max(found.own_s, 0.85 * OF_PLATFORMS.own_s))
    assert_counts(OF_PLATFORMS, found)


async def test_a_message_of_the_web_takes_what_the_estimate_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = counted_in(tmp_path, monkeypatch, WAIT_S)
    async with one.running():
        await one.chat("The first one opens everything.")
        one.begin()
        took_s = await one.chat(QUESTION)
    assert_counts(OF_THE_WEB, used(one, own_s=took_s - WAIT_S))


async def test_a_message_over_a_socket_takes_what_the_estimate_counts(tmp_path: Path) -> None:
    lives, charges = SocketLives(tmp_path, Speaking(WAIT_S)), list[Charge]()
    async with lives.running():
        person = lives.person()
        async with lives.socket(person) as socket:
            lives.aws.charges.heard = charges.append
            socket.send(asked(person, QUESTION))
            assert (await until_over(socket))[-1]["type"] == "end"
            await asyncio.sleep(QUIET_S)
    found = counted(charges)
    said = (OF_SOCKETS.writes, OF_SOCKETS.reads, OF_SOCKETS.beside, pushes(WAIT_S) - 1)
    there = (found["write"], found["read"], found["side"], lives.pushes)
    for most, each in zip(said, there, strict=True):
        assert 0.85 * most <= each <= most, (said, there)


def test_a_thousand_messages_cost_less_than_wanted() -> None:
    assert estimate(DEFAULTS).thousand <= MOST


def test_a_month_with_nobody_talking_is_alarms_and_a_look_into_the_queues() -> None:
    assert estimate(DEFAULTS).idle < 2
    said = lines(DEFAULTS)
    assert f"${estimate(DEFAULTS).idle:.2f} with nobody talking (alarms, looking into" in said[1]
    assert "list prices in us-east-1" in said[-1]


def test_a_container_is_cheaper_from_where_it_is_said_on() -> None:
    many = crossover(DEFAULTS)
    boxed = {**DEFAULTS, "Worker": "Container", "WorkerCount": "1"}
    for a_day, cheaper in ((many * 0.9, False), (many * 1.1, True)):
        months = [estimate(each).month(round(a_day)) for each in (DEFAULTS, boxed)]
        assert (months[1] < months[0]) is cheaper


@pytest.mark.parametrize("language", PAGES)
def test_the_page_of_costs_has_the_figures_of_the_estimate(language: str) -> None:
    page = PAGES[language].read_text("utf-8")
    assert all(f"<!-- table: {name} -->\n| " in page for name in tables(language))
    assert page == renewed(page, language), "run: python -m tests.deploy.cost_tables"
    assert f"{crossing():,}" in page
    assert f"{estimate(DEFAULTS).thousand:.3f}" in page
    assert re.search(rf"(the|書き込み){OF_PLATFORMS.writes}| {OF_PLATFORMS.writes} writes", page)
