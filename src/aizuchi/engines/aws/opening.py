"""Opens the engine: the table and the queues of one installation, for as long as they are used."""

import asyncio
import os
import random
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from aizuchi.bell import Bell, Bells
from aizuchi.engines.aws.account import endpoint_of, region_of
from aizuchi.engines.aws.calling import CONNECT_S, TRY_S, Caller, Service
from aizuchi.engines.aws.chats import AwsChats
from aizuchi.engines.aws.consents import AwsConsents
from aizuchi.engines.aws.entries import AwsEntries
from aizuchi.engines.aws.followers import AwsFollowers, AwsVisitors
from aizuchi.engines.aws.hands import Hands
from aizuchi.engines.aws.identity import identity_of
from aizuchi.engines.aws.inbox import AwsInbox
from aizuchi.engines.aws.keys import Order
from aizuchi.engines.aws.memory import AwsMemory
from aizuchi.engines.aws.pacing import AwsPace
from aizuchi.engines.aws.queues import Addresses, Queues
from aizuchi.engines.aws.receiving import Reception
from aizuchi.engines.aws.records import LONGEST_BOUND_S
from aizuchi.engines.aws.sources import Offered, Polled, Source
from aizuchi.engines.aws.store import Store
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.tickets import AwsTickets
from aizuchi.engines.aws.tracing import AwsTraces
from aizuchi.engines.aws.turnqueue import HIDDEN_OVER_LEASE_S, AwsQueue
from aizuchi.engines.aws.usage import AwsUsage
from aizuchi.engines.aws.wire import ENDPOINT, AwsWire
from aizuchi.flushing import Apart, Rhythm
from aizuchi.followers import Gateway
from aizuchi.limits import Budget
from aizuchi.live import LiveLog
from aizuchi.ports import Allowance, Engine, Retention
from aizuchi.turns import Bounds

RHYTHM = Rhythm(early_s=0.5, for_s=8.0, late_s=2.0)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOOKS_S = (0.25, 0.25, 0.5, 0.5, 1.0)


class Cloud(NamedTuple):
    """Where an installation is: its table, its queues, and how its environment leads there;
    `sockets` is the base of its WebSocket API, where it has one."""

    table: str
    queues: Addresses
    environ: Mapping[str, str] = os.environ
    transport: httpx2.AsyncBaseTransport | None = None
    sockets: str = ""


@asynccontextmanager
async def open_engine(
    cloud: Cloud,
    *,
    bounds: Bounds = Bounds(),
    allowance: Allowance = Allowance(),
    retention: Retention = Retention(),
    budgets: Mapping[str, Budget] | None = None,
    clock: Callable[[], float],
    pushed: Collection[str] = (),
    offered: Offered | None = None,
    chance: Callable[[], float] = random.random,
    order: Order | None = None,
    rhythm: Rhythm = RHYTHM,
) -> AsyncIterator[Engine]:
    """Opens the store of an installation, which others may have open at the same time.

    `pushed` are the surfaces whose messages stand in the FIFO queue. A host that has messages of
    the queues in its hands gives them to `offered`; without it they are fetched. `order` numbers
    turns, `rhythm` says how soon text is written.

    Raises:
        SettingsError: the environment names no region or no credentials.
    """
    environ = cloud.environ
    async with _client(cloud) as http, _client(cloud) as line:
        caller, listening = (_caller(each, environ, clock, chance) for each in (http, line))
        store = _store(cloud, caller, clock, bounds, retention, order or Order(clock, chance))
        queues = Queues(caller, listening, _service(environ, "sqs"), cloud.queues)
        hands = Hands(Bells(Bell(clock), Bell(clock), Bell(clock)))
        source: Source = offered or Polled(store.bounds.lease_s + HIDDEN_OVER_LEASE_S)
        try:
            log, gateway = _log(store, rhythm), _gateway(cloud, store, caller)
            engine = _engine(store, queues, hands, source, log, pushed, allowance, budgets)
            yield engine._replace(gateway=gateway)
        finally:
            await line.aclose()  # what it would still receive, nobody would get for a while
            for lead in list(hands.idle()):
                if lead.delivery:
                    await source.later(lead.delivery, 0)


@asynccontextmanager
async def open_store(
    cloud: Cloud, clock: Callable[[], float], retention: Retention = Retention()
) -> AsyncIterator[Store]:
    """The store without what takes and answers messages, for who only reads it.

    Raises:
        SettingsError: the environment names no region or no credentials.
    """
    chance = random.random
    async with _client(cloud) as http:
        caller = _caller(http, cloud.environ, clock, chance)
        yield _store(cloud, caller, clock, Bounds(), retention, Order(clock, chance))


def _store(
    cloud: Cloud,
    caller: Caller,
    clock: Callable[[], float],
    bounds: Bounds,
    retention: Retention,
    order: Order,
) -> Store:
    table = Table(caller, _service(cloud.environ, "dynamodb"), cloud.table, clock)
    new_mark = partial(secrets.token_hex, 8)
    return Store(table, clock, _capped(bounds), retention, order, new_mark)


def _engine(
    store: Store,
    queues: Queues,
    hands: Hands,
    source: Source,
    log: LiveLog,
    pushed: Collection[str],
    allowance: Allowance,
    budgets: Mapping[str, Budget] | None,
) -> Engine:
    inbox = AwsInbox(store, log, hands, source, queues, pushed)
    consents = AwsConsents(store, source, queues)
    reception = Reception(queues.addresses, store, hands, source, inbox, consents)
    source.bind(queues, reception.take)

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            for work in (log, source, reception):
                tasks.create_task(work.run())

    return Engine(
        inbox=inbox,
        queue=AwsQueue(store, log, hands, source, queues),
        log=log,
        memory=AwsMemory(store),
        chats=AwsChats(store, log),
        consents=consents,
        usage=AwsUsage(store, allowance),
        tickets=AwsTickets(store),
        traces=AwsTraces(store),
        pace=AwsPace(store, budgets),
        run=run,
    )


def _log(store: Store, rhythm: Rhythm) -> LiveLog:
    entries = AwsEntries(store)
    log = LiveLog(entries, Apart(entries, rhythm), LOOKS_S)
    entries.on_stop = log.stop
    return log


def _gateway(cloud: Cloud, store: Store, caller: Caller) -> Gateway | None:
    if not cloud.sockets:
        return None
    address = f"ws{cloud.sockets.removeprefix('http')}"
    wire = AwsWire(caller, cloud.environ.get(ENDPOINT) or cloud.sockets)
    return Gateway(address, AwsVisitors(store), AwsFollowers(store), wire)


def _client(cloud: Cloud) -> httpx2.AsyncClient:
    """With no proxy between us and an AWS that is played on this machine."""
    endpoint = endpoint_of(cloud.environ, "dynamodb", region_of(cloud.environ))
    return httpx2.AsyncClient(
        transport=cloud.transport,
        timeout=httpx2.Timeout(TRY_S, connect=CONNECT_S),
        limits=httpx2.Limits(max_connections=200, max_keepalive_connections=50),
        trust_env=urlsplit(endpoint).hostname not in LOOPBACK,
    )


def _caller(
    http: httpx2.AsyncClient,
    environ: Mapping[str, str],
    clock: Callable[[], float],
    chance: Callable[[], float],
) -> Caller:
    return Caller(http, identity_of(environ, http, clock), region_of(environ), clock, chance)


def _service(environ: Mapping[str, str], name: str) -> Service:
    target = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}[name]
    return Service(name, target, endpoint_of(environ, name, region_of(environ)))


def _capped(bounds: Bounds) -> Bounds:
    """A guardian comes at most so late."""
    return bounds._replace(
        answer_within_s=min(bounds.answer_within_s, LONGEST_BOUND_S),
        wait_within_s=min(bounds.wait_within_s, LONGEST_BOUND_S),
    )
