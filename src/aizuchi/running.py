"""An assistant that is open, at work: what goes on in it, how it ends, and how it is frozen."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from aizuchi.endpoints import Endpoints
from aizuchi.expiring import expire
from aizuchi.intake import Intake
from aizuchi.ports import Engine
from aizuchi.summaries import Summariser
from aizuchi.toolbox import Supply
from aizuchi.watch import Watch
from aizuchi.worker import Worker

FLUSH_WITHIN_S = 3.0
"""How long the end of a process waits for its last traces, once all answers have ended."""


class Servers(Supply, Protocol):
    """MCP servers, whose tools are there while they are connected. `run` keeps them so."""

    async def run(self) -> None: ...


class App:
    """An assistant that is open: what a server serves, and the work that goes on behind it."""

    def __init__(
        self,
        engine: Engine,
        intake: Intake,
        worker: Worker,
        web: Any,
        sockets: Mapping[str, Any],
        watch: Watch,
        summariser: Summariser | None,
        endpoints: Endpoints,
        servers: Servers | None,
        pusher: Any = None,
    ) -> None:
        self.asgi: Any = None
        self._pusher = pusher
        self.endpoints, self._servers = endpoints, servers
        self._engine, self._intake = engine, intake
        self._watch, self._summariser = watch, summariser
        self._worker, self._web, self._sockets = worker, web, sockets

    async def run(self) -> None:
        """Answers what is accepted, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.work())
            tasks.create_task(self._watch.recorder.run())
            if self._watch.tracing:
                tasks.create_task(self._watch.tracing.run())
            if self._summariser:
                tasks.create_task(self._summariser.run())
            for socket in self._sockets.values():
                tasks.create_task(socket.run())

    async def work(self) -> None:
        """The same without what goes on behind the answers: for a host that is frozen between
        them, and lets us `rest` before."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._engine.run())
            tasks.create_task(self._worker.run())
            tasks.create_task(expire(self._engine.consents, self._intake))
            if self._servers:
                tasks.create_task(self._servers.run())

    async def rest(self) -> None:
        """Does what goes on behind the answers, as far as there is something to be done."""
        if self._pusher:
            await self._pusher.rest()
        await self._watch.recorder.flush()
        if self._summariser:
            await self._summariser.catch_up()
        if self._watch.tracing:
            await self._watch.tracing.flush(FLUSH_WITHIN_S)

    def note(self, conversation: str) -> None:
        """Somebody was woken for a conversation: before we rest, those who listen there are told
        what they were not."""
        if self._pusher:
            self._pusher.note(conversation)

    @property
    def relay(self) -> Any:
        """What takes the frames of sockets that a gateway holds; None where there are none."""
        return self._web.relay if self._web else None

    async def hand_back(self) -> None:
        """Hands back what is worked on; whoever reads here is let go, to come back elsewhere."""
        if self._web:
            self._web.close()
        await self._worker.hand_back()

    async def settled(self) -> bool:
        """Returns when what is worked on now has ended; whether there was anything."""
        return await self._worker.settled()

    async def drain(self) -> None:
        """Takes on nothing more, and returns when nothing is on its way.

        Cancelled, it hands back what is left; its readers come back to the next process.
        """
        self._intake.is_closed = True
        try:
            await self._worker.drain(None)
            if self._pusher:
                await self._pusher.rest()
        finally:
            if self._web:
                self._web.close()
        if self._watch.tracing:
            await self._watch.tracing.flush(FLUSH_WITHIN_S)

    def ready(self) -> Mapping[str, bool]:
        """What has to be so for somebody to send us people."""
        connected = {f"{name} connected": each.is_connected for name, each in self._sockets.items()}
        own = {"not stopping": not self._intake.is_closed, "storing": self._intake.is_storing}
        return {**own, **connected}
