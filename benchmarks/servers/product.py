"""aizuchi itself, as `aizuchi serve` runs it, on a free port.

Usage: python -m benchmarks.servers.product   (AIZUCHI_BENCH_AHEAD_S: how far its clock is ahead)
"""

import asyncio
import os
import time

from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import serve
from aizuchi.settings import load


async def main() -> None:
    listener = bind("127.0.0.1", 0)

    async def ready() -> None:
        print("ready", listener.getsockname()[1], flush=True)

    ahead_s = float(os.environ.get("AIZUCHI_BENCH_AHEAD_S", "0"))
    await serve(load(), listener, ready, lambda: time.time() + ahead_s)


if __name__ == "__main__":
    asyncio.run(main())
