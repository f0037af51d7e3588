"""Writes into the log what becomes of each message, for whoever reads it message by message
(`aizuchi logs`); never a word of what was said."""

import logging

from aizuchi.events import Message
from aizuchi.happenings import Accepted, Claimed, EndWritten, Happening, Settled

log = logging.getLogger(__name__)


def journal(message: Message, happening: Happening) -> None:
    """A listener."""
    if line := _told(happening):
        log.info(line, extra={"turn": message.turn_id})


def _told(happening: Happening) -> str:
    match happening:
        case Accepted():
            return "accepted"
        case Claimed(attempt, after_s):
            return f"attempt {attempt} begins, {after_s:.1f} s after it was accepted"
        case EndWritten(finished):
            return f"its end is kept: {finished.outcome}{_of(finished.code)}"
        case Settled(accepted_at, at, settlement=settled):
            how = f"{settled.settled_as}{_of(settled.reason)}"
            return f"settled as {how}, {at - accepted_at:.1f} s after it was accepted"
        case _:
            return ""


def _of(code: str) -> str:
    return f" ({code})" if code else ""
