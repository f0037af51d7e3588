"""R1 to R6, R9 and R10: a message on Slack or Discord where an assistant dies, or Slack repeats
itself; a long answer on Discord; how soon somebody is heard; what an idle assistant weighs. Real
processes, killed for real.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import chain
from statistics import median
from typing import Any, NamedTuple

from benchmarks.harness import discord_trials, slack_trials
from benchmarks.harness.apps import (
    CHAT_SDK,
    CHAT_SDK_ON_DISCORD,
    CHAT_STREAM,
    NANOBOT,
    ON_DISCORD,
    OURS,
    App,
    installed,
    versions,
)
from benchmarks.harness.discord_trials import CHARS
from benchmarks.harness.killing import GIVEN_UP_AFTER_S, Killed
from benchmarks.harness.lives import ANSWER_S
from benchmarks.harness.process import Failed
from benchmarks.harness.report import Report, Row, at_least, at_most, skipped, untargeted

OF_US = (OURS, ON_DISCORD)
FINAL_S = 5.0
SIGN_MS, FIRST_SIGN_MS = 50.0, 150.0
IDLE_MB = 100.0

Found = slack_trials.Found | discord_trials.Found


class Column(NamedTuple):
    """A platform: who stands on it, and what they are put through."""

    name: str
    apps: Sequence[App]
    tried: Callable[[App, bool], Awaitable[Found]]


COLUMNS = (
    Column("Slack", (OURS, CHAT_STREAM, CHAT_SDK, NANOBOT), slack_trials.tried),
    Column("Discord", (ON_DISCORD, CHAT_SDK_ON_DISCORD), discord_trials.tried),
)


class Outcome(NamedTuple):
    """What came of an assistant, or why nothing did."""

    column: Column
    app: App
    found: Found | str

    @property
    def name(self) -> str:
        return f"{self.column.name}, {self.app.name}"


def run(quick: bool) -> Report:
    outcomes = asyncio.run(_all(quick))
    found = [one for one in outcomes if not isinstance(one.found, str)]
    return Report(
        "reliability",
        [*chain.from_iterable(map(_rows, outcomes))],
        peers=versions(one.app for one in found),
        notes=[
            f"answers of {ANSWER_S:g} s; killed at random moments of them, the same for all; after "
            f"{GIVEN_UP_AFTER_S:g} s nothing is waited for any more",
            "a sign's time is from Slack's request to the call that gives the sign, both at Slack",
            "idle: some seconds after the start; aizuchi on Slack and Discord by their sockets and "
            "on the web, the others on Slack",
            f"the long answer has {CHARS:,} characters, with three blocks of code; a fence is torn "
            "where a page has only one end of a block",
        ],
        rounds={one.name: _kept(one.found) for one in found},
    )


async def _all(quick: bool) -> Sequence[Outcome]:
    """Ours alone, for the sake of its times; then the others, all at once."""
    everybody = [(column, app) for column in COLUMNS for app in column.apps]
    ours = [await _outcome(*one, quick) for one in everybody if one[1] in OF_US]
    others = (_outcome(*one, quick) for one in everybody if one[1] not in OF_US)
    outcomes = [*ours, *await asyncio.gather(*others)]
    return sorted(outcomes, key=lambda one: everybody.index((one.column, one.app)))


async def _outcome(column: Column, app: App, quick: bool) -> Outcome:
    missing: dict[str, str] = {}
    if not installed([app], missing):
        return Outcome(column, app, missing[app.name])
    try:
        return Outcome(column, app, await column.tried(app, quick))
    except Failed as failure:
        return Outcome(column, app, " ".join(str(failure).split())[:200])


def _kept(value: Any) -> Any:
    """As JSON has it, by names."""
    match value:
        case tuple() if hasattr(value, "_asdict"):
            return {name: _kept(each) for name, each in value._asdict().items()}
        case dict():
            return {name: _kept(each) for name, each in value.items()}
        case list():
            return [_kept(each) for each in value]
    return value


# ── what it comes to ──────────────────────────────────────────────────────────


def _rows(outcome: Outcome) -> Iterator[Row]:
    if isinstance(outcome.found, str):
        yield skipped(outcome.name, outcome.found)
        return
    for row in _figures(outcome.found, outcome.app):
        told = row if outcome.app in OF_US else untargeted(row)
        yield told._replace(what=f"{outcome.name}: {row.what}")


def _figures(found: Found, app: App) -> Iterable[Row]:
    match found:
        case slack_trials.Found():
            return (*_of_kills("R1", found.killed), *_of_copies(found, app), *_of_signs(found))
        case discord_trials.Found():
            left = sum(one.left for one in found.killed)
            waiting = at_most("R2 killed: left at “thinking…”", left, "", 0)
            return (*_of_kills("R2", found.killed), waiting, *_of_long(found.long))


def _of_kills(target: str, killed: Sequence[Killed]) -> Iterator[Row]:
    for warm, name in ((False, "cold"), (True, "warm")):
        these = [one for one in killed if one.warm is warm]
        answered = [one for one in these if one.final_s is not None and one.messages == 1]
        following = [one for one in these if one.next_s is not None]
        of, what = f"of {len(these)}", f"{target} killed, {name}"
        yield at_least(f"{what}: answered once", len(answered), of, len(these))
        yield at_least(f"{what}: the next answered", len(following), of, len(these))
    slowest = max((one.final_s for one in killed if one.final_s is not None), default=None)
    most = FINAL_S + ANSWER_S
    what = f"{target} restart to the whole answer, slowest"
    yield Row(f"{what}: never", None) if slowest is None else at_most(what, slowest, "s", most)


def _of_long(long: discord_trials.Long) -> Iterator[Row]:
    yield at_least(f"R9 {CHARS:,} characters: shown", 100 * long.share, "%", 100)
    yield at_most(f"R9 {CHARS:,} characters: fences torn", long.torn, "", 0)


def _of_copies(found: slack_trials.Found, app: App) -> Iterator[Row]:
    what = "R3 only a retry comes: answered"
    yield at_least(what, int(found.retry_s is not None), "of 1", 1)
    for when, copies in found.copies.items():
        target = "R4" if when == "at once" else "R5"
        yield at_most(f"{target} copies {when}: messages in all", copies.messages, "", 1)
        yield at_most(f"{target} copies {when}: calls of the model", copies.calls, "", 1)
    if not app.clock:
        yield skipped("R5 a copy a day later", "its clock cannot be set")


def _of_signs(found: slack_trials.Found) -> Iterator[Row]:
    yield _of_sign("R6 first message: the sign, slowest", found.first_signs_s, max, FIRST_SIGN_MS)
    yield _of_sign("R6 warm: the sign, p50", found.signs_s, median, SIGN_MS)
    yield _of_sign("R6 warm: the sign, slowest", found.signs_s, max, SIGN_MS)
    yield at_most("R10 idle", found.idle_mb, "MB", IDLE_MB)


def _of_sign(
    what: str,
    times: Sequence[float | None],
    choose: Callable[[Sequence[float]], float],
    most_ms: float,
) -> Row:
    known = [1000 * time for time in times if time is not None]
    if len(known) < len(times):
        return Row(f"{what}: none", None, verdict="MISSED")
    return at_most(what, choose(known), "ms", most_ms)
