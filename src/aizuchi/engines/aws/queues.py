"""The two queues: one in order for what platforms send, one beside it for everything else."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from aizuchi.engines.aws.calling import Caller, Refused, Service
from aizuchi.engines.aws.records import LONGEST_DELAY_S
from aizuchi.errors import StoreUnavailable

WAIT_S = 20
"""How long a receive waits for a message; SQS allows no more."""

LONGEST_HIDDEN_S = 43_200
GONE = ("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight")


class Addresses(NamedTuple):
    """Where the queues are: `turns` is the FIFO one, `side` the other."""

    turns: str
    side: str


class Delivery(NamedTuple):
    """A message of a queue, in our hands for a while."""

    queue: str
    id: str
    receipt: str
    body: str
    sent_at: float


class Queues:
    """`listening` has connections of its own: receiving waits long, and ends first."""

    def __init__(
        self, caller: Caller, listening: Caller, service: Service, addresses: Addresses
    ) -> None:
        self._caller, self._listening = caller, listening
        self._service, self.addresses = service, addresses

    async def send_in_order(self, body: str, group: str, turn: str) -> None:
        """Any number of times the same, within five minutes."""
        await self._call(
            "SendMessage",
            self.addresses.turns,
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=turn,
        )

    async def send(self, *bodies: tuple[str, float]) -> None:
        """Beside the order, each after a delay (seconds). Repeated, it may come twice."""
        entries = [
            {"Id": str(place), "MessageBody": body, "DelaySeconds": delay_of(delay_s)}
            for place, (body, delay_s) in enumerate(bodies)
        ]
        answer = await self._call("SendMessageBatch", self.addresses.side, Entries=entries)
        if failed := answer.get("Failed"):
            raise StoreUnavailable(
                f"SQS did not take a message: {failed[0].get('Code')}.", "It is tried again."
            )

    async def receive(self, queue: str, most: int, hidden_s: float) -> Sequence[Delivery]:
        """Waits a while for messages, which nobody else gets for so long."""
        answer = await self._call(
            "ReceiveMessage",
            queue,
            within_s=WAIT_S + 5,
            MaxNumberOfMessages=max(1, min(10, most)),
            VisibilityTimeout=_seconds(hidden_s),
            WaitTimeSeconds=WAIT_S,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        return [received(queue, message) for message in answer.get("Messages", ())]

    async def delete(self, delivery: Delivery) -> None:
        await self._unless_gone("DeleteMessage", delivery)

    async def hide(self, delivery: Delivery, seconds: float) -> None:
        """Nobody else gets it for so long from now; 0 gives it back at once."""
        await self._unless_gone(
            "ChangeMessageVisibility", delivery, VisibilityTimeout=_seconds(seconds)
        )

    async def _unless_gone(self, operation: str, delivery: Delivery, **more: Any) -> None:
        """What we no longer hold, somebody else does: nothing is to be done."""
        try:
            await self._call(operation, delivery.queue, ReceiptHandle=delivery.receipt, **more)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, Refused) or error.__cause__.code not in GONE:
                raise

    async def _call(
        self, operation: str, queue: str, *, within_s: float | None = None, **arguments: Any
    ) -> Mapping[str, Any]:
        limits = {"within_s": within_s, "try_s": within_s} if within_s else {}
        caller = self._listening if within_s else self._caller
        asked = {"QueueUrl": queue, **arguments}
        try:
            return await caller.call(self._service, operation, asked, **limits)
        except Refused as refused:
            raise StoreUnavailable(
                f"SQS refused {operation}: {refused.code}.",
                "Check the queues' addresses in [aws], and that `turns` is a FIFO queue.",
            ) from refused


def received(queue: str, message: Mapping[str, Any]) -> Delivery:
    """A message as ReceiveMessage brings it."""
    sent_ms = message.get("Attributes", {}).get("SentTimestamp", "0")
    return Delivery(
        queue, message["MessageId"], message["ReceiptHandle"], message["Body"], int(sent_ms) / 1000
    )


def handed(addresses: Addresses, record: Mapping[str, Any]) -> Delivery:
    """A message as Lambda hands it to a function."""
    in_order = str(record["eventSourceARN"]).endswith(".fifo")
    queue = addresses.turns if in_order else addresses.side
    sent_ms = record.get("attributes", {}).get("SentTimestamp", "0")
    return Delivery(
        queue, record["messageId"], record["receiptHandle"], record["body"], int(sent_ms) / 1000
    )


def delay_of(seconds: float) -> int:
    return max(0, min(LONGEST_DELAY_S, ceil(seconds)))


def _seconds(hidden_s: float) -> int:
    return max(0, min(LONGEST_HIDDEN_S, ceil(hidden_s)))
