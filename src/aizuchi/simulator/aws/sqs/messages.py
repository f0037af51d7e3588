"""A message in a queue, and what may stand in one."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from aizuchi.simulator.aws.refusals import Refused

MOST_BYTES = 1024 * 1024
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
AN_ID = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]{1,128}")


class Message:
    """`visible_at` is when it may be received next; `receipt` is that of the last receive."""

    def __init__(self, message_id: str, body: str, now: float, delay_s: float) -> None:
        self.id, self.body, self.sent_at = message_id, body, now
        self.visible_at = now + delay_s
        self.group = self.deduplication = self.sequence = ""
        self.receipt, self.receives, self.first_received_at = "", 0, 0.0
        self.source_arn = ""
        self.duplicates = 0

    @property
    def md5(self) -> str:
        return hashlib.md5(self.body.encode()).hexdigest()

    def is_in_flight(self, now: float) -> bool:
        return bool(self.receipt) and self.visible_at > now

    def receive(self, receipt: str, now: float, hidden_s: float) -> None:
        self.receipt, self.receives = receipt, self.receives + 1
        self.first_received_at = self.first_received_at or now
        self.visible_at = now + hidden_s

    def told(self, wanted: Callable[[str], bool]) -> dict[str, Any]:
        """As a receive tells of it, with the attributes that it wants."""
        attributes = {name: value for name, value in self._attributes().items() if wanted(name)}
        return {
            "MessageId": self.id,
            "ReceiptHandle": self.receipt,
            "Body": self.body,
            "MD5OfBody": self.md5,
            **({"Attributes": attributes} if attributes else {}),
        }

    def _attributes(self) -> dict[str, str]:
        fifo = {
            "MessageGroupId": self.group,
            "MessageDeduplicationId": self.deduplication,
            "SequenceNumber": self.sequence,
            "DeadLetterQueueSourceArn": self.source_arn,
        }
        return {
            "SenderId": "AIDAAIZUCHI",
            "SentTimestamp": str(round(self.sent_at * 1000)),
            "ApproximateReceiveCount": str(self.receives),
            "ApproximateFirstReceiveTimestamp": str(round(self.first_received_at * 1000)),
            **{name: value for name, value in fifo.items() if value},
        }


def check_body(body: str, most_bytes: int) -> None:
    if not body:
        raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
    if len(body.encode("utf-8", "surrogatepass")) > most_bytes:
        raise Refused(
            "InvalidParameterValue",
            "One or more parameters are invalid. Reason: Message must be shorter than "
            f"{most_bytes} bytes.",
        )
    if NOT_XML.search(body):
        raise Refused("InvalidMessageContents", "Invalid characters found.")


def check_id(value: str, name: str) -> None:
    if not AN_ID.fullmatch(value):
        raise Refused(
            "InvalidParameterValue",
            f"Value {value} for parameter {name} is invalid. Reason: {name} can only include "
            "alphanumeric and punctuation characters. 1 to 128 in length.",
        )
