"""The end of questions that nobody answers: said where they were asked."""

import asyncio
import logging

from aizuchi.consent import Decision, Pending, decision_id
from aizuchi.errors import StoreError
from aizuchi.events import Message
from aizuchi.ports import Consents, Inbox

RETRY_STORE_S = 5.0

logger = logging.getLogger(__name__)


async def expire(consents: Consents, inbox: Inbox) -> None:
    """Ends each question whose time is over, until it is cancelled. That is a decision like any
    other: of it and of a click at the same moment one is the first."""
    while True:
        try:
            await inbox.accept([_end_of(await consents.expired())], ())
        except StoreError as error:
            logger.error("%s", error)
            await asyncio.sleep(RETRY_STORE_S)


def _end_of(pending: Pending) -> Message:
    consent = pending.consent
    return pending.message._replace(
        turn_id=decision_id(consent.turn_id),
        text="",
        ref="",
        command="",
        replaces="",
        joins=False,
        decides=str(Decision("expired", consent.digest, consent.asker)),
    )
