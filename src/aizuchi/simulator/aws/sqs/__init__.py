"""SQS, as far as it is called here: the JSON protocol, standard and FIFO queues."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.charging import Charges
from aizuchi.simulator.aws.operations import Operation
from aizuchi.simulator.aws.refusals import Refused
from aizuchi.simulator.aws.sqs.messages import Message
from aizuchi.simulator.aws.sqs.queue import DEDUPLICATION_S, Queue

TARGET = "AmazonSQS"
ACCOUNT = "000000000000"
MOST_AT_ONCE = 10
MOST_BYTES_AT_ONCE = 1024 * 1024
ENTRY = {"Id", "MessageBody", "DelaySeconds", "MessageGroupId", "MessageDeduplicationId"}
RECEIPTS = {"Id", "ReceiptHandle", "VisibilityTimeout"}
RECEIVING = {
    *("QueueUrl", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds"),
    *("AttributeNames", "MessageSystemAttributeNames"),
}
__all__ = ["ACCOUNT", "DEDUPLICATION_S", "SQS", "TARGET", "Message", "Queue"]


class SQS:
    """`address` is where queues say that they are; calls reach them at any address."""

    def __init__(
        self, clock: Callable[[], float], new_id: Callable[[], str], charges: Charges
    ) -> None:
        self._clock, self._new_id, self._charges = clock, new_id, charges
        self.address = ""
        self._queues: dict[str, Queue] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateQueue": Operation(self._create, {"QueueName", "Attributes"}),
            "GetQueueUrl": Operation(self._find, {"QueueName"}),
            "GetQueueAttributes": Operation(self._attributes, {"QueueUrl", "AttributeNames"}),
            "SetQueueAttributes": Operation(self._configure, {"QueueUrl", "Attributes"}),
            "PurgeQueue": Operation(self._purge, {"QueueUrl"}),
            "ReceiveMessage": Operation(self._receive, RECEIVING),
            **{
                name: Operation(partial(self._charged, name, run), known)
                for name, (run, known) in self._handling().items()
            },
        }

    def _handling(self) -> Mapping[str, tuple[Callable[[Arguments], dict[str, Any]], set[str]]]:
        return {
            "SendMessage": (self._send, {"QueueUrl", *ENTRY} - {"Id"}),
            "SendMessageBatch": (self._send_all, {"QueueUrl", "Entries"}),
            "DeleteMessage": (self._delete, {"QueueUrl", "ReceiptHandle"}),
            "DeleteMessageBatch": (self._delete_all, {"QueueUrl", "Entries"}),
            "ChangeMessageVisibility": (self._hide, {"QueueUrl", *RECEIPTS} - {"Id"}),
            "ChangeMessageVisibilityBatch": (self._hide_all, {"QueueUrl", "Entries"}),
        }

    def _charged(
        self, operation: str, run: Callable[[Arguments], dict[str, Any]], asked: Arguments
    ) -> dict[str, Any]:
        bodies = [asked.text("MessageBody")] if "MessageBody" in asked else []
        bodies += [str(one.get("MessageBody", "")) for one in asked.sequence("Entries", ())]
        self._charges.request(operation, self._queue(asked).name, _size(bodies))
        return run(asked)

    def queue(self, name: str) -> Queue:
        """By its name, its URL or its ARN."""
        queue = self._queues.get(name.rpartition("/")[2].rpartition(":")[2])
        if queue is None:
            raise Refused(
                "AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."
            )
        return queue

    def url(self, queue: Queue) -> str:
        return f"{self.address}/{ACCOUNT}/{queue.name}"

    def ring(self) -> None:
        for queue in self._queues.values():
            queue.ring()

    # ── queues ────────────────────────────────────────────────────────────────

    def _create(self, asked: Arguments) -> dict[str, Any]:
        name, attributes = asked.text("QueueName"), asked.mapping("Attributes", {})
        if name.endswith(".fifo") != (attributes.get("FifoQueue") == "true"):
            raise Refused(
                "InvalidParameterValue",
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
                "underscores, must end with .fifo suffix and be 1 to 80 in length.",
            )
        queue = self._queues.get(name)
        if queue is None:
            queue = Queue(name, attributes, self._clock, self._new_id, self._dead_letters)
            self._queues[name] = queue
        elif not attributes.items() <= queue.attributes.items():
            raise Refused(
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute",
            )
        return {"QueueUrl": self.url(queue)}

    def _dead_letters(self, arn: str) -> Queue:
        try:
            return self.queue(arn)
        except Refused:
            raise KeyError(arn) from None

    def _find(self, asked: Arguments) -> dict[str, Any]:
        return {"QueueUrl": self.url(self.queue(asked.text("QueueName")))}

    def _attributes(self, asked: Arguments) -> dict[str, Any]:
        queue, wanted = self._queue(asked), set(asked.sequence("AttributeNames", ()))
        now = self._clock()
        in_flight = sum(message.is_in_flight(now) for message in queue.messages)
        late = sum(not one.receipt and one.visible_at > now for one in queue.messages)
        known = {
            **queue.attributes,
            "QueueArn": queue.arn,
            "CreatedTimestamp": str(int(queue.created_at)),
            "ApproximateNumberOfMessages": str(len(queue.messages) - in_flight - late),
            "ApproximateNumberOfMessagesNotVisible": str(in_flight),
            "ApproximateNumberOfMessagesDelayed": str(late),
        }
        every = "All" in wanted
        return {"Attributes": {name: known[name] for name in known if every or name in wanted}}

    def _configure(self, asked: Arguments) -> dict[str, Any]:
        self._queue(asked).configure(asked.mapping("Attributes"))
        return {}

    def _purge(self, asked: Arguments) -> dict[str, Any]:
        self._queue(asked).messages.clear()
        return {}

    def _queue(self, asked: Arguments) -> Queue:
        return self.queue(asked.text("QueueUrl"))

    # ── messages ──────────────────────────────────────────────────────────────

    def _send(self, asked: Arguments) -> dict[str, Any]:
        return self._sent(self._queue(asked), asked)

    def _send_all(self, asked: Arguments) -> dict[str, Any]:
        queue, entries = self._queue(asked), asked.sequence("Entries")
        if _size([str(entry.get("MessageBody", "")) for entry in entries]) > MOST_BYTES_AT_ONCE:
            raise Refused(
                "AWS.SimpleQueueService.BatchRequestTooLong",
                f"Batch requests cannot be longer than {MOST_BYTES_AT_ONCE} bytes.",
            )
        return self._batch(asked, ENTRY, lambda entry: self._sent(queue, entry))

    def _sent(self, queue: Queue, asked: Arguments) -> dict[str, Any]:
        message = queue.send(
            asked.text("MessageBody", ""),
            delay_s=asked.number("DelaySeconds") if "DelaySeconds" in asked else None,
            group=asked.text("MessageGroupId", ""),
            deduplication=asked.text("MessageDeduplicationId", ""),
        )
        sequence = {"SequenceNumber": message.sequence} if message.sequence else {}
        return {"MessageId": message.id, "MD5OfMessageBody": message.md5, **sequence}

    async def _receive(self, asked: Arguments) -> dict[str, Any]:
        queue = self._queue(asked)
        most = _within(asked, "MaxNumberOfMessages", 1, (1, MOST_AT_ONCE))
        usual = queue.number("ReceiveMessageWaitTimeSeconds")
        wait_s = _within(asked, "WaitTimeSeconds", usual, (0, 20))
        hidden_s = _within(
            asked, "VisibilityTimeout", queue.number("VisibilityTimeout"), (0, 43_200)
        )
        until = self._clock() + wait_s
        while not (received := queue.receive(most, hidden_s)) and self._clock() < until:
            await self._until_changed(queue, until)
        names = {*asked.sequence("AttributeNames", ())}
        names |= {*asked.sequence("MessageSystemAttributeNames", ())}
        size = _size([message.body for message in received])
        self._charges.request("ReceiveMessage", queue.name, size, empty=not received)
        told = [message.told(lambda name: bool(names & {name, "All"})) for message in received]
        return {"Messages": told} if told else {}

    async def _until_changed(self, queue: Queue, until: float) -> None:
        next_at = queue.next_at()
        wake_at = until if next_at is None else min(until, next_at)
        try:
            async with asyncio.timeout(max(0.0, wake_at - self._clock())):
                await queue.changed.wait()
        except TimeoutError:
            return

    def _delete(self, asked: Arguments) -> dict[str, Any]:
        self._queue(asked).delete(asked.text("ReceiptHandle"))
        return {}

    def _delete_all(self, asked: Arguments) -> dict[str, Any]:
        queue = self._queue(asked)

        def delete(entry: Arguments) -> dict[str, Any]:
            queue.delete(entry.text("ReceiptHandle"))
            return {}

        return self._batch(asked, RECEIPTS - {"VisibilityTimeout"}, delete)

    def _hide(self, asked: Arguments) -> dict[str, Any]:
        self._queue(asked).hide(asked.text("ReceiptHandle"), asked.number("VisibilityTimeout"))
        return {}

    def _hide_all(self, asked: Arguments) -> dict[str, Any]:
        queue = self._queue(asked)

        def hide(entry: Arguments) -> dict[str, Any]:
            queue.hide(entry.text("ReceiptHandle"), entry.number("VisibilityTimeout"))
            return {}

        return self._batch(asked, RECEIPTS, hide)

    def _batch(
        self,
        asked: Arguments,
        known: set[str],
        each: Callable[[Arguments], dict[str, Any]],
    ) -> dict[str, Any]:
        """Every entry for itself: what was done, and what was refused."""
        entries = [Arguments(entry, known) for entry in asked.sequence("Entries")]
        _check_entries([entry.text("Id") for entry in entries])
        good, bad = [], []
        for entry in entries:
            try:
                good.append({"Id": entry.text("Id"), **each(entry)})
            except Refused as refused:
                told = {"Code": refused.code, "Message": refused.message, "SenderFault": True}
                bad.append({"Id": entry.text("Id"), **told})
        return {"Successful": good, "Failed": bad} if bad else {"Successful": good}


def _size(bodies: Iterable[str]) -> int:
    return sum(len(body.encode("utf-8", "surrogatepass")) for body in bodies)


def _check_entries(ids: list[str]) -> None:
    wrong = ""
    if not ids:
        wrong = "EmptyBatchRequest"
    elif len(ids) > MOST_AT_ONCE:
        wrong = "TooManyEntriesInBatchRequest"
    elif len({*ids}) < len(ids):
        wrong = "BatchEntryIdsNotDistinct"
    if wrong:
        raise Refused(f"AWS.SimpleQueueService.{wrong}", f"{len(ids)} entries: {wrong}.")


def _within(asked: Arguments, name: str, usual: int, limits: tuple[int, int]) -> int:
    value = asked.number(name, usual)
    if not limits[0] <= value <= limits[1]:
        raise Refused(
            "InvalidParameterValue",
            f"Value {value} for parameter {name} is invalid. Reason: Must be between "
            f"{limits[0]} and {limits[1]}, if provided.",
        )
    return value
