"""One queue: standard, or FIFO with its groups."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aizuchi.simulator.aws.refusals import Refused
from aizuchi.simulator.aws.sqs.messages import MOST_BYTES, Message, check_body, check_id

DEDUPLICATION_S = 300.0
LONGEST_HIDDEN_S = 43_200
LIMITS: Mapping[str, tuple[int, int]] = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, MOST_BYTES),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, LONGEST_HIDDEN_S),
}
USUAL = {
    "DelaySeconds": "0",
    "MaximumMessageSize": str(MOST_BYTES),
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
}
OF_FIFO: Mapping[str, tuple[str, ...]] = {
    "FifoQueue": ("true",),
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
USUAL_OF_FIFO = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}


class Sent(NamedTuple):
    message: Message
    until: float


class Queue:
    """`dead_letters` finds the queue of an ARN; `new_id` makes ids and receipts."""

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, str],
        clock: Callable[[], float],
        new_id: Callable[[], str],
        dead_letters: Callable[[str], "Queue"],
    ) -> None:
        self.name, self._clock, self._new_id = name, clock, new_id
        self._dead_letters = dead_letters
        self.is_fifo = name.endswith(".fifo")
        self.attributes = {**USUAL, **(USUAL_OF_FIFO if self.is_fifo else {})}
        self.configure(attributes)
        self.created_at = clock()
        self.messages: list[Message] = []
        self.changed = asyncio.Event()
        self._sent: dict[tuple[str, str], Sent] = {}
        self._sequence = 0
        self._duplicates = 0
        self._receipts: dict[str, Message] = {}

    @property
    def arn(self) -> str:
        return f"arn:aws:sqs:us-east-1:000000000000:{self.name}"

    def configure(self, attributes: Mapping[str, str]) -> None:
        for name, value in attributes.items():
            self._check_attribute(name, value)
        self.attributes = {**self.attributes, **attributes}

    def _check_attribute(self, name: str, value: str) -> None:
        if name in LIMITS:
            least, most = LIMITS[name]
            right = value.isdigit() and least <= int(value) <= most
        elif name in OF_FIFO:
            right = self.is_fifo and value in OF_FIFO[name]
        elif name == "RedrivePolicy":
            right = self._is_redrive(value)
        else:
            raise Refused("InvalidAttributeName", f"Unknown Attribute {name}.")
        if not right:
            raise Refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.")

    def _is_redrive(self, value: str) -> bool:
        try:
            policy = json.loads(value)
            dead_letters = self._dead_letters(policy["deadLetterTargetArn"])
            return dead_letters.is_fifo == self.is_fifo and int(policy["maxReceiveCount"]) >= 1
        except (ValueError, KeyError, TypeError):
            return False

    def number(self, name: str) -> int:
        return int(self.attributes[name])

    def ring(self) -> None:
        """Wakes whoever waits for a message: something is otherwise now."""
        self.changed.set()
        self.changed = asyncio.Event()

    # ── in ────────────────────────────────────────────────────────────────────

    def send(
        self, body: str, *, delay_s: int | None, group: str = "", deduplication: str = ""
    ) -> Message:
        check_body(body, self.number("MaximumMessageSize"))
        if not self.is_fifo:
            return self._add(self._message(body, delay_s), group)
        if delay_s is not None:
            raise _wrong("DelaySeconds", delay_s, "The request include parameter that is not valid "
                         "for this queue type")  # fmt: skip
        if not group:
            raise Refused("MissingParameter", "The request must contain MessageGroupId.")
        check_id(group, "MessageGroupId")
        message = self._message(body, None)
        message.deduplication = self._deduplication(message, deduplication)
        scoped = self.attributes["DeduplicationScope"] == "messageGroup"
        key = (group if scoped else "", message.deduplication)
        known = self._sent.get(key)
        if known and known.until > self._clock():
            return known.message
        self._sent[key] = Sent(message, self._clock() + DEDUPLICATION_S)
        return self._add(message, group)

    def _message(self, body: str, delay_s: int | None) -> Message:
        seconds = self.number("DelaySeconds") if delay_s is None else delay_s
        if not 0 <= seconds <= LIMITS["DelaySeconds"][1]:
            raise _wrong("DelaySeconds", seconds, "DelaySeconds must be >= 0 and <= 900")
        return Message(self._new_id(), body, self._clock(), seconds)

    def _deduplication(self, message: Message, given: str) -> str:
        if not given and self.attributes["ContentBasedDeduplication"] == "true":
            return message.md5 * 2
        if not given:
            raise Refused(
                "InvalidParameterValue",
                "The queue should either have ContentBasedDeduplication enabled or "
                "MessageDeduplicationId provided explicitly",
            )
        check_id(given, "MessageDeduplicationId")
        return given

    def _add(self, message: Message, group: str) -> Message:
        message.group = group
        if self.is_fifo:
            self._sequence += 256
            message.sequence = f"{18_800_000_000_000_000_000 + self._sequence}"
        self.messages.append(message)
        self.ring()
        return message

    def bury(self, message: Message, source: "Queue") -> None:
        """A message that another queue has given up; its age counts from when it was sent."""
        message.source_arn, message.receipt = source.arn, ""
        message.visible_at = self._clock()
        self.messages.append(message)
        self.ring()

    # ── out ───────────────────────────────────────────────────────────────────

    def receive(self, most: int, hidden_s: int) -> list[Message]:
        """Up to so many messages that nobody holds, in order; of a FIFO group only while none of
        it is in flight."""
        self._drop_old()
        now = self._clock()
        held = {message.group for message in self.messages if message.is_in_flight(now)}
        taken: list[Message] = []
        for message in tuple(self.messages):
            if len(taken) < most and self._may_be_taken(message, held, now):
                self._take(message, taken, hidden_s)
            elif self.is_fifo and message.visible_at > now:
                held.add(message.group)
        return taken

    def duplicate(self, times: int = 1) -> None:
        """The next messages received stay there to be received once more at once, as a standard
        queue may do."""
        self._duplicates = times

    def _may_be_taken(self, message: Message, held: set[str], now: float) -> bool:
        if message.duplicates:
            return True
        return message.visible_at <= now and not (self.is_fifo and message.group in held)

    def _take(self, message: Message, taken: list[Message], hidden_s: int) -> None:
        if self._is_given_up(message):
            self.messages.remove(message)
            policy = json.loads(self.attributes["RedrivePolicy"])
            self._dead_letters(policy["deadLetterTargetArn"]).bury(message, self)
            return
        message.duplicates = max(0, message.duplicates - 1)
        if self._duplicates and not self.is_fifo:
            self._duplicates -= 1
            message.duplicates += 1
            self.ring()
        message.receive(self._new_id(), self._clock(), hidden_s)
        self._receipts[message.receipt] = message
        taken.append(message)

    def _is_given_up(self, message: Message) -> bool:
        policy = json.loads(self.attributes.get("RedrivePolicy", "null"))
        return bool(policy) and message.receives >= int(policy["maxReceiveCount"])

    def _drop_old(self) -> None:
        oldest = self._clock() - self.number("MessageRetentionPeriod")
        self.messages = [message for message in self.messages if message.sent_at > oldest]

    def next_at(self) -> float | None:
        """When a message that is hidden now may be received."""
        now = self._clock()
        return min((one.visible_at for one in self.messages if one.visible_at > now), default=None)

    # ── by receipt ────────────────────────────────────────────────────────────

    def delete(self, receipt: str) -> None:
        """A standard queue takes an old receipt and does nothing; a FIFO queue says that it is
        over."""
        message = self._held_by(receipt)
        if message is not None:
            self.messages.remove(message)
            self.ring()

    def hide(self, receipt: str, seconds: int) -> None:
        """Hides a message for so long from now on; 0 gives it back."""
        if not 0 <= seconds <= LONGEST_HIDDEN_S:
            raise _wrong(
                "VisibilityTimeout", seconds, "VisibilityTimeout must be >= 0 and <= 43200"
            )
        message, now = self._held_by(receipt), self._clock()
        if message is None or not message.is_in_flight(now):
            raise Refused(
                "AWS.SimpleQueueService.MessageNotInflight",
                f"Value {receipt} for parameter ReceiptHandle is invalid. Reason: Message does "
                "not exist or is not available for visibility timeout change.",
            )
        if now + seconds > message.first_received_at + LONGEST_HIDDEN_S:
            raise _wrong("VisibilityTimeout", seconds, "Total VisibilityTimeout for the message "
                         "is beyond the limit [43200 seconds]")  # fmt: skip
        message.visible_at = now + seconds
        self.ring()

    def _held_by(self, receipt: str) -> Message | None:
        """The message that was last received so, and is still there."""
        message = self._receipts.get(receipt)
        if message is None:
            raise Refused("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        if message not in self.messages:
            return None
        if self.is_fifo and (message.receipt != receipt or not message.is_in_flight(self._clock())):
            raise _wrong("ReceiptHandle", receipt, "The receipt handle has expired")
        return message if message.receipt == receipt else None


def _wrong(name: str, value: object, reason: str) -> Refused:
    return Refused(
        "InvalidParameterValue",
        f"Value {value} for parameter {name} is invalid. Reason: {reason}.",
    )
