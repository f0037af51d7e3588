"""Die or freeze at every call on every port: each answer stands in Discord once."""

import asyncio
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from tests.crash.faults import Fault, Kind
from tests.crash.tally import Judged, Tally, judged, together
from tests.discord.lives import FILLER, DiscordLives, Talk, Way

from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time

EVERY_PORT = {"inbox", "consents", "queue", "log", "memory", "usage", "model", "discord", "pace"}


class Case(NamedTuple):
    """How people write, whether replies of Discord's are lost, and whether answers take several
    pages."""

    way: Way
    lossy: bool
    long: bool = False

    def __str__(self) -> str:
        return f"{self.way}{'-lossy' * self.lossy}{'-long' * self.long}"


SHORT = [Case(*case) for case in product(get_args(Way), (False, True))]
LONG = [Case(way, lossy=True, long=True) for way in ("command", "mention")]
CASES = [*SHORT, *LONG]


class Told(NamedTuple):
    """What a scenario came to: the life it had, what was found, and what is to be seen."""

    lives: DiscordLives
    found: Judged
    seen: str


async def scenario(case: Case, home: Path, fault: Fault | None) -> Told:
    """Two messages in one channel and one in another; then one more in the first."""
    lives = DiscordLives(home, fault, case.way, lossy=case.lossy, long=case.long)
    running = asyncio.create_task(lives.run())
    talk = Talk(lives, case.way)
    try:
        await asyncio.sleep(0.5)
        await talk.ask("One?", lives.discord.general)
        await talk.ask("Another?", talk.kitchen)
        await talk.ask("Two?", lives.discord.general)
        await talk.answered(lives.discord.general.id, 2)
        await talk.ask("Three?", lives.discord.general)
        found = await _judged(talk, lives, fault)
        lives.remember()
    finally:
        await cancel(running)
        await lives.discord.close()
    seen = "\n".join([lives.discord.transcript(talk.ann), *lives.discord.findings()])
    return Told(lives, found.with_repeated(0), seen.replace(FILLER.strip(), "…"))


async def _judged(talk: Talk, lives: DiscordLives, fault: Fault | None) -> Judged:
    found = []
    for channel, asked in talk.asked.items():
        shown = await talk.answered(channel, len({one.question for one in asked}))
        found.append(judged(shown, asked, lives.question_of))
    faults = len(lives.lost_replies) + (fault is not None)
    return together(found)._replace(faults=faults, left=len(lives.discord.findings()))


def outcome(case: Case, home: Path, fault: Fault, tally: Tally) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        told = virtual_time.run(scenario(case, home, fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    tally.add(f"Discord, {case}", "", told.found)
    if not told.found.is_kept:
        return f"{fault}: {told.found}\n{told.seen}"
    return "" if told.lives.reached else f"{fault}: never reached"


def wrong(case: Case, home: Path, ports: set[str], tally: Tally) -> list[str]:
    """What goes wrong at the calls of these ports."""
    moments = virtual_time.run(scenario(case, home, None)).lives.moments
    assert {call.port for _, call in moments} == EVERY_PORT
    chosen = [moment for moment in moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    outcomes = [outcome(case, home / str(n), fault, tally) for n, fault in enumerate(faults)]
    return [told for told in outcomes if told]


def _cases(cases: Sequence[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=str)


@_cases(CASES)
async def test_without_a_fault(case: Case, tmp_path: Path) -> None:
    told = await scenario(case, tmp_path, None)
    assert told.found.is_kept, told.seen


@_cases([Case("command", lossy=False), Case("gateway", lossy=False), *LONG])
def test_at_every_call_of_discord(case: Case, tmp_path: Path, tally: Tally) -> None:
    assert wrong(case, tmp_path, {"discord"}, tally) == []


@pytest.mark.proof
@_cases(CASES)
def test_at_every_call_of_every_port(case: Case, tmp_path: Path, tally: Tally) -> None:
    assert wrong(case, tmp_path, EVERY_PORT, tally) == []
