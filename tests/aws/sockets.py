"""The web chat over the played WebSocket API, in simulated time: its function, the function beside
the order that answers, and people with their sockets."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.aws.lives import BOUNDS, Assistant, LambdaLives, ProcessTransport
from tests.crash.faults import Fault, Process, Wrapped
from tests.web.house import TOKENS, Person

from aizuchi.agent import Agent
from aizuchi.attempt import Office
from aizuchi.engines.aws.opening import open_engine
from aizuchi.engines.aws.sources import Offered
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.aws_lambda.opening import noting
from aizuchi.hosts.aws_lambda.shifts import Open, Opened, Record
from aizuchi.hosts.aws_lambda.socket import Kept, Relay
from aizuchi.ports import Allowance, Engine, Model
from aizuchi.prompt import Brief
from aizuchi.simulator.aws import AWSTransport, app_of
from aizuchi.surfaces.web.auth import Gate
from aizuchi.surfaces.web.pushing import Pusher
from aizuchi.surfaces.web.routes import WebRoutes
from aizuchi.surfaces.web.tokens import Tokens
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient
from aizuchi.testing.asgi_socket import Socket
from aizuchi.worker import Worker

PAGE = "http://127.0.0.1:8765"
TIME_OF_A_FUNCTION_S = 29.0
NO_LIMITS = Allowance(0, 0, 0)

Frame = Mapping[str, Any]


class Answering(Assistant):
    """An environment that answers, and tells those who listen elsewhere."""

    def __init__(self, engine: Engine, worker: Worker, pusher: Pusher) -> None:
        super().__init__(engine, worker, 0.0)
        self._pusher = pusher

    async def rest(self) -> None:
        await self._pusher.rest()


class SocketLives(LambdaLives):
    """The faults are those of the first functions that answer."""

    def __init__(
        self,
        home: Path,
        model: Model | None = None,
        *faults: Fault,
        hosts: Sequence[str] = (),
        works: bool = True,
    ) -> None:
        super().__init__(beside=faults)
        self._home, self._hosts = home, hosts
        self.answering: Any = model or self.model
        self.works = works
        self.cloud = self.cloud._replace(sockets=self.aws.sockets_at)
        self.statuses: list[int] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with super().running():
            cloud = self.cloud._replace(transport=AWSTransport(app_of(self.aws)))
            opening = partial(open_engine, cloud, clock=virtual_time.clock, allowance=NO_LIMITS)
            async with opening(offered=Offered(alone_s=0.0), bounds=BOUNDS) as engine:
                self.engine = engine
                self.web = self._routes(engine)
                kept = Kept(self._relay)
                self.aws.sockets.integrate(partial(self._invoke, kept))
                try:
                    yield
                finally:
                    self.web.close()
                    await kept.close()

    def _routes(self, engine: Engine) -> WebRoutes:
        return WebRoutes(
            inbox=engine.inbox,
            log=engine.log,
            chats=engine.chats,
            memory=engine.memory,
            tickets=engine.tickets,
            gate=Gate(Tokens(self._home, TOKENS), hosts=self._hosts),
            clock=virtual_time.clock,
            gateway=engine.gateway,
        )

    @asynccontextmanager
    async def _relay(self, left_s: float) -> AsyncIterator[Relay]:
        assert self.web.relay
        yield self.web.relay

    async def _invoke(self, kept: Kept, event: Mapping[str, Any]) -> Mapping[str, Any]:
        reply = await kept.take(json.loads(json.dumps(event)), TIME_OF_A_FUNCTION_S)
        self.statuses.append(reply["statusCode"])
        return reply

    def _open_in(self, process: Process) -> Open[Record]:
        @asynccontextmanager
        async def open_it(left_s: float) -> AsyncIterator[Opened[Record]]:
            offered = Offered()
            cloud = self.cloud._replace(transport=ProcessTransport(self.aws, process))
            opening = partial(open_engine, cloud, clock=virtual_time.clock, allowance=NO_LIMITS)
            async with opening(bounds=BOUNDS, offered=offered) as engine:
                assert engine.gateway
                pusher = Pusher(engine.gateway, engine.log, virtual_time.clock)
                worker = self._pushing(engine, pusher, process)
                try:
                    offer = noting(offered.offer, pusher.note)
                    yield Opened(Answering(engine, worker, pusher), offer)
                finally:
                    await pusher.close()

        return open_it

    def _pushing(self, engine: Engine, pusher: Pusher, process: Process) -> Worker:
        incidents = (f"i{number}" for number in itertools.count())
        model: Any = Wrapped("model", self.answering, process)
        office = Office(
            engine=engine._replace(queue=pusher.queue(engine.queue)),
            agent=Agent(model, engine.memory, Brief(), lambda: next(incidents)),
            bounds=BOUNDS,
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
        )
        return Worker(office)

    # ── people ────────────────────────────────────────────────────────────────

    def person(self, name: str = "ann", origin: str = PAGE) -> Person:
        app = make_app(inbox=self.engine.inbox, clock=virtual_time.clock, web=self.web)
        headers = {"authorization": f"Bearer {name}-token", "origin": origin}
        return Person(app, headers=headers)

    @asynccontextmanager
    async def at(self, ticket: str, origin: str = PAGE) -> AsyncIterator[Socket]:
        """A socket of the gateway's, open or refused."""
        query = f"?ticket={ticket}" if ticket else ""
        client = AsgiClient(app_of(self.aws), headers={"origin": origin})
        async with client.connect(f"/prod{query}") as socket:
            yield socket

    @asynccontextmanager
    async def socket(self, person: Person) -> AsyncIterator[Socket]:
        async with self.at(await person.ticket(origin=PAGE)) as socket:
            yield socket

    @property
    def pushes(self) -> int:
        return self.aws.calls["Sockets.PostToConnection"]

    def rows(self, kind: str) -> list[str]:
        """The partitions of a kind that there are."""
        keys = [key for key, _ in self.aws.dynamodb.table("aizuchi").all()]
        return [str(key) for key in keys if f"'{kind} " in str(key)]

    @property
    def stored(self) -> str:
        """All that the table has."""
        return str(self.aws.dynamodb.table("aizuchi").all())


def as_client(frames: Sequence[Frame]) -> list[Frame]:
    """What the stock client makes of frames: a lower number it has seen, and a gap ends it all."""
    taken: list[Frame] = []
    chunks: list[Frame] = []
    for frame in frames:
        if frame["type"] != "chunk":
            taken.append(frame)
        elif frame["sequence"] < len(chunks):
            assert frame == chunks[frame["sequence"]], "one number stands for two chunks"
        else:
            assert frame["sequence"] == len(chunks), f"a gap before {frame}"
            chunks.append(frame)
            taken.append(frame)
    return taken
