"""Text of the streaming function on Lambda: how far behind the model its reader is."""

import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.harness.home import TOKEN, folder
from benchmarks.harness.process import Child, Failed, run_load
from benchmarks.harness.report import Report, at_most, shown
from benchmarks.harness.streaming import model

TOKENS, PER_S = 200, 50.0
STAMPED = TOKENS // 10


def run(quick: bool) -> Report:
    rounds = 3 if quick else 15
    with folder() as home, model(home, TOKENS, PER_S) as asked, _function(home, asked) as url:
        cold, *warm = (_answer(url) for _ in range(1 + rounds))
    first, later = (sorted(each[name] for each in warm) for name in ("first_ms", "later_most_ms"))
    seconds = median(each["seconds"] for each in warm)
    return Report(
        "lambda_stream",
        [
            at_most("first text behind the model, median", median(first), "ms", 50),
            at_most("latest other text of an answer, median", median(later), "ms", 100),
            shown("first text, worst answer", first[-1], "ms"),
            shown("latest other text, worst answer", later[-1], "ms"),
            shown("a cold function answers later by", cold["seconds"] - seconds, "s"),
        ],
        notes=[
            f"{rounds} answers of {TOKENS} tokens at {PER_S:g}/s, one after the other, each to its "
            "end; AWS is played on this machine: none of its own network is in these figures",
        ],
        rounds={"cold": cold, "warm": warm},
    )


def _function(home: Path, asked: Child) -> Child:
    command = [sys.executable, "-m", "benchmarks.servers.lambda_url", str(asked.port), TOKEN]
    return Child("the function behind its URL", command, log=home / "lambda_url.log", core=0)


def _answer(url: Child) -> dict[str, Any]:
    found = run_load("streams", url.port, 1, 0, TOKEN, f"{time.time_ns():x}", core=1)
    if found["bad"] or found["stamps"] < STAMPED:
        raise Failed(f"{found['stamps']} of {STAMPED} stamps came, refusals {found['bad']}")
    return found
