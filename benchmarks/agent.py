"""Fifty answers at once at 30 tokens/s on one core, each by way of three tools: what that takes.

Every answer is stored, its round of calls and what they returned too; the floor is a relay that
hands on the bytes of a model without tools, and stores nothing.
"""

from functools import partial
from pathlib import Path

from benchmarks.harness.home import assistant, folder
from benchmarks.harness.report import Report, Row, at_most, shown
from benchmarks.harness.rounds import Rounds, interleaved
from benchmarks.harness.streaming import FLOOR, Load, agent_model, floor, model, stream

ANSWERS, PER_S = 50, 30.0
OURS = "aizuchi with three tools"
ONE_CORE, ONE_TOKEN_MS = 100, 33
TOOLS = ("weather", "tides", "ferries")
TOOL = '''
@bot.tool
async def {name}(about: str) -> str:
    """What is known of the {name}."""
    return f"The {name} of {{about}} are as they were yesterday."
'''
NO_OTHERS = {"AIZUCHI__TOOLS__USE": ""}


def run(quick: bool) -> Report:
    rounds, tokens = (1, 60) if quick else (3, 600)
    found = _measured(rounds, tokens)
    return Report(
        "agent",
        _rows(found),
        notes=[
            f"{ANSWERS} answers × {PER_S:g} tokens/s, {tokens} tokens each, medians of {rounds} "
            "interleaved rounds after one to warm up; the server has one core, the model and the "
            "readers another; before it speaks, the model has all three tools called",
        ],
        rounds={"paced": found.measured},
    )


def _measured(rounds: int, tokens: int) -> Rounds:
    load = Load(ANSWERS, tokens)
    with folder() as home:
        write_bot(home)
        with (
            model(home, tokens, PER_S) as plain,
            agent_model(home, tokens, PER_S) as asking,
            floor(home, plain.port) as relay,
            assistant(home, "openai:bench", asking.port, core=0, more=NO_OTHERS) as ours,
        ):
            measures = {OURS: partial(stream, ours, load), FLOOR: partial(stream, relay, load)}
            return interleaved(measures, rounds, warm=True)


def write_bot(home: Path) -> None:
    """A bot.py with the three tools, which the assistant there finds by itself."""
    tools = "".join(TOOL.format(name=name) for name in TOOLS)
    (home / "bot.py").write_text(f"from aizuchi import Bot\n\nbot = Bot()\n{tools}", "utf-8")


def _rows(found: Rounds) -> list[Row]:
    share = {name: _share(found, name) for name in (OURS, FLOOR)}
    added = {point: found.difference(OURS, FLOOR, f"late_{point}_ms") for point in ("p50", "p99")}
    return [
        at_most(f"{OURS}: one core", share[OURS], "%", ONE_CORE),
        shown(f"{FLOOR}: one core", share[FLOOR], "%"),
        shown(f"{OURS}: CPU an answer", 1000 * found.median(OURS, "cpu_s") / ANSWERS, "ms"),
        shown("added p50 over the floor", added["p50"], "ms"),
        at_most("added p99 over the floor: a token's time", added["p99"], "ms", ONE_TOKEN_MS),
    ]


def _share(found: Rounds, name: str) -> float:
    """The CPU time of a server in the time of the run, in percent of one core."""
    return 100 * found.median(name, "cpu_s") / found.median(name, "seconds")
