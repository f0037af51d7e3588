"""The inbox of a function that only accepts: what comes is sent to the queues, and no further."""

from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import NamedTuple

from aizuchi.engines.aws.records import (
    Guardian,
    Sent,
    digest_of,
    guardian_delay_s,
    known_by,
    write_message,
    write_record,
)
from aizuchi.errors import SettingsError, StoreUnavailable
from aizuchi.events import Message, Signal
from aizuchi.hosts.aws_lambda.service import Service

GUARDIAN_S = 0.25
"""What a guardian gets where its message took all the time there was."""


class Queues(NamedTuple):
    """Where messages go in their order, and what goes round it."""

    turns: str
    side: str


class QueueInbox:
    """Accepts until a time of `monotonic`. It never waits for anybody: one `send(None)` runs it."""

    def __init__(
        self,
        sqs: Service,
        queues: Queues,
        wait_within_s: float,
        complain: Callable[[str], None],
        *,
        now: float,
        until: float,
    ) -> None:
        self._sqs, self._queues, self._complain = sqs, queues, complain
        self._delay_s = guardian_delay_s(wait_within_s)
        self._now, self._until = now, until

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        """Durable on return, in this order. Which of them are new only the worker will know, so
        none is named.

        Raises:
            StoreUnavailable: SQS did not say that it has them.
        """
        for message in messages:
            self._send_in_order(message)
        for signal in signals:
            self._send(self._queues.side, write_record(Sent(signal, self._now)), self._until)
        for message in messages:
            self._send_guardian(message)
        return ()

    def _send_in_order(self, message: Message) -> None:
        self._send(
            self._queues.turns,
            write_message(message),
            self._until,
            MessageGroupId=digest_of(message.conversation),
            MessageDeduplicationId=digest_of(known_by(message)),
        )

    def _send_guardian(self, message: Message) -> None:
        """Without one the message is answered as usual, if all goes well; so it is taken."""
        record = write_record(Guardian(message, self._now))
        until = max(self._until, monotonic() + GUARDIAN_S)
        try:
            self._send(self._queues.side, record, until, DelaySeconds=self._delay_s)
        except StoreUnavailable as error:
            self._complain(f"a message has no guardian: {error}")

    def _send(self, queue: str, body: str, until: float, **more: str | int) -> None:
        content = {"QueueUrl": queue, "MessageBody": body, **more}
        self._sqs.call("SendMessage", content, until)


def queues_of(environ: Mapping[str, str]) -> Queues:
    """
    Raises:
        SettingsError: one of the queues is not named.
    """
    turns, side = (environ.get(f"AIZUCHI__AWS__{name}") for name in ("TURNS", "SIDE"))
    if not turns or not side:
        raise SettingsError(
            "The function does not know its queues.",
            "Set AIZUCHI__AWS__TURNS to the URL of the FIFO queue, AIZUCHI__AWS__SIDE to that of "
            "the other.",
        )
    return Queues(turns, side)
