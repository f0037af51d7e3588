"""R1, R3 to R6 and R10: a message on Slack where an assistant dies, or Slack repeats itself; how
soon somebody is heard; what an idle assistant weighs. Real processes, killed for real.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.harness.lives import ANSWER_S
from benchmarks.harness.report import Report, Row, at_least, at_most, skipped, untargeted
from benchmarks.harness.slack_apps import (
    CHAT_SDK,
    CHAT_STREAM,
    NANOBOT,
    OURS,
    App,
    installed,
    versions,
)
from benchmarks.harness.trials import GIVEN_UP_AFTER_S, Found, Killed, tried

APPS = (OURS, CHAT_STREAM, CHAT_SDK, NANOBOT)
FINAL_S = 5.0
SIGN_MS, FIRST_SIGN_MS = 50.0, 150.0
IDLE_MB = 100.0


def run(quick: bool) -> Report:
    missing: dict[str, str] = {}
    there = installed(APPS, missing)
    found = {app.name: outcome for app, outcome in asyncio.run(_all(there, quick)).items()}
    missing |= {name: outcome for name, outcome in found.items() if isinstance(outcome, str)}
    return Report(
        "reliability",
        [row for app in APPS for row in _rows(app, found, missing)],
        peers=versions(there),
        notes=[
            f"answers of {ANSWER_S:g} s; killed at random moments of them, the same for all; after "
            f"{GIVEN_UP_AFTER_S:g} s nothing is waited for any more",
            "a sign's time is from Slack's request to the call that gives the sign, both at Slack",
            "idle: some seconds after the start; aizuchi on Slack and Discord by their sockets and "
            "on the web, the others on Slack",
        ],
        rounds={name: _kept(one) for name, one in found.items() if isinstance(one, Found)},
    )


async def _all(apps: Sequence[App], quick: bool) -> dict[App, Found | str]:
    """Ours alone, for the sake of its times; then the others, all at once."""
    ours = [app for app in apps if app is OURS]
    others = [app for app in apps if app is not OURS]
    found = {app: await tried(app, quick) for app in ours}
    theirs = await asyncio.gather(*(tried(app, quick) for app in others))
    return {**found, **dict(zip(others, theirs, strict=True))}


def _kept(found: Found) -> Mapping[str, Any]:
    kept = {name: one._asdict() for name, one in found.copies.items()}
    return {**found._asdict(), "killed": [one._asdict() for one in found.killed], "copies": kept}


# ── what it comes to ──────────────────────────────────────────────────────────


def _rows(app: App, found: Mapping[str, Found | str], missing: Mapping[str, str]) -> Iterator[Row]:
    outcome = found.get(app.name)
    if not isinstance(outcome, Found):
        yield skipped(app.name, missing[app.name])
        return
    rows = [*_of_kills(outcome.killed), *_of_copies(outcome, app), *_of_signs(outcome)]
    for row in rows:
        told = row if app is OURS else untargeted(row)
        yield told._replace(what=f"{app.name}: {row.what}")


def _of_kills(killed: Sequence[Killed]) -> Iterator[Row]:
    for warm, name in ((False, "cold"), (True, "warm")):
        these = [one for one in killed if one.warm is warm]
        answered = [one for one in these if one.final_s is not None and one.messages == 1]
        following = [one for one in these if one.next_s is not None]
        of = f"of {len(these)}"
        yield at_least(f"R1 killed, {name}: answered once", len(answered), of, len(these))
        yield at_least(f"R1 killed, {name}: the next answered", len(following), of, len(these))
    slowest = max((one.final_s for one in killed if one.final_s is not None), default=None)
    most = FINAL_S + ANSWER_S
    what = "R1 restart to the whole answer, slowest"
    yield Row(f"{what}: never", None) if slowest is None else at_most(what, slowest, "s", most)


def _of_copies(found: Found, app: App) -> Iterator[Row]:
    what = "R3 only a retry comes: answered"
    yield at_least(what, int(found.retry_s is not None), "of 1", 1)
    for when, copies in found.copies.items():
        target = "R4" if when == "at once" else "R5"
        yield at_most(f"{target} copies {when}: messages in all", copies.messages, "", 1)
        yield at_most(f"{target} copies {when}: calls of the model", copies.calls, "", 1)
    if not app.clock:
        yield skipped("R5 a copy a day later", "its clock cannot be set")


def _of_signs(found: Found) -> Iterator[Row]:
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
