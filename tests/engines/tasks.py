"""What a process of its own does to a store, line by line on its standard output.

python -m tests.engines.tasks TASK HOME
"""

import asyncio
import itertools
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aizuchi.engines.sqlite import FILE, open_engine
from aizuchi.errors import StoreError, StoreUnavailable
from aizuchi.testing.engine_contract.bench import accept, message

CLIENTS = 16
ROOM = 64 * 1024
NOBODY = 65_534


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def accept_for_ever(home: Path) -> None:
    """Says the id of every message once it is acknowledged."""
    numbers = itertools.count()
    beginning = f"{os.getpid()}-"

    async def client() -> None:
        for number in numbers:
            turn_id = f"{beginning}{number}"
            await accept(engine, message(turn_id, f"talk {number % 50}"))
            say(turn_id)

    async with open_engine(home, clock=time.time) as engine:
        await asyncio.gather(*(client() for _ in range(CLIENTS)))


async def hold(home: Path) -> None:
    """Holds the store until it is killed."""
    async with open_engine(home, clock=time.time):
        say("held")
        await asyncio.Event().wait()


async def open_once(home: Path) -> None:
    """Says what the store says to somebody who comes."""
    try:
        async with open_engine(home, clock=time.time):
            say("opened")
    except StoreError as error:
        say(error.code)
        say(str(error))


async def open_as_nobody(home: Path) -> None:
    """The same, as somebody who may write nothing there."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    await open_once(home)


async def fill_the_disk(home: Path) -> None:
    """Accepts until there is no room left; says what was acknowledged then, and with room again."""
    async with open_engine(home, clock=time.time) as engine:
        size = max((home / name).stat().st_size for name in (FILE, f"{FILE}-wal"))
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + ROOM, most))
        for number in itertools.count():
            try:
                await accept(engine, message(f"before-{number}", f"talk {number}"))
            except StoreUnavailable:
                break
            say(f"before-{number}")
        say("full")
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        for number in range(10):
            await accept(engine, message(f"after-{number}", f"talk {number}"))
            say(f"after-{number}")


TASKS: dict[str, Callable[[Path], Awaitable[None]]] = {
    task.__name__: task
    for task in (accept_for_ever, hold, open_once, open_as_nobody, fill_the_disk)
}


async def main() -> None:
    await TASKS[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
