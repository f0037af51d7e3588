"""Who is answered and how often: pure decisions, and the line that tells a refusal."""

import math
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta, tzinfo

from aizuchi.events import Message
from aizuchi.ports import Allowance
from aizuchi.turns import Refusal
from aizuchi.words import Language, say

MINUTE_S = 60.0
OWNER: dict[Language, str] = {"en": "Whoever runs me", "ja": "管理者"}


def may_enter(message: Message, allow: Collection[str]) -> bool:
    """Whether `[access] allow` or the surface's own rule lets this person in.

    A surface marks as outside whoever its own rule does not cover; `allow` names people, roles and
    groups by their ids, alone or with the surface in front.
    """
    sender = message.sender
    ids = (sender.id, *sender.groups)
    named = {*ids, *(f"{message.surface}:{each}" for each in ids)}
    return not sender.outside or not named.isdisjoint(allow)


def concerns_us(message: Message, allow: Collection[str]) -> bool:
    """Whether anything is to be made of a message: all but what is said near us, and not to us, by
    somebody whom we may not answer. Nobody asked, so nobody is told, and nothing is kept."""
    return not message.joins or may_enter(message, allow)


def enter(message: Message, allow: Collection[str]) -> Refusal | None:
    """The refusal of somebody who may not be answered here."""
    return None if may_enter(message, allow) else Refusal("not_allowed")


def admit(
    recent: Sequence[float],
    answers_today: int,
    tokens_today: int,
    *,
    at: float,
    now: float,
    allowance: Allowance,
    zone: tzinfo | None = None,
) -> Refusal | None:
    """Whether one more message is too much, at the time it was accepted.

    `recent` are the times at which the person's counted messages were accepted, the answers are
    the person's and the tokens the whole assistant's, of the server's day in which `now` lies.
    Where two limits refuse, the one that holds longer is told.
    """
    most, per_day, tokens = allowance
    if tokens and tokens_today >= tokens:
        return Refusal("tokens_used", tokens, next_day(now, zone))
    if per_day and answers_today >= per_day:
        return Refusal("day_used", per_day, next_day(now, zone))
    counted = sorted(time for time in recent if at - time < MINUTE_S)
    if most and len(counted) >= most:
        return Refusal("too_fast", most, counted[-most] + MINUTE_S)
    return None


def day_of(now: float, zone: tzinfo | None = None) -> str:
    """The server's day in which a time lies, as an ISO date."""
    return datetime.fromtimestamp(now, zone).date().isoformat()


def next_day(now: float, zone: tzinfo | None = None) -> float:
    """When the server's next day begins, in seconds since the epoch."""
    today = datetime.fromtimestamp(now, zone)
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (midnight + timedelta(days=1)).timestamp()


def refusal_line(
    refusal: Refusal, language: Language, owner: str = "", zone: tzinfo | None = None
) -> str:
    """What the refused person reads; times are the server's, and say so."""
    return say(
        refusal.code,
        language,
        limit=refusal.limit,
        waiting=refusal.limit,
        opens=_opens(refusal, zone),
        owner=owner or OWNER[language],
    )


def _opens(refusal: Refusal, zone: tzinfo | None) -> str:
    """The time of day, rounded up so that nobody comes too early."""
    opens = datetime.fromtimestamp(math.ceil(refusal.opens_at), zone).astimezone(zone)
    return f"{opens:%H:%M:%S %Z}" if opens.second else f"{opens:%H:%M %Z}"
