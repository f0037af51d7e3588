"""`aizuchi usage`: what was used, by day."""

import argparse
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from aizuchi.cli.common import load_settings
from aizuchi.engines.sqlite.reading import records
from aizuchi.ports import OURS, UsageDay
from aizuchi.settings import Settings

DESCRIPTION = """\
Prints how many people were answered how often, the tokens that took and about what they cost, by
day. It reads beside a server that runs. Costs need [model] price_in and price_out.
"""
HEAD = ("day", "people", "answers", "tokens", "written", "cost")


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("--days", type=int, default=30, metavar="N", help="the last N days (30)")
    parser.add_argument("--people", action="store_true", help="by person instead of by day")


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    since = (date.today() - timedelta(days=max(0, options.days - 1))).isoformat()  # noqa: DTZ011 - the day of the limits is this machine's
    with records(settings.home) as store:
        used = store.usage(since)
    rows = by_person(used, settings) if options.people else by_day(used, settings)
    print(table([(("person", *HEAD[1:]) if options.people else HEAD), *rows]))
    return 0


def by_day(used: Sequence[UsageDay], settings: Settings) -> list[Sequence[str]]:
    days = groupby(sorted(used), key=lambda one: one.day)
    rows = [_row(day, list(of_day), settings) for day, of_day in days]
    return [*rows, _row("in all", used, settings)]


def by_person(used: Sequence[UsageDay], settings: Settings) -> list[Sequence[str]]:
    people = groupby(sorted(used, key=lambda one: one.person), key=lambda one: one.person)
    rows = [_row(person or "(summaries)", list(days), settings) for person, days in people]
    return [*rows, _row("in all", used, settings)]


def _row(name: str, used: Sequence[UsageDay], settings: Settings) -> Sequence[str]:
    people = {one.person for one in used} - {OURS}
    tokens, written = sum(one.tokens for one in used), sum(one.written for one in used)
    figures = (len(people), sum(one.answers for one in used), tokens, written)
    return (name, *(f"{figure:,}" for figure in figures), cost_of(tokens, written, settings))


def cost_of(tokens: int, written: int, settings: Settings) -> str:
    """About what tokens cost, in the currency of the prices; a dash where there are none."""
    model = settings.model
    if not (model.price_in or model.price_out):
        return "–"
    cost = (tokens - written) * model.price_in + written * model.price_out
    return f"{cost / 1_000_000:.4f}"


def table(rows: Iterable[Sequence[str]]) -> str:
    lines = list(rows)
    widths = [max(len(row[column]) for row in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in lines
    )
