"""aizuchi itself, as `aizuchi serve` runs it, on a free port.

Usage: python -m benchmarks.servers.product
"""

import asyncio

from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import serve
from aizuchi.settings import load


async def main() -> None:
    listener = bind("127.0.0.1", 0)

    async def ready() -> None:
        print("ready", listener.getsockname()[1], flush=True)

    await serve(load(), listener, ready)


if __name__ == "__main__":
    asyncio.run(main())
