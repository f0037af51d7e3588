"""Target 9: a long answer on its way to a platform: how many calls, how soon, and all of it.

Every assistant has a platform of its own, over HTTP with a round trip, and a model that speaks in
real time; in each part all of them answer in the same minutes.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from benchmarks.harness.home import folder
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped, untargeted
from benchmarks.harness.seen import Run, Seen
from benchmarks.harness.slack import ROUND_TRIP_S, Limit, workspace
from benchmarks.harness.slack_apps import (
    CHAT_SDK,
    CHAT_SDK_BY_EDITS,
    CHAT_STREAM,
    OURS,
    OURS_BY_EDITS,
    App,
    installed,
    versions,
)

TOKENS, PER_S, AT_ONCE = 2000, 50.0, 10
WARM_UP_TOKENS = 20
MOST_CALLS, MOST_SIGNS = 20, 3
FIRST_MS, FINAL, FINAL_MOST = 1000 * ROUND_TRIP_S + 200, 1.3, 2.2
HELD_MS = 100.0
APPENDS_A_MINUTE = 99
SLACK = (OURS, OURS_BY_EDITS, CHAT_STREAM, CHAT_SDK, CHAT_SDK_BY_EDITS)


class Part(NamedTuple):
    """What every assistant is asked: so often, in so many threads at once, with calls refused; and
    how long is waited for all of it."""

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
    missing: dict[str, str] = {}
    apps = installed(SLACK, missing)
    found = {part.name: asyncio.run(_asked(part, apps, tokens)) for part in parts}
    return Report(
        "delivery",
        [row for app in SLACK for row in _rows(f"Slack, {app.name}", app, found, missing)],
        peers=versions(apps),
        notes=[
            f"{tokens} tokens, {PER_S:g} a second; a round trip is {1000 * ROUND_TRIP_S:g} ms, and "
            "times go on until the app has the reply to the call",
            f"refused: from the middle on every call that writes, for {lasts_s * 5 / 8:g} s, which "
            "is past the last token",
            "held up: how much later than due the model said any token, because nobody read",
        ],
        rounds={
            part: {name: [_kept(one) for one in runs] for name, runs in of_all.items()}
            for part, of_all in found.items()
        },
    )


def _kept(run: Run) -> Mapping[str, Any]:
    return {**run._asdict(), "answers": [one._asdict() for one in run.answers]}


# ── one part ──────────────────────────────────────────────────────────────────


async def _asked(part: Part, apps: Sequence[App], tokens: int) -> dict[str, list[Run]]:
    runs = await asyncio.gather(*(_answers(part, app, tokens) for app in apps))
    return {app.name: found for app, found in zip(apps, runs, strict=True)}


async def _answers(part: Part, app: App, tokens: int) -> list[Run]:
    """The runs of one assistant, after a short answer to warm up."""
    async with workspace(PER_S, has_streams=app.streams) as place:
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


def _rows(
    name: str,
    app: App,
    found: Mapping[str, Mapping[str, Sequence[Run]]],
    missing: Mapping[str, str],
) -> Iterator[Row]:
    if app.name in missing:
        yield skipped(name, missing[app.name])
        return
    rows = [
        *_alone(found["alone"][app.name]),
        *_refused(found["refused"][app.name]),
        *_ten(found["ten"][app.name]),
    ]
    for row in rows:
        told = row if app in (OURS, OURS_BY_EDITS) else untargeted(row)
        yield told._replace(what=f"{name}: {row.what}")


def _alone(runs: Sequence[Run]) -> Iterator[Row]:
    yield at_most("calls that write", max(run.writes for run in runs), "", MOST_CALLS)
    yield at_most("calls for the sign", max(run.signs for run in runs), "", MOST_SIGNS)
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


def _ten(runs: Sequence[Run]) -> Iterator[Row]:
    appends = max(run.busiest_minute for run in runs)
    yield at_most("ten at once: appends in the busiest minute", appends, "", APPENDS_A_MINUTE)
    yield shown("ten at once: calls that Slack refused", max(run.refused for run in runs), "")
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
