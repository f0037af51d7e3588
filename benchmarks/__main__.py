"""`python -m benchmarks [names…] [--quick]`: measures, prints a table, keeps it as JSON."""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module

from benchmarks.harness.process import Failed
from benchmarks.harness.report import Report, Verdict, save, table

NAMES = (
    "ack",
    "ack_discord",
    "durable",
    "stream",
    "agent",
    "delivery",
    "reliability",
    "memory",
    "startup",
    "failures",
    "page",
    "cold_start",
    "lambda_stream",
)
BUSY = 0.75


def main() -> int:
    options = _options()
    verdicts: list[Verdict] = []
    for name in options.names or NAMES:
        load_before = os.getloadavg()[0]
        report = _measure(name, options.quick, load_before)
        if report is None:
            return 1
        if not options.quick:
            save(report, load_before=load_before)
        print(f"\n{table(report)}\n", flush=True)
        verdicts += [row.verdict for row in report.rows]
    counted = ", ".join(f"{verdicts.count(one)} {one}" for one in ("met", "MISSED", "SKIPPED"))
    print(f"targets: {counted}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="less of all, and nothing is kept")
    options = parser.parse_args()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"there is no benchmark {name!r}; there are {', '.join(NAMES)}")
    return options


def _measure(name: str, quick: bool, load_before: float) -> Report | None:
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    if load_before > BUSY * (os.cpu_count() or 1):
        print(
            f"  this machine is busy (load {load_before:.1f}): ratios hold, times less so",
            file=sys.stderr,
        )
    run: Callable[[bool], Report] = import_module(f"benchmarks.{name}").run
    try:
        return run(quick)
    except Failed as failure:
        print(f"{name} cannot be measured: {failure}", file=sys.stderr)
        return None


if __name__ == "__main__":
    sys.exit(main())
