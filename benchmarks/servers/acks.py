"""The signed test surface behind the real HTTP server; with `stub`, nothing is stored."""

import asyncio
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path

from aizuchi.engines.sqlite import open_engine
from aizuchi.events import Message, Signal
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server
from aizuchi.testing.plaza.inbound import PlazaSurface
from benchmarks.clients.acks import PATH, SECRET


class NoStore:
    """An inbox that forgets."""

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        return ()


async def main(home: Path, kind: str) -> None:
    async with open_engine(home, clock=time.time) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        inbox = NoStore() if kind == "stub" else engine.inbox
        app = make_app(inbox=inbox, clock=time.time, webhooks={PATH: PlazaSurface(SECRET)})
        listener = bind("127.0.0.1", 0)
        print("ready", listener.getsockname()[1], flush=True)
        await Server(app).serve([listener])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
