"""An SQS event source: takes messages and invokes a function with them, as Lambda's own does."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from aizuchi.testing.lambda_.invocations import Outcome

WAIT_S = 20
AFTER_TROUBLE_S = 1.0
Message = Mapping[str, Any]
Invoke = Callable[[bytes], Awaitable[Outcome]]

log = logging.getLogger(__name__)


class QueueClient(Protocol):
    """SQS as the event source calls it: an operation and its parameters; the answer."""

    async def __call__(self, operation: str, **parameters: Any) -> Any: ...


class Source(NamedTuple):
    """`at_once` is how many invocations run side by side; a FIFO queue itself keeps those of one
    group apart."""

    queue_url: str
    batch: int = 1
    at_once: int = 10
    partial: bool = True


class EventSource:
    """Runs until it is cancelled. What a function did not do stays in the queue, until its
    visibility timeout is over."""

    def __init__(self, source: Source, client: QueueClient, invoke: Invoke) -> None:
        self._source, self._client, self._invoke = source, client, invoke
        self._forget = 0
        self._double = 0

    def forget(self, times: int = 1) -> None:
        """The next batches that are done stay in the queue, as where their deletion is lost."""
        self._forget = times

    def double(self, times: int = 1) -> None:
        """The next batches are given to two invocations at once."""
        self._double = times

    async def run(self) -> None:
        async with asyncio.TaskGroup() as pollers:
            for _ in range(self._source.at_once):
                pollers.create_task(self._poll())

    async def _poll(self) -> None:
        while True:
            try:
                messages = await self._receive()
            except ConnectionError as error:
                log.warning("the event source cannot receive: %s", error)
                await asyncio.sleep(AFTER_TROUBLE_S)
                continue
            if messages:
                await self._hand_over(messages)

    async def _receive(self) -> Sequence[Message]:
        got = await self._client(
            "ReceiveMessage",
            QueueUrl=self._source.queue_url,
            MaxNumberOfMessages=self._source.batch,
            WaitTimeSeconds=WAIT_S,
            MessageSystemAttributeNames=["All"],
        )
        messages: Sequence[Message] = got.get("Messages", ())
        return messages

    async def _hand_over(self, messages: Sequence[Message]) -> None:
        event = event_of(messages, self._source.queue_url)
        times = 2 if self._double else 1
        self._double = max(0, self._double - 1)
        await asyncio.gather(*(self._hand_to_one(event, messages) for _ in range(times)))

    async def _hand_to_one(self, event: bytes, messages: Sequence[Message]) -> None:
        left = self._left(messages, await self._invoke(event))
        done = [message for message in messages if message["MessageId"] not in left]
        if done and self._forget:
            self._forget -= 1
            return
        await self._delete(done)

    def _left(self, messages: Sequence[Message], outcome: Outcome) -> set[str]:
        """The messages that are not done."""
        every = {str(message["MessageId"]) for message in messages}
        if not outcome.is_good:
            return every
        return failures(outcome.payload, every) if self._source.partial else set()

    async def _delete(self, messages: Sequence[Message]) -> None:
        for message in messages:
            try:
                await self._client(
                    "DeleteMessage",
                    QueueUrl=self._source.queue_url,
                    ReceiptHandle=message["ReceiptHandle"],
                )
            except ConnectionError as error:
                log.warning("the event source cannot delete: %s", error)


def failures(returned: bytes, every: set[str]) -> set[str]:
    """Whom a partial batch response names; all, where it makes no sense."""
    try:
        answer = json.loads(returned or b"null") or {}
        named = {one["itemIdentifier"] for one in answer.get("batchItemFailures") or ()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return every
    return every if named - every else named


def event_of(messages: Sequence[Message], queue_url: str) -> bytes:
    """The event by which a function gets messages."""
    arn = f"arn:aws:sqs:us-east-1:000000000000:{queue_url.rpartition('/')[2]}"
    records = [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": "us-east-1",
        }
        for message in messages
    ]
    return json.dumps({"Records": records}).encode()
