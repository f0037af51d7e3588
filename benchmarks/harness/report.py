"""What a benchmark found: a row a figure, with its target and whether it is met."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

RESULTS = Path(__file__).resolve().parents[1] / "results"
OURS = ("aizuchi", "httptools", "httpx2", "starlette", "uvicorn")

Verdict = Literal["met", "MISSED", "", "SKIPPED"]


class Row(NamedTuple):
    """A figure; `target` is what it should be, in words."""

    what: str
    value: float | None
    unit: str = ""
    target: str = ""
    verdict: Verdict = ""


class Report(NamedTuple):
    """All figures of one benchmark, and what each figure was drawn from."""

    name: str
    rows: Sequence[Row]
    peers: Mapping[str, str] = {}
    notes: Sequence[str] = ()
    rounds: Mapping[str, Any] = {}


def shown(what: str, value: float, unit: str) -> Row:
    return Row(what, value, unit)


def at_most(what: str, value: float, unit: str, bound: float) -> Row:
    return Row(what, value, unit, f"≤ {bound:g}", "met" if value <= bound else "MISSED")


def at_least(what: str, value: float, unit: str, bound: float) -> Row:
    return Row(what, value, unit, f"≥ {bound:g}", "met" if value >= bound else "MISSED")


def skipped(what: str, reason: str) -> Row:
    """A figure that is not there, said as loudly as one that is."""
    return Row(f"{what}: {reason}", None, verdict="SKIPPED")


def untargeted(row: Row) -> Row:
    """Another's figure: the target is ours, and not for them to miss."""
    return row if row.verdict == "SKIPPED" else row._replace(target="", verdict="")


def table(report: Report) -> str:
    """The rows as text, in columns."""
    head = (f"── {report.name} ", "value", "target", "verdict")
    lines = [head, *map(_cells, report.rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    text = [_line(line, widths) for line in lines]
    return "\n".join([*text, *(f"  note: {note}" for note in report.notes)])


def save(report: Report, *, load_before: float) -> None:
    """Keeps the report beside the others; it names neither this machine nor its folders."""
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "benchmark": report.name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "load_before": round(load_before, 2),
        },
        "versions": {"python": platform.python_version(), **{name: version(name) for name in OURS}},
        "peers": dict(report.peers),
        "figures": [row._asdict() for row in report.rows],
        "notes": list(report.notes),
        "rounds": report.rounds,
    }
    text = json.dumps(_rounded(kept), ensure_ascii=False, indent=2)
    (RESULTS / f"{report.name}.json").write_text(f"{text}\n", "utf-8")


def _cells(row: Row) -> tuple[str, str, str, str]:
    value = "" if row.value is None else f"{_number(row.value)} {row.unit}".strip()
    return row.what, value, row.target, row.verdict


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, value, target, verdict = cells
    first, second, third, _ = widths
    return f"{what:<{first}}  {value:>{second}}  {target:<{third}}  {verdict}".rstrip()


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return float(f"{value:.5g}")
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
    return value
