"""The functions of an assistant on Plaza, in simulated time: queues, their event sources, and
environments that die or freeze at one chosen call of AWS, of the model or of the platform."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
from tests.crash.faults import Fault, Process, Wrapped
from tests.crash.lives import CountingModel
from tests.engines.clouds import furnished

from aizuchi import edge
from aizuchi.agent import Agent
from aizuchi.attempt import Office, cancel
from aizuchi.engines.aws.opening import Cloud, open_engine
from aizuchi.engines.aws.queues import Addresses
from aizuchi.engines.aws.records import (
    Guardian,
    Sent,
    digest_of,
    guardian_delay_s,
    write_message,
    write_record,
)
from aizuchi.engines.aws.sources import Offered
from aizuchi.errors import AizuchiError
from aizuchi.events import HttpRequest, Message, Reception
from aizuchi.hosts.aws_lambda.shifts import Open, Opened, Record, Shifts
from aizuchi.hosts.aws_lambda.side import apologising
from aizuchi.ports import Allowance, Engine
from aizuchi.posting import Desk, outlet
from aizuchi.prompt import Brief
from aizuchi.simulator.aws import AWSTransport, FakeAWS, app_of
from aizuchi.testing import virtual_time
from aizuchi.testing.lambda_ import EventSource, Outcome, Source, SqsClient
from aizuchi.testing.lambda_.invocations import trouble
from aizuchi.testing.plaza import EDITS
from aizuchi.testing.plaza.courier import PlazaCourier
from aizuchi.testing.plaza.inbound import PlazaSurface
from aizuchi.testing.plaza.platform import Plaza
from aizuchi.turns import Bounds
from aizuchi.worker import Worker

TIMEOUT_S = 300.0
BOUNDS = Bounds()
CLOUD = Cloud("aizuchi", Addresses("", ""))


class ProcessTransport(AWSTransport):
    """AWS as one process reaches it."""

    def __init__(self, aws: FakeAWS, process: Process) -> None:
        super().__init__(app_of(aws))
        self._process = process

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        of_socket = f"Sockets.{request.method}"
        service, _, operation = request.headers.get("x-amz-target", of_socket).partition(".")
        call = self._process.begin(service, operation)
        await self._process.at(call, "before")
        response = await super().handle_async_request(request)
        await self._process.at(call, "after")
        return response


class Assistant:
    """What an environment keeps open."""

    def __init__(self, engine: Engine, worker: Worker, rest_s: float) -> None:
        self._engine, self._worker, self._rest_s = engine, worker, rest_s

    async def work(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._engine.run())
            tasks.create_task(self._worker.run())

    async def hand_back(self) -> None:
        await self._worker.hand_back()

    async def rest(self) -> None:
        await asyncio.sleep(self._rest_s)


class Environment:
    def __init__(self, process: Process, open_it: Open[Record]) -> None:
        self.process, self.shifts = process, Shifts(open_it)


class Pool:
    """A function: as many environments as it needs. The first ones have the faults."""

    def __init__(self, open_in: Callable[[Process], Open[Record]], *faults: Fault) -> None:
        self._open_in, self._faults = open_in, [*faults]
        self.timeout_s = TIMEOUT_S
        self._idle: list[Environment] = []
        self.environments: list[Environment] = []

    async def invoke(self, event: bytes) -> Outcome:
        one = self._idle.pop() if self._idle else self._fresh()
        records = json.loads(event)["Records"]
        serving = asyncio.create_task(one.shifts.serve(records, self.timeout_s))
        died = asyncio.create_task(one.process.died.wait())
        await asyncio.wait({serving, died}, timeout=self.timeout_s, return_when="FIRST_COMPLETED")
        if serving.done() and not one.process.died.is_set():
            await cancel(died)
            self._idle.append(one)
            return _outcome(serving)
        one.process.died.set()
        await cancel(serving, died)
        await one.shifts.close()
        return trouble("exited", "Runtime.ExitError", "killed")

    def _fresh(self) -> Environment:
        process = Process(self._faults.pop(0) if self._faults else None)
        one = Environment(process, self._open_in(process))
        self.environments.append(one)
        return one

    async def close(self) -> None:
        for one in self.environments:
            await one.shifts.close()


def _outcome(serving: "asyncio.Task[list[Record]]") -> Outcome:
    error = serving.exception()
    if error and not isinstance(error, AizuchiError):
        raise error
    if error:
        return trouble("failed", type(error).__name__, str(error))
    failures = [{"itemIdentifier": each["messageId"]} for each in serving.result()]
    return Outcome("returned", json.dumps({"batchItemFailures": failures}).encode())


class LambdaLives:
    """The faults are those of the first workers, or of the first functions beside the order."""

    def __init__(
        self, *faults: Fault, beside: Sequence[Fault] = (), model: CountingModel | None = None
    ) -> None:
        self.aws = FakeAWS(virtual_time.clock)
        self.aws.round_trip_s = 0.01
        self.model = model or CountingModel()
        self.plaza = Plaza(virtual_time.clock)
        self.plaza.round_trip_s = 0.05
        self.surface = PlazaSurface("plaza-secret", EDITS)
        self.cloud = CLOUD._replace(environ=self.aws.environment())
        self.workers = Pool(self._open_in, *faults)
        self.sides = Pool(lambda process: apologising(self._open_in(process)), *beside)
        self.turns: EventSource | None = None
        self.works, self.rest_s = True, 0.0
        self._http = httpx2.AsyncClient(transport=AWSTransport(app_of(self.aws)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        transport = AWSTransport(app_of(self.aws))
        self.cloud = await furnished(self.cloud._replace(transport=transport), virtual_time.clock)
        client = SqsClient(self._http, self.aws.environment(), virtual_time.clock)
        dead = await self._bury(client)
        turns, side = self.cloud.queues
        self.turns = EventSource(Source(turns), client, self.workers.invoke)
        sources = [
            self.turns,
            *(EventSource(Source(each), client, self.sides.invoke) for each in (side, dead)),
        ]
        polling = [asyncio.create_task(each.run()) for each in sources[not self.works :]]
        try:
            yield
        finally:
            await cancel(*polling)
            for pool in (self.workers, self.sides):
                await pool.close()
            await transport.aclose()
            await self._http.aclose()

    async def _bury(self, client: SqsClient) -> str:
        """A queue for what is received ten times in vain."""
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "130"}
        made = await client("CreateQueue", QueueName="dead.fifo", Attributes=attributes)
        arn = self.aws.sqs.queue("dead.fifo").arn
        policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 10})
        await client(
            "SetQueueAttributes",
            QueueUrl=self.cloud.queues.turns,
            Attributes={"RedrivePolicy": policy},
        )
        return str(made["QueueUrl"])

    # ── an environment ────────────────────────────────────────────────────────

    def _open_in(self, process: Process) -> Open[Record]:
        @asynccontextmanager
        async def open_it(left_s: float) -> AsyncIterator[Opened[Record]]:
            offered = Offered()
            cloud = self.cloud._replace(transport=ProcessTransport(self.aws, process))
            opening = partial(open_engine, cloud, clock=virtual_time.clock, pushed=("plaza",))
            limits = Allowance(0, 0, 0)
            async with opening(bounds=BOUNDS, allowance=limits, offered=offered) as engine:
                assistant = Assistant(engine, self._worker(engine, process), self.rest_s)
                yield Opened(assistant, offered.offer)

        return open_it

    def _worker(self, engine: Engine, process: Process) -> Worker:
        incidents = (f"i{number}" for number in itertools.count())
        model: Any = Wrapped("model", self.model, process)
        office = Office(
            engine=engine,
            agent=Agent(model, engine.memory, Brief(), lambda: next(incidents)),
            bounds=BOUNDS,
            clock=virtual_time.clock,
            new_incident=lambda: next(incidents),
            outlets={"plaza": self._outlet(engine, process)},
        )
        return Worker(office)

    def _outlet(self, engine: Engine, process: Process) -> Any:
        plaza: Any = Wrapped("plaza", self.plaza, process)
        desk = Desk(
            log=engine.log,
            courier=PlazaCourier(plaza.call),
            surface=self.surface,
            limits=_limits,
            pace=engine.pace,
            bounds=BOUNDS,
            clock=virtual_time.clock,
            key=b"installation",
        )
        return outlet(desk)

    # ── people ────────────────────────────────────────────────────────────────

    def ask(self, text: str, thread: str = "") -> str:
        """A person writes, and it is taken in; the message's reference."""
        self.take(self.plaza.says("ann", text, thread=thread))
        return [*self.plaza.posts][-1]

    def take(self, request: HttpRequest) -> None:
        """What the ingress function does with a request."""
        now = virtual_time.clock()
        reception = edge.receive(self.surface, request, now=now)
        assert isinstance(reception, Reception)
        turns, side = self.aws.sqs.queue("turns.fifo"), self.aws.sqs.queue("side")
        for message in reception.messages:
            names = digest_of(message.conversation), digest_of(message.turn_id)
            turns.send(write_message(message), delay_s=None, group=names[0], deduplication=names[1])
            guardian = write_record(Guardian(message, now))
            side.send(guardian, delay_s=guardian_delay_s(BOUNDS.wait_within_s))
        for signal in reception.signals:
            side.send(write_record(Sent(signal, now)), delay_s=None)

    def answers(self, thread: str) -> Sequence[str]:
        return [post.text for post in self.plaza.thread("C1", thread)]

    async def until(self, condition: Callable[[], bool], within_s: float = 1200) -> None:
        async with asyncio.timeout(within_s):
            while not condition():  # noqa: ASYNC110 - simulated time; it is looked from outside
                await asyncio.sleep(1)

    def question_of(self, answer: str) -> str:
        return self.model.prompts[int(answer.split(".", 1)[0]) - 1][-1].text

    @property
    def standing(self) -> Mapping[str, int]:
        """How many messages stand in each queue."""
        names = ("turns.fifo", "side", "dead.fifo")
        return {name: len(self.aws.sqs.queue(name).messages) for name in names}


async def _limits(message: Message) -> Any:
    return EDITS
