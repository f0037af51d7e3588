"""An installation of which all is counted that AWS charges for: the real ingress, worker and side
between a fake Slack and a played AWS, in simulated time."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.engines.clouds import furnished
from tests.web.house import Person

from aizuchi import plugs
from aizuchi.app import open_app
from aizuchi.attempt import cancel
from aizuchi.engines.aws.opening import Cloud, open_engine
from aizuchi.engines.aws.queues import Addresses
from aizuchi.engines.aws.sources import Offered
from aizuchi.hosts.aws_lambda.chat import ALONE_S
from aizuchi.hosts.aws_lambda.doors import Door, Ingress
from aizuchi.hosts.aws_lambda.opening import DATES
from aizuchi.hosts.aws_lambda.parameters import Secrets
from aizuchi.hosts.aws_lambda.queueing import QueueInbox, Queues
from aizuchi.hosts.aws_lambda.shifts import Open, Opened, Record, Shifts
from aizuchi.hosts.aws_lambda.side import apologising
from aizuchi.ports import Declared, Ending, Engine, Model, Part, PromptMessage, Text
from aizuchi.settings import Settings
from aizuchi.settings.aws import AwsSettings
from aizuchi.settings.home import prepare
from aizuchi.settings.masking import JsonFormatter
from aizuchi.settings.platforms import SlackSettings
from aizuchi.settings.secrets import Secret
from aizuchi.settings.sections import ModelSettings, WebSettings
from aizuchi.simulator.aws import AWSTransport, Charge, FakeAWS
from aizuchi.simulator.aws import app_of as app_of_aws
from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.slack import FakeSlack, SlackTransport
from aizuchi.simulator.slack import app_of as app_of_slack
from aizuchi.surfaces.slack import opening as slack_opening
from aizuchi.surfaces.slack.inbound import SlackSurface
from aizuchi.testing import virtual_time
from aizuchi.testing.lambda_ import EventSource, Outcome, Source, SqsClient
from aizuchi.testing.lambda_.events import Asked, answer_of, event_of

FIRST_S, EVERY_S = 0.8, 0.05
AWS_S, SLACK_S = 0.008, 0.12
"""What a call takes there and back."""

QUESTION = "Which train should we take to the coast on Sunday, and what about the way back?"
SECRET, PATH = "SLACK_SIGNING_SECRET", "/slack/events"
TOKEN = "one-person-and-no-more"
TIMEOUT_S, QUIET_S = 180.0, 900.0
REPORT_BYTES = 400
"""The lines that Lambda itself writes of an invocation: START, END and REPORT."""

SAID = (
    "The train to the coast leaves from platform four, a little after nine, and it is worth "
    "sitting on the left: for most of an hour the line runs above the water. Change at the "
    "junction, where you have eleven minutes; the café on the far side is open from eight and "
    "takes cards. If you miss the connection, the next one is an hour later, so I would take "
    "the earlier train rather than the one that looks more comfortable on paper.\n\nFor the "
    "way back you have two choices:\n\n1. The direct train at five, which is full on "
    "Sundays.\n2. The slower one at half past six, which is nearly empty and lets you have "
    "dinner on the quay first.\n\nTickets bought the day before are a third cheaper, and a "
    "group of four travels for the price of three. Bicycles need a place of their own, which "
    "you can reserve at the counter until the evening before. Should it rain, take the museum "
    "by the harbour instead of the walk along the cliffs: it has the old maps of the coast, "
    "and on weekday mornings you will have the reading room to yourselves. The shop next door "
    "sells umbrellas, at the price that one would expect of a shop next door. Have a good "
    "time, and send a card.\n"
)
"""1,143 characters: as much as a model writes in that time."""


class Speaking:
    """A model that says so much in so many seconds, evenly."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        await asyncio.sleep(FIRST_S)
        times = round((self._seconds - FIRST_S) / EVERY_S)
        for place in range(times):
            await asyncio.sleep(EVERY_S)
            yield Text(SAID[len(SAID) * place // times : len(SAID) * (place + 1) // times])
        yield Ending("stop", 400, 280)


class Directly:
    """SQS as the ingress calls it, which waits for nobody, without the network between."""

    def __init__(self, aws: FakeAWS) -> None:
        self._operations = aws.sqs.operations()

    def call(self, action: str, content: Any, until: float) -> Any:
        operation = self._operations[action]
        return operation.run(Arguments(content, operation.parameters))


class Spell:
    """A function with one environment, and how long its invocations took, together."""

    def __init__(self, open_it: Open[Record]) -> None:
        self._shifts = Shifts(open_it)
        self.times, self.seconds = 0, 0.0

    async def invoke(self, event: bytes) -> Outcome:
        began = asyncio.get_running_loop().time()
        again = await self._shifts.serve(json.loads(event)["Records"], TIMEOUT_S)
        self.times += 1
        self.seconds += asyncio.get_running_loop().time() - began
        failures = [{"itemIdentifier": each} for each in again]
        return Outcome("returned", json.dumps({"batchItemFailures": failures}).encode())

    async def close(self) -> None:
        await self._shifts.close()


class Counted:
    """An assistant on AWS, a Slack in front of it, and what was charged for."""

    def __init__(self, home: Path, seconds: float, *, streams: bool) -> None:
        self.aws, self.slack = FakeAWS(virtual_time.clock), FakeSlack(virtual_time.clock)
        self.aws.round_trip_s, self.slack.round_trip_s = AWS_S, SLACK_S
        self.slack.state.has_streams = streams
        self.ann = self.slack.person("ann")
        self.charges: list[Charge] = []
        self.aws.charges.heard = self.charges.append
        self.model = Speaking(seconds)
        self.transport = AWSTransport(app_of_aws(self.aws))
        self.cloud = Cloud("", Addresses("", ""), self.aws.environment(), self.transport)
        self.worker, self.side = Spell(self._open), Spell(apologising(self._open))
        self.taken = self.chats = 0
        self.log = io.StringIO()
        self._home = home

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self.cloud = await furnished(self.cloud, virtual_time.clock)
        http = httpx2.AsyncClient(transport=self.transport)
        sqs = SqsClient(http, self.aws.environment(), virtual_time.clock)
        fed = zip(self.cloud.queues, (self.worker, self.side), strict=True)
        sources = [EventSource(Source(url, at_once=1), sqs, one.invoke) for url, one in fed]
        polling = [asyncio.create_task(each.run()) for each in sources]
        door = httpx2.AsyncClient(transport=httpx2.ASGITransport(self._gateway))
        self.slack.deliver_to(door, f"http://bot.test{PATH}")
        try:
            yield
        finally:
            await cancel(*polling)
            await self.worker.close()
            await self.side.close()
            await self.slack.close()
            await http.aclose()

    async def ask(self, text: str) -> None:
        """In Slack, in a thread of its own."""
        said = await self.ann.mentions(text, self.slack.general)
        assert said.acks[0].is_good
        await self._quiet()
        assert self.slack.answers(self.slack.general, said.thread) == [SAID.strip()]

    async def chat(self, text: str) -> float:
        """In the web chat, in a thread of its own, through a function that streams; how long that
        had to run."""
        offered = Offered(ALONE_S)
        self.chats += 1
        opening = open_app(self._settings, virtual_time.clock, offered=offered)
        async with opening as app:
            working, began = asyncio.create_task(app.work()), asyncio.get_running_loop().time()
            person = Person(app.asgi, headers={"authorization": f"Bearer {TOKEN}"})
            answer = await person.ask(text, chat=f"chat{len(text)}")
            while await app.settled():
                await offered.calm()
            await app.rest()
            took_s = asyncio.get_running_loop().time() - began
            await cancel(working)
        assert answer.status == 200, answer.text
        await self._quiet()
        return took_s

    async def _quiet(self) -> None:
        """Until the last guardian has seen that all is well."""
        await asyncio.sleep(QUIET_S)
        assert not any(self.aws.sqs.queue(url).messages for url in self.cloud.queues)

    def begin(self) -> None:
        """Nothing has been charged for."""
        self.charges.clear()
        self.log.seek(0)
        self.log.truncate()
        self.taken = self.chats = 0
        for one in (self.worker, self.side):
            one.times, one.seconds = 0, 0.0

    @property
    def log_bytes(self) -> int:
        invocations = self.taken + self.chats + self.worker.times + self.side.times
        return len(self.log.getvalue().encode()) + REPORT_BYTES * invocations

    # ── what stands on AWS ────────────────────────────────────────────────────

    async def _gateway(self, scope: Any, receive: Any, send: Any) -> None:
        """The HTTP API with the ingress behind it."""
        body = b""
        while (part := await receive()).get("more_body"):
            body += part["body"]
        headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        asked = Asked("POST", PATH, "", headers, body + part["body"], at=virtual_time.clock())
        returned = self._ingress(json.loads(event_of(asked, "v2")), None)
        answer = answer_of(json.dumps(returned).encode(), "v2")
        self.taken += 1
        told = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": answer.body})

    @property
    def _ingress(self) -> Ingress:
        def inbox(now: float, left_s: float) -> QueueInbox:
            sqs: Any = Directly(self.aws)
            queues = Queues(*self.cloud.queues)
            return QueueInbox(sqs, queues, 600.0, pytest.fail, now=now, until=now + left_s)

        secrets = Secrets({SECRET: self.slack.signing_secret}, lambda names: {}, pytest.fail)
        doors = {PATH: Door(SECRET, SlackSurface)}
        return Ingress(doors, secrets, inbox, pytest.fail, clock=virtual_time.clock)

    @asynccontextmanager
    async def _open(self, left_s: float) -> AsyncIterator[Opened[Record]]:
        offered = Offered()
        opening = open_app(self._settings, virtual_time.clock, takes=False, offered=offered)
        async with opening as app:
            yield Opened(app, offered.offer, offered.let_go)

    @property
    def _settings(self) -> Settings:
        prepare(self._home)
        slack = SlackSettings(
            bot_token=Secret(self.slack.bot_token),
            signing_secret=Secret(self.slack.signing_secret),
            api_base=self.slack.api_base,
        )
        return Settings(
            model=ModelSettings(name="speaking"),
            web=WebSettings(token=Secret(TOKEN)),
            slack=slack,
            aws=AwsSettings(self.cloud.table, *self.cloud.queues, Secret("installation")),
            home=self._home,
        )


def counted_in(
    home: Path, patch: pytest.MonkeyPatch, seconds: float, *, streams: bool = False
) -> Counted:
    """An assistant whose calls reach the played AWS, the fake Slack and a model of its own."""
    one = Counted(home, seconds, streams=streams)

    def open_played(aws: AwsSettings, **how: Any) -> AbstractAsyncContextManager[Engine]:
        transport = AWSTransport(app_of_aws(one.aws))  # it is closed with the engine
        return open_engine(one.cloud._replace(transport=transport), **how)

    @asynccontextmanager
    async def open_model(settings: Settings) -> AsyncIterator[Model]:
        yield one.model

    @asynccontextmanager
    async def open_client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
        async with httpx2.AsyncClient(transport=SlackTransport(app_of_slack(one.slack))) as client:
            yield client

    played, load = {"engine": open_played, "model": open_model}, plugs.load
    patch.setattr(plugs, "load", lambda kind, name: played.get(kind) or load(kind, name))
    patch.setattr(slack_opening, "open_client", open_client)
    handler = logging.StreamHandler(one.log)
    handler.setFormatter(JsonFormatter(DATES, []))
    ours = logging.getLogger("aizuchi")
    patch.setattr(ours, "handlers", [handler])
    patch.setattr(ours, "level", logging.INFO)
    return one
