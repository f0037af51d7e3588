"""The function behind the page in simulated time: as many environments as it needs, which die or
freeze at one chosen call of AWS or of the model; and who reads to the end, whatever breaks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from tests.aws.lives import BOUNDS, TIMEOUT_S, LambdaLives, ProcessTransport
from tests.crash.faults import Fault, Process
from tests.crash.lives import BEARER, CountingModel, Everybody
from tests.crash.people import Read, Reading, body

from aizuchi.attempt import cancel
from aizuchi.counting import Counted
from aizuchi.endpoints import Endpoints
from aizuchi.engines.aws.opening import open_engine
from aizuchi.engines.aws.sources import Offered
from aizuchi.events import HttpResponse
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.aws_lambda.bridge import Head
from aizuchi.hosts.aws_lambda.chat import ALONE_S, Chat, Exchange, answered
from aizuchi.hosts.aws_lambda.shifts import Open, Opened, Shifts
from aizuchi.hosts.doors import respond
from aizuchi.intake import Intake
from aizuchi.ports import Allowance, Engine
from aizuchi.running import App
from aizuchi.surfaces.web.auth import Gate
from aizuchi.surfaces.web.routes import WebRoutes
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient
from aizuchi.testing.engine_contract.bench import message
from aizuchi.testing.lambda_.events import event_of
from aizuchi.testing.lambda_.gateway import asked_of, body_of
from aizuchi.tracing import Recorder
from aizuchi.watch import Watch

NAME = "chat.lambda-url.eu-west-1.on.aws"
PATIENCE_S = 1.0


class Passed:
    """A response as the gateway passes it on; none of it once its process is dead."""

    def __init__(self, send: Send, process: Process) -> None:
        self._send, self._process = send, process
        self.over = asyncio.Event()

    async def begin(self, head: Head) -> None:
        headers = [(key.encode(), value.encode()) for key, value in head["headers"].items()]
        await self._say(type="http.response.start", status=head["statusCode"], headers=headers)

    async def say(self, body: bytes) -> None:
        await self._say(type="http.response.body", body=body, more_body=True)

    async def end(self, *, is_all: bool) -> None:
        if is_all:
            await self._say(type="http.response.body", body=b"", more_body=False)
        self.over.set()

    async def _say(self, **message: Any) -> None:
        if not self._process.died.is_set():
            await self._send(message)


class Environment:
    """`calls` are those that it had begun or ended when it was frozen; in truth nothing freezes it,
    so any more are what should not have been under way."""

    def __init__(self, process: Process, open_it: Open[Exchange]) -> None:
        self.process, self.shifts = process, Shifts(open_it)
        self.calls = 0

    @property
    def strayed(self) -> int:
        return len(self.process.moments) - self.calls


class ChatPool:
    """The function behind its URL, as an ASGI app. The first environments have the faults."""

    def __init__(self, open_in: Callable[[Process], Open[Exchange]], *faults: Fault) -> None:
        self._open_in, self._faults = open_in, [*faults]
        self.timeout_s = TIMEOUT_S
        self.environments: list[Environment] = []
        self.strayed = 0
        self._idle: list[Environment] = []
        self._runs: set[asyncio.Task[None]] = set()

    @property
    def is_frozen(self) -> bool:
        """Whether no invocation runs."""
        return not self._runs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = asked_of(scope, await body_of(receive), virtual_time.clock())
        one = self._idle.pop() if self._idle else self._fresh()
        self.strayed += one.strayed
        out = Passed(send, one.process)
        run = asyncio.create_task(self._run(one, json.loads(event_of(asked, "url")), out))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        told = asyncio.create_task(out.over.wait())
        left = asyncio.ensure_future(receive())
        await asyncio.wait({run, told, left}, return_when="FIRST_COMPLETED")
        await cancel(told, left)

    async def _run(self, one: Environment, event: Any, out: Passed) -> None:
        serving = asyncio.create_task(answered(one.shifts, event, out, self.timeout_s))
        died = asyncio.create_task(one.process.died.wait())
        await asyncio.wait({serving, died}, return_when="FIRST_COMPLETED")
        if one.process.died.is_set():
            await cancel(serving)
            await one.shifts.close()
            return
        await cancel(died)
        serving.result()
        one.calls = len(one.process.moments)
        self._idle.append(one)

    def _fresh(self) -> Environment:
        process = Process(self._faults.pop(0) if self._faults else None)
        one = Environment(process, self._open_in(process))
        self.environments.append(one)
        return one

    async def close(self) -> None:
        await cancel(*self._runs)
        self.strayed += sum(one.strayed for one in self._idle)
        for one in self.environments:
            await one.shifts.close()


class ChatLives(LambdaLives):
    """With the function beside the order, which takes over; the faults are the chat's."""

    def __init__(self, *faults: Fault, model: CountingModel | None = None) -> None:
        super().__init__(model=model)
        self.works = False
        self.chats = ChatPool(self._open_chat, *faults)
        self.client = AsgiClient(self.chats, host=NAME, headers=BEARER)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with super().running():
            try:
                yield
            finally:
                await self.chats.close()

    def _open_chat(self, process: Process) -> Open[Exchange]:
        @asynccontextmanager
        async def open_it(left_s: float) -> AsyncIterator[Opened[Exchange]]:
            offered = Offered(ALONE_S)
            cloud = self.cloud._replace(transport=ProcessTransport(self.aws, process))
            opening = partial(open_engine, cloud, clock=virtual_time.clock, offered=offered)
            async with opening(bounds=BOUNDS, allowance=Allowance(0, 0, 0)) as engine:
                chat = Chat(self._app(engine, process), offered)
                yield Opened(chat, chat.take)

        return open_it

    def _app(self, engine: Engine, process: Process) -> App:
        intake = Intake(engine.inbox, {})
        watch = Watch(Recorder(engine.traces, virtual_time.clock, []), Counted(), engine)
        web = WebRoutes(
            inbox=intake,
            log=engine.log,
            chats=engine.chats,
            memory=engine.memory,
            tickets=engine.tickets,
            gate=Gate(Everybody()),
            clock=virtual_time.clock,
        )
        worker = self._worker(engine, process)
        app = App(engine, intake, worker, web, {}, watch, None, Endpoints([]), None)
        app.asgi = _with_brief(make_app(inbox=intake, clock=virtual_time.clock, web=web), intake)
        return app


def _with_brief(app: ASGIApp, intake: Intake) -> ASGIApp:
    """One route more, whose response ends once a message is stored, as that to a decision does."""

    async def routed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/brief":
            await intake.accept([message("brief", "brief")], ())
            await respond(send, HttpResponse(200, b"taken"))
        else:
            await app(scope, receive, send)

    return routed


class Reader:
    """Sends until it is taken, then reads to the end: comes back for the rest after every break."""

    def __init__(self, lives: ChatLives) -> None:
        self._lives = lives
        self.connections = 0

    async def say(self, chat: str, number: str, taken: asyncio.Event) -> Read:
        reading = Reading(taken)
        while True:
            await self._connect(chat, number, reading)
            if reading.tail.is_over:
                return reading.read
            await asyncio.sleep(PATIENCE_S)

    async def history(self, chat: str) -> Sequence[tuple[str, str]]:
        """Questions by their ids, and the answers."""
        read = await self._lives.client.request("GET", f"/api/chat/{chat}")
        if read.status != 200:
            await asyncio.sleep(PATIENCE_S)
            return await self.history(chat)
        said = read.json()["messages"]
        return [
            (asked["id"], "".join(part.get("text", "") for part in answer["parts"]))
            for asked, answer in zip(said[::2], said[1::2], strict=True)
        ]

    async def _connect(self, chat: str, number: str, reading: Reading) -> None:
        self.connections += 1
        client, seen = self._lives.client, reading.tail.last_event_id
        reading.tail.connect()
        if seen:
            header = {"last-event-id": seen}
            request = client.open("GET", f"/api/chat/{chat}/stream", headers=header)
        else:
            reading.begin()
            request = client.open("POST", "/api/chat", body=body(chat, number))
        async with request as connection:
            assert connection.status in (0, 200, 503), connection.status
            while connection.status == 200 and (data := await connection.read()):
                reading.taken.set()
                reading.feed(data)
