"""`python -m aizuchi.simulator.model`: the fake model as a process, until it is killed."""

import argparse
import asyncio
import json
import sys
from contextlib import suppress

from aizuchi.simulator.model.server import fake_model


async def serve(port: int, api_key: str) -> None:
    async with fake_model(port=port, api_key=api_key) as model:
        sys.stdout.write(json.dumps({"base_url": model.base_url}) + "\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aizuchi.simulator.model")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--key", default="", help="refuse requests that do not carry this key")
    given = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(given.port, given.key))


if __name__ == "__main__":
    main()
