"""What a test may order of the fake AWS, in simulated time: faults, time that passes, rare luck."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from aizuchi.engines.aws.sigv4 import Credentials, Request, Scope, signed
from aizuchi.simulator.aws import AWSTransport, Charge, FakeAWS, Fault, Key, app_of
from aizuchi.simulator.aws.signing import SKEW_S
from aizuchi.testing import virtual_time

TARGETS = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}
KEYS = {"pk": {"S": "a"}}
HOUR_S = 3600.0


class Desk:
    """The fake in one process with its caller; a table `t` and two queues."""

    def __init__(self, aws: FakeAWS, client: httpx2.AsyncClient) -> None:
        self.aws, self.client = aws, client
        self.plain, self.fifo = (f"{aws.address}/0/{name}" for name in ("q", "q.fifo"))
        self.skew_s = 0.0

    async def asked(self, service: str, operation: str, **body: Any) -> httpx2.Response:
        headers = (
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", f"{TARGETS[service]}.{operation}"),
        )
        request = Request("POST", "aws.test", "/", headers, json.dumps(body).encode())
        who = Credentials(self.aws.key.id, self.aws.key.secret, self.aws.key.session)
        now = virtual_time.clock() + self.skew_s
        proved = signed(request, who, Scope("eu-west-1", service), now)
        return await self.client.post(
            self.aws.address, headers=dict(proved.headers), content=proved.body, timeout=30
        )

    async def call(self, service: str, operation: str, **body: Any) -> Any:
        response = await self.asked(service, operation, **body)
        assert response.is_success, response.text
        return response.json()

    async def refused(self, service: str, operation: str, **body: Any) -> tuple[str, int]:
        response = await self.asked(service, operation, **body)
        return response.json()["__type"].rpartition("#")[2], response.status_code

    async def put(self, **attributes: Any) -> None:
        await self.call("dynamodb", "PutItem", TableName="t", Item={**KEYS, **attributes})

    async def item(self, **more: Any) -> Any:
        got = await self.call("dynamodb", "GetItem", TableName="t", Key=KEYS, **more)
        return got.get("Item")

    async def send(self, body: str, **more: Any) -> None:
        await self.call("sqs", "SendMessage", QueueUrl=self.plain, MessageBody=body, **more)

    async def bodies(self, url: str = "", **more: Any) -> list[str]:
        got = await self.call("sqs", "ReceiveMessage", QueueUrl=url or self.plain, **more)
        return [message["Body"] for message in got.get("Messages", ())]


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    aws = FakeAWS(virtual_time.clock)
    async with httpx2.AsyncClient(transport=AWSTransport(app_of(aws))) as client:
        one = Desk(aws, client)
        await one.call(
            "dynamodb",
            "CreateTable",
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        await one.call("sqs", "CreateQueue", QueueName="q")
        await one.call("sqs", "CreateQueue", QueueName="q.fifo", Attributes={"FifoQueue": "true"})
        yield one


# ── faults ────────────────────────────────────────────────────────────────────


async def test_a_reply_that_is_lost_leaves_the_write_done() -> None:
    async with desk() as one:
        one.aws.faults.order(Fault(lost="reply"), "DynamoDB.PutItem")
        with pytest.raises(httpx2.RemoteProtocolError):
            await one.put()
        assert await one.item() == KEYS


async def test_a_call_that_is_lost_does_nothing() -> None:
    async with desk() as one:
        one.aws.faults.order(Fault(lost="call"), "DynamoDB.PutItem")
        with pytest.raises(httpx2.RemoteProtocolError):
            await one.put()
        assert await one.item() is None


async def test_a_frozen_socket_says_nothing_until_the_client_gives_up() -> None:
    async with desk() as one:
        one.aws.faults.order(Fault(lost="reply", frozen=True), "DynamoDB.PutItem")
        begin = virtual_time.clock()
        with pytest.raises(httpx2.ReadTimeout):
            await one.put()
        assert virtual_time.clock() - begin == 30
        assert await one.item() == KEYS


async def test_the_third_call_is_throttled_and_no_other() -> None:
    async with desk() as one:
        fault = Fault(error="ProvisionedThroughputExceededException")
        one.aws.faults.order(fault, "DynamoDB.GetItem", after=2)
        assert [await one.item(), await one.item()] == [None, None]
        assert await one.refused("dynamodb", "GetItem", TableName="t", Key=KEYS) == (
            "ProvisionedThroughputExceededException",
            400,
        )
        assert await one.item() is None


async def test_a_server_in_trouble_answers_with_no_json() -> None:
    async with desk() as one:
        one.aws.faults.order(Fault(status=503), "SQS.SendMessage")
        trouble = await one.asked("sqs", "SendMessage", QueueUrl=one.plain, MessageBody="x")
        assert trouble.status_code == 503
        assert await one.bodies() == []


# ── who is let in ─────────────────────────────────────────────────────────────


async def test_a_signature_of_another_time_is_refused() -> None:
    async with desk() as one:
        one.skew_s = SKEW_S + 1
        assert await one.refused("sqs", "GetQueueUrl", QueueName="q") == (
            "InvalidSignatureException",
            403,
        )
        one.skew_s = SKEW_S - 1
        assert await one.call("sqs", "GetQueueUrl", QueueName="q")


async def test_temporary_keys_come_with_their_token() -> None:
    async with desk() as one:
        role = Key("ASIAROLE", "secret", "token")
        one.aws.keys[role.id], one.aws.key = role, role
        assert await one.call("sqs", "GetQueueUrl", QueueName="q")
        one.aws.key = role._replace(session="old")
        assert (await one.refused("sqs", "GetQueueUrl", QueueName="q"))[0] == (
            "UnrecognizedClientException"
        )


# ── time ──────────────────────────────────────────────────────────────────────


async def test_an_item_goes_when_its_time_to_live_is_over_and_somebody_swept() -> None:
    async with desk() as one:
        ttl = {"Enabled": True, "AttributeName": "until"}
        await one.call("dynamodb", "UpdateTimeToLive", TableName="t", TimeToLiveSpecification=ttl)
        one.aws.dynamodb.ttl_lag_s = HOUR_S
        await one.put(until={"N": str(int(virtual_time.clock()) + 60)})
        one.aws.advance(HOUR_S)
        assert await one.item()
        one.aws.advance(61)
        assert await one.item() is None


async def test_a_long_poll_wakes_with_the_message() -> None:
    async with desk() as one:
        polling = asyncio.create_task(one.bodies(WaitTimeSeconds=20))
        begin = virtual_time.clock()
        await asyncio.sleep(3)
        await one.send("hello")
        assert await polling == ["hello"]
        assert virtual_time.clock() - begin == 3


async def test_a_long_poll_wakes_when_a_hidden_message_shows() -> None:
    async with desk() as one:
        await one.send("hello")
        await one.bodies(VisibilityTimeout=2)
        begin = virtual_time.clock()
        assert await one.bodies(WaitTimeSeconds=20) == ["hello"]
        assert virtual_time.clock() - begin == pytest.approx(2)


async def test_a_long_poll_ends_empty() -> None:
    async with desk() as one:
        begin = virtual_time.clock()
        assert await one.bodies(WaitTimeSeconds=20) == []
        assert virtual_time.clock() - begin == pytest.approx(20)


async def test_a_fifo_queue_knows_a_message_again_for_five_minutes() -> None:
    async with desk() as one:
        named = {"MessageGroupId": "a", "MessageDeduplicationId": "x", "MessageBody": "hello"}
        for wait_s in (0, 299, 2):
            one.aws.advance(wait_s)
            await one.call("sqs", "SendMessage", QueueUrl=one.fifo, **named)
        assert await one.bodies(one.fifo, MaxNumberOfMessages=10) == ["hello", "hello"]


async def test_a_message_is_not_kept_for_ever() -> None:
    async with desk() as one:
        await one.send("hello")
        one.aws.advance(4 * 24 * HOUR_S + 1)
        assert await one.bodies() == []


# ── rare luck ─────────────────────────────────────────────────────────────────


async def test_a_standard_message_may_come_twice() -> None:
    async with desk() as one:
        one.aws.sqs.queue("q").duplicate()
        await one.send("hello")
        assert await one.bodies() + await one.bodies() == ["hello", "hello"]
        assert await one.bodies() == []


async def test_an_eventually_consistent_read_may_see_what_was() -> None:
    async with desk() as one:
        await one.put(n={"N": "1"})
        one.aws.advance(10)
        await one.put(n={"N": "2"})
        one.aws.dynamodb.stale(times=1, lag_s=5)
        assert (await one.item(ConsistentRead=True))["n"] == {"N": "2"}
        assert (await one.item())["n"] == {"N": "1"}
        assert (await one.item())["n"] == {"N": "2"}


async def test_a_batch_may_be_half_done() -> None:
    async with desk() as one:
        puts = [{"PutRequest": {"Item": {"pk": {"S": name}}}} for name in "abc"]
        one.aws.dynamodb.put_off(1)
        done = await one.call("dynamodb", "BatchWriteItem", RequestItems={"t": puts})
        assert done["UnprocessedItems"] == {"t": puts[2:]}
        one.aws.dynamodb.put_off(2)
        keys = {"Keys": [{"pk": {"S": name}} for name in "ab"]}
        read = await one.call("dynamodb", "BatchGetItem", RequestItems={"t": keys})
        assert (read["Responses"], read["UnprocessedKeys"]) == ({"t": []}, {"t": keys})


async def test_what_is_called_is_counted() -> None:
    async with desk() as one:
        await one.send("a")
        await one.send("b")
        assert one.aws.calls["SQS.SendMessage"] == 2


# ── what it would cost ────────────────────────────────────────────────────────


async def charged(one: Desk, service: str, operation: str, **body: Any) -> list[Charge]:
    told: list[Charge] = []
    one.aws.charges.heard = told.append
    await one.call(service, operation, **body)
    return told


async def test_a_write_is_charged_by_the_kilobyte_and_twice_in_a_transaction() -> None:
    item = {**KEYS, "text": {"S": "x" * 1020}}  # 3 bytes of the key, 4 of a name
    async with desk() as one:
        put = await charged(one, "dynamodb", "PutItem", TableName="t", Item=item)
        smaller = await charged(one, "dynamodb", "PutItem", TableName="t", Item=KEYS)
        again = await charged(one, "dynamodb", "PutItem", TableName="t", Item=KEYS)
        parts = [{"Put": {"TableName": "t", "Item": item}}]
        together = await charged(one, "dynamodb", "TransactWriteItems", TransactItems=parts)
    assert put == [Charge("write", "PutItem", "a", 2)]
    assert [each.units for each in (*smaller, *again, *together)] == [2, 1, 4]


async def test_a_write_that_is_refused_is_charged() -> None:
    told: list[Charge] = []
    async with desk() as one:
        await one.put()
        one.aws.charges.heard = told.append
        condition = {"ConditionExpression": "attribute_not_exists(pk)"}
        assert await one.refused("dynamodb", "PutItem", TableName="t", Item=KEYS, **condition)
    assert [each.units for each in told] == [1]


async def test_a_read_is_charged_by_four_kilobytes_and_half_where_it_may_be_late() -> None:
    async with desk() as one:
        await one.put(text={"S": "x" * 5000})
        get = {"TableName": "t", "Key": KEYS}
        late = await charged(one, "dynamodb", "GetItem", **get)
        now = await charged(one, "dynamodb", "GetItem", ConsistentRead=True, **get)
        nothing = {"t": {"Keys": [{"pk": {"S": "b"}}], "ConsistentRead": True}}
        none = await charged(one, "dynamodb", "BatchGetItem", RequestItems=nothing)
    assert [each.units for each in (*late, *now, *none)] == [1, 2, 1]


async def test_a_request_to_a_queue_is_charged_by_64_kilobytes_even_where_nothing_came() -> None:
    async with desk() as one:
        body = "x" * 70_000
        sent = await charged(one, "sqs", "SendMessage", QueueUrl=one.plain, MessageBody=body)
        received = await charged(one, "sqs", "ReceiveMessage", QueueUrl=one.plain)
        nothing = await charged(one, "sqs", "ReceiveMessage", QueueUrl=one.plain)
    assert [(each.units, each.empty) for each in (*sent, *received, *nothing)] == [
        *((2, False), (2, False)),
        (1, True),
    ]
