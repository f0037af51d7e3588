"""Die or freeze at every call on every port: each answer stands in Slack once."""

import asyncio
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from tests.crash.faults import Fault, Kind
from tests.slack.lives import Shown, SlackLives, Talk, Way, whole

from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time

EVERY_PORT = {"inbox", "consents", "queue", "log", "memory", "usage", "model", "slack", "pace"}


class Case(NamedTuple):
    """How people write, how Slack shows it, and whether replies of its are lost."""

    way: Way
    shown: Shown
    lossy: bool

    @property
    def may_double(self) -> bool:
        """Where Slack gives no way to look: what is in doubt is said once more."""
        return self.way == "command" or self.shown == "once"


WAYS: tuple[Way, ...] = ("mention", "direct")
SHOWN: tuple[Shown, ...] = ("streams", "edits")
THREADS = [Case(*case) for case in product(WAYS, SHOWN, (False, True))]
COMMANDS = [Case("command", "streams", lossy) for lossy in (False, True)]
ONCE = [Case("mention", "once", lossy) for lossy in (False, True)]


class Told(NamedTuple):
    """What a scenario came to: the life it had, and how many answers stand there twice."""

    lives: SlackLives
    doubled: int


async def scenario(case: Case, home: Path, fault: Fault | None) -> Told:
    """Two messages in one thread and one in another; then one more in the first."""
    lives = SlackLives(home, fault, case.shown, lossy=case.lossy)
    running = asyncio.create_task(lives.run())
    talk = Talk(lives, case.way)
    try:
        one = await talk.ask("One?")
        other = await talk.ask("Another?")
        await talk.ask("Two?", one)
        await talk.answered(one, 2)
        await talk.ask("Three?", one)
        doubled = await _check(talk, case, one, other)
        lives.remember()
    finally:
        await cancel(running)
        await lives.slack.close()
    return Told(lives, doubled)


async def _check(talk: Talk, case: Case, one: str, other: str) -> int:
    slack = talk._slack
    first = await talk.answered(one, 4 if case.way == "command" else 3)
    threads = [first] if case.way == "command" else [first, await talk.answered(other, 1)]
    expected = [4] if case.way == "command" else [3, 1]
    seen = slack.transcript(talk.ann)
    assert all(whole(text) for texts in threads for text in texts), seen
    once = [list(dict.fromkeys(texts)) for texts in threads]
    assert [len(texts) for texts in once] >= expected, seen
    doubled = sum(map(len, threads)) - sum(map(len, once))
    # One for the crash, and one for the reply that was lost on purpose.
    assert doubled <= (1 + case.lossy if case.may_double else 0), seen
    slack.assert_clean()
    return doubled


def outcome(case: Case, home: Path, fault: Fault) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        told = virtual_time.run(scenario(case, home, fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    return "" if told.lives.reached else f"{fault}: never reached"


def wrong(case: Case, home: Path, ports: set[str]) -> list[str]:
    """What goes wrong at the calls of these ports."""
    moments = virtual_time.run(scenario(case, home, None)).lives.moments
    used = EVERY_PORT - {"pace"} if case.way == "command" else EVERY_PORT
    assert {call.port for _, call in moments} == used
    chosen = [moment for moment in moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    outcomes = [outcome(case, home / str(n), fault) for n, fault in enumerate(faults)]
    return [told for told in outcomes if told]


def _name(case: Case) -> str:
    return f"{case.way}-{case.shown}{'-lossy' if case.lossy else ''}"


def _cases(cases: Sequence[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=_name)


@_cases([*THREADS, *COMMANDS, *ONCE])
async def test_without_a_fault(case: Case, tmp_path: Path) -> None:
    await scenario(case, tmp_path, None)


@_cases([THREADS[0], THREADS[-1], COMMANDS[0]])
def test_at_every_call_of_slack(case: Case, tmp_path: Path) -> None:
    assert wrong(case, tmp_path, {"slack"}) == []


@pytest.mark.proof
@_cases([*THREADS, *COMMANDS, *ONCE])
def test_at_every_call_of_every_port(case: Case, tmp_path: Path) -> None:
    assert wrong(case, tmp_path, EVERY_PORT) == []
