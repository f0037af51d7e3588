"""Opens a store and reads conversations of it at random, as the web's history and the worker do.

Usage: python -m benchmarks.clients.history HOME CONVERSATIONS READS
"""

import asyncio
import json
import os
import random
import sys
import time
from pathlib import Path

from aizuchi.engines.sqlite import open_engine
from aizuchi.ports import Engine
from aizuchi.recall import Window, person_of
from benchmarks.harness.history import COVERED, TURNS, message
from benchmarks.harness.process import resident_mb

WARM_UP = 200
TOKENS = 16_000  # the default


async def timed_ms(engine: Engine, chat: int) -> tuple[float, float]:
    """How long the last twenty messages take to come: as history, and as memory."""
    asked = message(chat, TURNS)
    began = time.perf_counter()
    read = await engine.chats.read(person_of(asked), asked.conversation)
    between = time.perf_counter()
    recalled = await engine.memory.recall(asked, "thread", Window(TURNS, TOKENS))
    ended = time.perf_counter()
    found = (len(read or ()), len(recalled.exchanges), len(recalled.summaries))
    assert found == (TURNS, TURNS - COVERED, 1), "the store is not as it was loaded"
    return 1000 * (between - began), 1000 * (ended - between)


def percentile(values: list[float], part: int) -> float:
    return sorted(values)[len(values) * part // 100]


async def main(home: Path, chats: int, reads: int) -> dict[str, float]:
    chance = random.Random(1)
    async with open_engine(home, clock=time.time) as engine:
        running = asyncio.ensure_future(engine.run())
        for _ in range(WARM_UP):
            await timed_ms(engine, chance.randrange(chats))
        took = [await timed_ms(engine, chance.randrange(chats)) for _ in range(reads)]
        running.cancel()
        resident = resident_mb(os.getpid())
    history, memory = ([pair[part] for pair in took] for part in (0, 1))
    return {
        "resident_mb": resident,
        "history_p50_ms": percentile(history, 50),
        "history_p99_ms": percentile(history, 99),
        "memory_p50_ms": percentile(memory, 50),
        "memory_p99_ms": percentile(memory, 99),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
