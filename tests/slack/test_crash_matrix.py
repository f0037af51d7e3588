"""Die or freeze at every call on every port: each answer stands in Slack once."""

import asyncio
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import pytest
from tests.crash.faults import Fault, Kind
from tests.crash.tally import Judged, Tally, judged, together
from tests.slack.lives import Shown, SlackLives, Talk, Way

from aizuchi.attempt import cancel
from aizuchi.testing import virtual_time

EVERY_PORT = {"inbox", "queue", "log", "memory", "usage", "model", "slack", "pace"}


class Case(NamedTuple):
    """How people write, how Slack shows it, and whether replies of its are lost."""

    way: Way
    shown: Shown
    lossy: bool

    @property
    def doubt(self) -> Literal["", "response_url", "post once"]:
        """What is said once more where its reply was lost, as Slack gives no way to look."""
        if self.way == "command":
            return "response_url"
        return "post once" if self.shown == "once" else ""

    def __str__(self) -> str:
        return f"{self.way}-{self.shown}{'-lossy' if self.lossy else ''}"


WAYS: tuple[Way, ...] = ("mention", "direct")
SHOWN: tuple[Shown, ...] = ("streams", "edits")
THREADS = [Case(*case) for case in product(WAYS, SHOWN, (False, True))]
COMMANDS = [Case("command", "streams", lossy) for lossy in (False, True)]
ONCE = [Case("mention", "once", lossy) for lossy in (False, True)]


class Told(NamedTuple):
    """What a scenario came to: the life it had, what was found, and what is to be seen."""

    lives: SlackLives
    found: Judged
    seen: str


async def scenario(case: Case, home: Path, fault: Fault | None) -> Told:
    """Two messages in one thread and one in another; then one more in the first."""
    lives = SlackLives(home, fault, case.shown, lossy=case.lossy)
    running = asyncio.create_task(lives.run())
    talk = Talk(lives, case.way)
    try:
        one = await talk.ask("One?")
        await talk.ask("Another?")
        await talk.ask("Two?", one)
        await talk.answered(one, 2)
        await talk.ask("Three?", one)
        found = await _judged(talk, lives, fault)
        lives.remember()
    finally:
        await cancel(running)
        await lives.slack.close()
    # One for the crash, and one for the reply that was lost on purpose.
    most = (fault is not None) + case.lossy if case.doubt else 0
    seen = "\n".join([lives.slack.transcript(talk.ann), *lives.slack.findings()])
    return Told(lives, found.with_repeated(most), seen)


async def _judged(talk: Talk, lives: SlackLives, fault: Fault | None) -> Judged:
    threads = []
    for thread, asked in talk.threads.items():
        shown = await talk.answered(thread, len({one.question for one in asked}))
        threads.append(judged(shown, asked, lives.question_of))
    faults = len(lives.lost_replies) + (fault is not None)
    return together(threads)._replace(faults=faults, left=len(lives.slack.findings()))


def outcome(case: Case, home: Path, fault: Fault, tally: Tally) -> str:
    """What went wrong with this fault; nothing where all promises were kept."""
    home.mkdir()
    try:
        told = virtual_time.run(scenario(case, home, fault))
    except Exception as error:  # noqa: BLE001 - every fault is told, not only the first
        return f"{fault}: {type(error).__name__}: {error}"
    tally.add(f"Slack, {case}", case.doubt, told.found)
    if not told.found.is_kept:
        return f"{fault}: {told.found}\n{told.seen}"
    return "" if told.lives.reached else f"{fault}: never reached"


def wrong(case: Case, home: Path, ports: set[str], tally: Tally) -> list[str]:
    """What goes wrong at the calls of these ports."""
    moments = virtual_time.run(scenario(case, home, None)).lives.moments
    used = EVERY_PORT - {"pace"} if case.way == "command" else EVERY_PORT
    assert {call.port for _, call in moments} == used
    chosen = [moment for moment in moments if moment[1].port in ports]
    faults = [Fault(kind, *moment) for moment, kind in product(chosen, get_args(Kind))]
    outcomes = [outcome(case, home / str(n), fault, tally) for n, fault in enumerate(faults)]
    return [told for told in outcomes if told]


def _cases(cases: Sequence[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=str)


@_cases([*THREADS, *COMMANDS, *ONCE])
async def test_without_a_fault(case: Case, tmp_path: Path) -> None:
    told = await scenario(case, tmp_path, None)
    assert told.found.is_kept, told.seen


@_cases([THREADS[0], THREADS[-1], COMMANDS[0]])
def test_at_every_call_of_slack(case: Case, tmp_path: Path, tally: Tally) -> None:
    assert wrong(case, tmp_path, {"slack"}, tally) == []


@pytest.mark.proof
@_cases([*THREADS, *COMMANDS, *ONCE])
def test_at_every_call_of_every_port(case: Case, tmp_path: Path, tally: Tally) -> None:
    assert wrong(case, tmp_path, EVERY_PORT, tally) == []
