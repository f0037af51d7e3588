"""An AWS to test the engine with: its table and its queues, made as a deployment makes them."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2

from aizuchi.engines.aws.calling import Caller, Service
from aizuchi.engines.aws.identity import identity_of
from aizuchi.engines.aws.opening import Cloud, open_engine
from aizuchi.engines.aws.queues import Addresses
from aizuchi.simulator.aws import AWSTransport, FakeAWS, app_of
from aizuchi.testing import virtual_time
from aizuchi.testing.engine_contract.bench import OpenEngine

TABLE = "aizuchi"
DYNAMODB, SQS = "DynamoDB_20120810", "AmazonSQS"
SCHEMA = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
}
ROUND_TRIP_S = 0.004
TTL = {"AttributeName": "until", "Enabled": True}
FIFO = {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    "VisibilityTimeout": "130",
}


@asynccontextmanager
async def played() -> AsyncIterator[tuple[FakeAWS, Cloud]]:
    """The fake AWS in simulated time."""
    aws = FakeAWS(virtual_time.clock)
    aws.round_trip_s = ROUND_TRIP_S
    transport = AWSTransport(app_of(aws))
    cloud = Cloud(TABLE, Addresses("", ""), aws.environment(), transport)
    try:
        yield aws, await furnished(cloud, virtual_time.clock)
    finally:
        await transport.aclose()


async def furnished(
    cloud: Cloud, clock: Callable[[], float] = time.time, suffix: str = ""
) -> Cloud:
    """The same place with what a deployment puts into it."""
    async with httpx2.AsyncClient(transport=_kept(cloud.transport)) as http:
        caller = Caller(http, identity_of(cloud.environ, http, clock), "us-east-1", clock)
        call = partial(_call, caller, cloud.environ["AWS_ENDPOINT_URL"])
        table = f"{TABLE}{suffix}"
        await call("dynamodb", DYNAMODB, "CreateTable", {**SCHEMA, "TableName": table})
        ttl = {"TableName": table, "TimeToLiveSpecification": TTL}
        await call("dynamodb", DYNAMODB, "UpdateTimeToLive", ttl)
        turns = {"QueueName": f"turns{suffix}.fifo", "Attributes": FIFO}
        side = {"QueueName": f"side{suffix}", "Attributes": {"VisibilityTimeout": "130"}}
        urls = [
            (await call("sqs", SQS, "CreateQueue", queue))["QueueUrl"] for queue in (turns, side)
        ]
    return cloud._replace(table=table, queues=Addresses(*urls))


def opener(cloud: Cloud, **how: Any) -> OpenEngine:
    """The engine in simulated time."""
    return partial(open_engine, cloud, clock=virtual_time.clock, **how)


async def _call(
    caller: Caller, url: str, service: str, target: str, operation: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    return await caller.call(Service(service, target, url), operation, asked)


class _Kept(httpx2.AsyncBaseTransport):
    """A transport that outlives its client."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self.handle_async_request = inner.handle_async_request  # type: ignore[method-assign]  # as it is


def _kept(transport: httpx2.AsyncBaseTransport | None) -> httpx2.AsyncBaseTransport | None:
    return _Kept(transport) if transport else None
