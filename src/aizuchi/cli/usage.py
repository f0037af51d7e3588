"""`aizuchi usage`: what was used, by day."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from aizuchi.cli.common import load_settings
from aizuchi.cli.records import add_store, is_on_aws, open_records
from aizuchi.history import OURS, UsageDay
from aizuchi.settings import Settings
from aizuchi.traces import Elsewhere, UsedElsewhere

DESCRIPTION = """\
Prints how many people were answered how often, the tokens that took and about what they cost, by
day. It reads beside a server that runs, or with --stage an installation on AWS. Costs need [model]
price_in and price_out.
"""
HEAD = ("day", "people", "answers", "tokens", "written", "cost")
NO_FALLBACKS = (
    "On AWS what fallbacks took is in these figures, at the price of [model]; aizuchi why tells of "
    "it for each message.\n"
)
FALLBACK_HEAD = ("of these at", "calls", "tokens", "written", "cost")


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.description = DESCRIPTION
    parser.add_argument("--days", type=int, default=30, metavar="N", help="the last N days (30)")
    parser.add_argument("--people", action="store_true", help="by person instead of by day")
    add_store(parser)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(options)
    since = (date.today() - timedelta(days=max(0, options.days - 1))).isoformat()  # noqa: DTZ011 - the day of the limits is this machine's
    with open_records(options, settings) as store:
        book = Book(store.usage(since), store.elsewhere(since))
    rows = by_person(book, settings) if options.people else by_day(book, settings)
    print(table([(("person", *HEAD[1:]) if options.people else HEAD), *rows]))
    if book.elsewhere:
        print()
        print(table([FALLBACK_HEAD, *by_fallback(book, settings)]))
    if settings.fallbacks and is_on_aws(options, settings):
        sys.stderr.write(NO_FALLBACKS)
    return 0


class Book(NamedTuple):
    """What was used, and what of it at fallbacks."""

    used: Sequence[UsageDay]
    elsewhere: Sequence[UsedElsewhere]

    def only(self, field: str, value: str) -> "Book":
        """What has this value in a field that both know: a day, a person."""
        used = [one for one in self.used if getattr(one, field) == value]
        return Book(used, [one for one in self.elsewhere if getattr(one, field) == value])


def by_day(book: Book, settings: Settings) -> list[Sequence[str]]:
    days = sorted({one.day for one in book.used})
    rows = [_row(day, book.only("day", day), settings) for day in days]
    return [*rows, _row("in all", book, settings)]


def by_person(book: Book, settings: Settings) -> list[Sequence[str]]:
    people = sorted({one.person for one in book.used})
    rows = [
        _row(person or "(summaries)", book.only("person", person), settings) for person in people
    ]
    return [*rows, _row("in all", book, settings)]


def by_fallback(book: Book, settings: Settings) -> list[Sequence[str]]:
    calls = [one.used for one in book.elsewhere]
    return [
        _fallback_row(name, [call for call in calls if call.endpoint == name], settings)
        for name in sorted({call.endpoint for call in calls})
    ]


def _fallback_row(name: str, calls: Sequence[Elsewhere], settings: Settings) -> Sequence[str]:
    tokens, written = sum(call.tokens for call in calls), sum(call.written for call in calls)
    cost = cost_of(tokens, written, settings, calls)
    return (name, *(f"{figure:,}" for figure in (len(calls), tokens, written)), cost)


def _row(name: str, book: Book, settings: Settings) -> Sequence[str]:
    used = book.used
    people = {one.person for one in used} - {OURS}
    tokens, written = sum(one.tokens for one in used), sum(one.written for one in used)
    figures = (len(people), sum(one.answers for one in used), tokens, written)
    cost = cost_of(tokens, written, settings, [one.used for one in book.elsewhere])
    return (name, *(f"{figure:,}" for figure in figures), cost)


def cost_of(
    tokens: int, written: int, settings: Settings, elsewhere: Sequence[Elsewhere] = ()
) -> str:
    """About what tokens cost, in the currency of the prices; a dash where there are none. Those of
    `elsewhere` are among them, and have the prices of their fallbacks."""
    models = [(settings.model, tokens, written)]
    for endpoint, total, wrote in elsewhere:
        fallback = settings.fallbacks.get(endpoint, settings.model)
        models += [(fallback, total, wrote), (settings.model, -total, -wrote)]
    if not any(model.price_in or model.price_out for model, _, _ in models):
        return "–"
    cost = sum(
        (total - wrote) * model.price_in + wrote * model.price_out for model, total, wrote in models
    )
    return f"{max(0.0, cost) / 1_000_000:.4f}"


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
