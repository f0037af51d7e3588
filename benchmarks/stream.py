"""Targets 7 and 8: what a token costs on its way from the model to the reader.

Ours is stored on the way and can be resumed; none of the others stores anything.
"""

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any

from benchmarks import peers
from benchmarks.harness.home import folder
from benchmarks.harness.report import Report, Row, at_least, at_most, shown, skipped
from benchmarks.harness.rounds import Measure, Rounds, interleaved
from benchmarks.harness.streaming import (
    BARE,
    BY_SOCKET,
    CHAINLIT,
    FLOOR,
    OTHERS,
    OURS,
    Load,
    by_socketio,
    contenders,
    model,
    sockets,
    stream,
)

STREAMS, PER_S = 20, 100.0
AT_THE_CEILING = 1000
LISTENERS = 4
LEAST = {"Starlette + openai": 1.6, "AI SDK on node": 2.4, CHAINLIT: 2.4, "pydantic-ai": 3.0}


def run(quick: bool) -> Report:
    rounds = 1 if quick else 3
    missing: dict[str, str] = {}
    paced = _paced(rounds, 200 if quick else 500, missing)
    ceiling = _ceiling(rounds, missing)
    listening = _listening(1 if quick else 3, 300 if quick else 2000)
    rows = chain(_of_cpu(paced, missing), _of_ceiling(ceiling), _of_listening(listening))
    used = [peer for name, peer in OTHERS.items() if name not in missing]
    return Report(
        "stream",
        list(rows),
        peers={key: value for peer in used for key, value in peers.versions(peer).items()},
        notes=[
            f"{STREAMS} streams × {PER_S:g} tokens/s, medians of {rounds} interleaved rounds after "
            "one to warm up; the floor is the relay on asyncio streams",
        ],
        rounds={
            "paced": paced.measured,
            "ceiling": ceiling.measured,
            "listening": listening.measured,
        },
    )


def _paced(rounds: int, tokens: int, missing: dict[str, str]) -> Rounds:
    return _raced(rounds, tokens, PER_S, missing)


def _ceiling(rounds: int, missing: dict[str, str]) -> Rounds:
    return _raced(rounds, AT_THE_CEILING, 0, missing)


def _raced(rounds: int, tokens: int, per_s: float, missing: dict[str, str]) -> Rounds:
    load = Load(STREAMS, tokens)
    with (
        folder() as home,
        model(home, tokens, per_s) as asked,
        contenders(home, asked.port, missing) as servers,
    ):
        measures = {
            name: partial(by_socketio if name == CHAINLIT else stream, server, load)
            for name, server in servers.items()
        }
        measures[BY_SOCKET] = partial(sockets, servers[OURS], load)
        return interleaved(measures, rounds, warm=True)


def _listening(rounds: int, tokens: int) -> Rounds:
    """Long answers, read by their askers alone and by listeners more."""
    alone, heard = Load(STREAMS, tokens), Load(STREAMS, tokens, LISTENERS)
    with (
        folder() as home,
        model(home, tokens, PER_S) as asked,
        contenders(home, asked.port, None) as servers,
    ):
        ours = servers[OURS]
        stream(ours, Load(1, tokens))
        measures: dict[str, Measure] = {
            "alone": partial(stream, ours, alone),
            "heard": partial(stream, ours, heard),
        }
        return interleaved(measures, rounds)


def _of_cpu(found: Rounds, missing: Mapping[str, str]) -> list[Row]:
    rows = [shown(f"{name}: CPU a token", found.median(name, "cpu_us"), "µs") for name in found]
    rows.append(at_most("CPU, aizuchi : floor", found.ratio(OURS, FLOOR, "cpu_us"), "×", 4.0))
    by_socket = found.ratio(BY_SOCKET, FLOOR, "cpu_us")
    rows.append(at_most(f"CPU, {BY_SOCKET} : floor", by_socket, "×", 4.0))
    rows.append(shown("CPU, aizuchi : bare protocols", found.ratio(OURS, BARE, "cpu_us"), "×"))
    for name, least in LEAST.items():
        if name in missing:
            rows.append(skipped(name, missing[name]))
        else:
            ratio = found.ratio(name, OURS, "cpu_us")
            rows.append(at_least(f"CPU, {name} : aizuchi", ratio, "×", least))
    return [*rows, *_of_lateness(found)]


def _of_lateness(found: Rounds) -> list[Row]:
    added, by_socket = (found.difference(name, FLOOR, "late_p50_ms") for name in (OURS, BY_SOCKET))
    return [
        *(shown(f"{name}: late p50", found.median(name, "late_p50_ms"), "ms") for name in found),
        shown(f"{OURS}: late p99", found.median(OURS, "late_p99_ms"), "ms"),
        at_most("added p50 over the floor", added, "ms", 2.0),
        at_most("added p50 over the floor, over WebSocket", by_socket, "ms", 2.0),
    ]


def _of_ceiling(found: Rounds) -> list[Row]:
    others = [name for name in found if name != OURS]
    return [
        *(_ceiling_of(found, name) for name in others),
        shown(
            f"ceiling, {OURS}, tokens a frame",
            STREAMS * AT_THE_CEILING / found.median(OURS, "frames"),
            "tokens",
        ),
        shown(f"ceiling, {OURS}, by the clock", found.median(OURS, "per_s"), "tokens/s"),
        at_least(
            "ceiling, aizuchi, a CPU second", found.median(OURS, "per_cpu_s"), "tokens", 25000
        ),
    ]


def _ceiling_of(found: Rounds, name: str) -> Row:
    return shown(f"ceiling, {name}, a CPU second", found.median(name, "per_cpu_s"), "tokens")


def _of_listening(found: Rounds) -> list[Row]:
    def cost_us(alone: Mapping[str, Any], heard: Mapping[str, Any]) -> float:
        return float(1e6 * (heard["cpu_s"] - alone["cpu_s"]) / heard["listener_frames"])

    pairs = zip(found.measured["alone"], found.measured["heard"], strict=True)
    costs = sorted(cost_us(alone, heard) for alone, heard in pairs)
    what = f"a listener more, a frame ({LISTENERS} more on each)"
    return [at_most(what, costs[len(costs) // 2], "µs", 10.0)]
