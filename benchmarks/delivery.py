"""Target 9: a long answer on its way to Slack and Discord: how many calls, how soon, all of it.

Every assistant has a platform of its own, over HTTP with a round trip, and a model that speaks in
real time; in each part all of them answer in the same minutes.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import chain
from statistics import median
from typing import Any, NamedTuple

from benchmarks.harness.apps import (
    CHAT_SDK,
    CHAT_SDK_BY_EDITS,
    CHAT_SDK_ON_DISCORD,
    CHAT_STREAM,
    ON_DISCORD,
    OURS,
    OURS_BY_EDITS,
    App,
    installed,
    versions,
)
from benchmarks.harness.discord import THINKS_S, guild
from benchmarks.harness.home import folder
from benchmarks.harness.places import ROUND_TRIP_S, Limit, Place
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped, untargeted
from benchmarks.harness.seen import Run, Seen
from benchmarks.harness.slack import workspace

TOKENS, PER_S, AT_ONCE = 2000, 50.0, 10
WARM_UP_TOKENS = 20
MOST_CALLS, MOST_SIGNS = 20, 3
FIRST_MS, FINAL, FINAL_MOST = 1000 * ROUND_TRIP_S + 200, 1.3, 2.2
HELD_MS = 100.0
APPENDS_A_MINUTE = 99

Found = Mapping[str, Mapping[App, Sequence[Run]]]
"""The runs of each part, by assistant."""


class Column(NamedTuple):
    """A platform: who stands on it, and how an assistant gets one of its own."""

    name: str
    apps: Sequence[App]
    open: Callable[[App], AbstractAsyncContextManager[Place[Any]]]


SLACK = Column(
    "Slack",
    (OURS, OURS_BY_EDITS, CHAT_STREAM, CHAT_SDK, CHAT_SDK_BY_EDITS),
    lambda app: workspace(PER_S, has_streams=app.streams),
)
DISCORD = Column("Discord", (ON_DISCORD, CHAT_SDK_ON_DISCORD), lambda app: guild(PER_S))
COLUMNS = (SLACK, DISCORD)
OF_US = (OURS, OURS_BY_EDITS, ON_DISCORD)


class Part(NamedTuple):
    """What every assistant is asked: so often, in so many conversations at once, with calls
    refused; and how long is waited for all of it."""

    name: str
    times: int
    patience_s: float
    streams: int = 1
    limit: Limit | None = None


def run(quick: bool) -> Report:
    tokens = TOKENS // 10 if quick else TOKENS
    lasts_s = tokens / PER_S
    parts = (
        Part("alone", 1 if quick else 7, 60.0),
        Part("refused", 1 if quick else 2, 60.0, limit=Limit(lasts_s / 2, lasts_s * 5 / 8)),
        Part("ten", 1, 60.0 if quick else 240.0, AT_ONCE),
    )
    missing = {column: dict[str, str]() for column in COLUMNS}
    there = {column: installed(column.apps, missing[column]) for column in COLUMNS}
    found = {part.name: asyncio.run(_asked(part, there, tokens)) for part in parts}
    rows = (_rows(column, app, found, missing[column]) for column in COLUMNS for app in column.apps)
    return Report(
        "delivery",
        [*chain.from_iterable(rows)],
        peers=versions(chain.from_iterable(there.values())),
        notes=[
            f"{tokens} tokens, {PER_S:g} a second; a round trip is {1000 * ROUND_TRIP_S:g} ms, and "
            "times go on until the app has the reply to the call",
            f"on Discord the model thinks {THINKS_S:g} s first: an answer may not be there before "
            "the acknowledgement is",
            f"refused: from the middle on every call that writes, for {lasts_s * 5 / 8:g} s, which "
            "is past the last token",
            "held up: how much later than due the model said any token, because nobody read",
        ],
        rounds={part: _kept(there, of_all) for part, of_all in found.items()},
    )


def _kept(
    there: Mapping[Column, Sequence[App]], of_all: Mapping[App, Sequence[Run]]
) -> Mapping[str, Any]:
    return {
        f"{column.name}, {app.name}": [
            {**run._asdict(), "answers": [one._asdict() for one in run.answers]}
            for run in of_all[app]
        ]
        for column, apps in there.items()
        for app in apps
    }


# ── one part ──────────────────────────────────────────────────────────────────


async def _asked(
    part: Part, there: Mapping[Column, Sequence[App]], tokens: int
) -> Mapping[App, list[Run]]:
    standing = [(column, app) for column, apps in there.items() for app in apps]
    runs = await asyncio.gather(*(_answers(part, *one, tokens) for one in standing))
    return {app: found for (_, app), found in zip(standing, runs, strict=True)}


async def _answers(part: Part, column: Column, app: App, tokens: int) -> list[Run]:
    """The runs of one assistant, after a short answer to warm up."""
    async with column.open(app) as place:
        with folder() as home:
            child = app.start(home, place.environment, place.speaker.port)
            await asyncio.to_thread(child.__enter__)
            try:
                place.deliver_to(child.port)
                await place.ask(WARM_UP_TOKENS, part.patience_s)
                return [
                    await place.ask(tokens, part.patience_s, part.streams, part.limit)
                    for _ in range(part.times)
                ]
            finally:
                await asyncio.to_thread(child.end)


# ── what it comes to ──────────────────────────────────────────────────────────


def _rows(column: Column, app: App, found: Found, missing: Mapping[str, str]) -> Iterator[Row]:
    name = f"{column.name}, {app.name}"
    if app.name in missing:
        yield skipped(name, missing[app.name])
        return
    on_slack = column is SLACK
    rows = [
        *_alone(found["alone"][app], on_slack=on_slack),
        *_refused(found["refused"][app]),
        *_ten(found["ten"][app], on_slack=on_slack),
    ]
    for row in rows:
        told = row if app in OF_US else untargeted(row)
        yield told._replace(what=f"{name}: {row.what}")


def _alone(runs: Sequence[Run], *, on_slack: bool) -> Iterator[Row]:
    writes, signs = max(run.writes for run in runs), max(run.signs for run in runs)
    what = "calls that write"
    yield at_most(what, writes, "", MOST_CALLS) if on_slack else shown(what, writes, "")
    yield at_most("calls for the sign", signs, "", MOST_SIGNS)
    first = "first text after the first token"
    yield _time(first, runs, "first_s", max, "ms", FIRST_MS)
    final = "all of it after the last token"
    yield _time(f"{final}, p50", runs, "final_s", median, "×", FINAL)
    yield _time(f"{final}, slowest", runs, "final_s", max, "×", FINAL_MOST)
    yield _time("nothing left open after it, slowest", runs, "closed_s", max, "×")
    yield _share("characters", runs)


def _refused(runs: Sequence[Run]) -> Iterator[Row]:
    yield _share("refused in the middle: characters", runs)
    past = "refused in the middle: all of it after Retry-After"
    yield _time(past, runs, "past_refusal_s", max, "×", 1.0)
    held_ms = 1000 * max(one.held_s for one in _answers_of(runs))
    yield at_most("refused in the middle: the model held up", held_ms, "ms", HELD_MS)


def _ten(runs: Sequence[Run], *, on_slack: bool) -> Iterator[Row]:
    if on_slack:
        appends = max(run.busiest_minute for run in runs)
        yield at_most("ten at once: appends in the busiest minute", appends, "", APPENDS_A_MINUTE)
    yield shown("ten at once: calls that were one too many", max(run.refused for run in runs), "")
    yield _share("ten at once: characters", runs)
    yield _time("ten at once: all of it after the last token, slowest", runs, "final_s", max, "s")


SCALES = {"s": 1.0, "ms": 1000.0, "×": 1 / ROUND_TRIP_S}
"""What a second is; a round trip for what is told in those."""


def _answers_of(runs: Sequence[Run]) -> list[Seen]:
    return [one for run in runs for one in run.answers]


def _share(what: str, runs: Sequence[Run]) -> Row:
    least = min(one.share for one in _answers_of(runs))
    return at_least(f"{what}, the least", 100 * least, "%", 100)


def _time(
    what: str,
    runs: Sequence[Run],
    figure: str,
    choose: Callable[[Sequence[float]], float],
    unit: str,
    most: float | None = None,
) -> Row:
    """A time of all answers; one that did not come is worse than any."""
    times = [getattr(one, figure) for one in _answers_of(runs)]
    known = [SCALES[unit] * time for time in times if time is not None]
    if late := len(times) - len(known):
        within = f"not within {runs[0].patience_s:g} s in {late} of {len(times)}"
        return Row(f"{what}: {within}", None, verdict="MISSED")
    value = choose(known)
    return shown(what, value, unit) if most is None else at_most(what, value, unit, most)
