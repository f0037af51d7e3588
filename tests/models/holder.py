"""A server that holds a demo model and says its process's number: to be killed."""

import asyncio
import sys
from pathlib import Path

from aizuchi.models.smol_process import SmolProcess


async def main() -> None:
    process = SmolProcess(Path(sys.argv[1]))
    keeping = asyncio.create_task(process.keep())
    await process.address()
    print(process.pid, flush=True)
    await keeping


asyncio.run(main())
