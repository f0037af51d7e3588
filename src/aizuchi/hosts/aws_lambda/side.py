"""The function beside the order: signals, guardians, wake-ups, and what its queue has given up.

A dead letter is a message that no worker could end, ten times over. Where anything is known of its
turn it is taken up once more here; where nothing is, its guardian ends it, in time.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aizuchi.engines.aws.records import Guardian, Wake, write_record
from aizuchi.events import decode_message
from aizuchi.hosts.aws_lambda.opening import open_assistant
from aizuchi.hosts.aws_lambda.shifts import Offer, Open, Opened, Record, Shifts
from aizuchi.hosts.aws_lambda.worker import Handler

log = logging.getLogger(__name__)


def apologising(open_assistant: Open[Record]) -> Open[Record]:
    """The same, for dead letters too."""

    @asynccontextmanager
    async def open_it(left_s: float) -> AsyncIterator[Opened[Record]]:
        async with open_assistant(left_s) as opened:
            yield opened._replace(offer=_with_dead_letters(opened.offer))

    return open_it


def _with_dead_letters(offer: Offer[Record]) -> Offer[Record]:
    """Nothing else comes here from a queue that keeps an order."""

    async def take(record: Record) -> bool:
        source = str(record["eventSourceARN"])
        if not source.endswith(".fifo"):
            return await offer(record)
        try:
            message = decode_message(record["body"])
        except (ValueError, TypeError, KeyError, IndexError) as error:
            log.error("a dead letter is none of ours: %s", type(error).__name__)
            return True
        sent_at = int(record["attributes"]["SentTimestamp"]) / 1000
        wake = write_record(Wake(message.conversation, message.turn_id))
        guardian = write_record(Guardian(message, sent_at))
        taken = [await offer(_beside(record, source, body)) for body in (wake, guardian)]
        return all(taken)

    return take


def _beside(record: Record, source: str, body: str) -> Record:
    """The record as if it had come beside the order."""
    return {**record, "eventSourceARN": source.removesuffix(".fifo"), "body": body}


handler = Handler(Shifts(apologising(open_assistant)))
