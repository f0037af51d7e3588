"""The estimate of a message's price counts what a message takes."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest
from tests.aws import lives
from tests.crash.lives import CountingModel

from aizuchi.deploy.aws.estimate import READS, REQUESTS, WAIT_S, WRITES
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.simulator.aws import AWSTransport

WORDS, FIRST_S = 175, 1.0
RECEIVED_BY_LAMBDA = 3
SENT_BY_THE_INGRESS = 2


class EightSeconds(CountingModel):
    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        await asyncio.sleep(FIRST_S)
        for word in range(WORDS):
            await asyncio.sleep((WAIT_S - FIRST_S) / WORDS)
            yield Text(f"word{word} ")
        yield Ending("stop", 1, WORDS)


def count(units: Counter[str], request: httpx2.Request) -> None:
    """As AWS does; sizes are those of requests, which are a little longer than their items."""
    service, _, operation = request.headers["x-amz-target"].partition(".")
    body = json.loads(request.content)
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            units["write"] += -(-len(request.content) // 1024)
        case "TransactWriteItems":
            units["write"] += 2 * len(body["TransactItems"])
        case "BatchWriteItem":
            units["write"] += sum(map(len, body["RequestItems"].values()))
        case "GetItem" | "Query":
            units["read"] += 1
        case "BatchGetItem":
            units["read"] += sum(len(each["Keys"]) for each in body["RequestItems"].values())
        case _ if service == "AmazonSQS" and operation != "ReceiveMessage":
            units["request"] += 1


async def test_a_message_takes_what_the_estimate_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    units: Counter[str] = Counter()
    pass_on = AWSTransport.handle_async_request

    async def counted(self: AWSTransport, request: httpx2.Request) -> httpx2.Response:
        count(units, request)
        return await pass_on(self, request)

    monkeypatch.setattr(AWSTransport, "handle_async_request", counted)
    life = lives.LambdaLives(model=EightSeconds())
    async with life.running():
        life.ask("The first one opens everything.")
        await settled(life)
        units.clear()
        life.ask("What does this cost?")
        await settled(life)
    requests = units["request"] + RECEIVED_BY_LAMBDA + SENT_BY_THE_INGRESS
    assert WRITES * 0.8 <= units["write"] <= WRITES
    assert READS * 0.8 <= units["read"] <= READS
    assert REQUESTS * 0.8 <= requests <= REQUESTS


async def settled(life: lives.LambdaLives) -> None:
    """Until the last guardian has seen that all is well."""
    await life.until(lambda: life.standing["turns.fifo"] == 0)
    await asyncio.sleep(1000)
