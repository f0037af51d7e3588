"""Asking somebody before something is done that cannot be undone: the question, and its answer.

What is shown is what will be done: the arguments are written anew before they are asked about, and
an answer names their digest. Pure.
"""

import json
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from aizuchi.answers import Consent, Entry, ToolCall
from aizuchi.events import Message
from aizuchi.words import Language, say

SUFFIX = ":decision"
MOST_SHOWN = 1_500
DIGEST_CHARS = 16  # a button on Discord carries no more than 100 characters in all

Verdict = Literal["yes", "no", "expired"]


class Decision(NamedTuple):
    """What somebody said to a question, as a message carries it: `asker` is whose wish it was."""

    verdict: Verdict
    digest: str
    asker: str

    def __str__(self) -> str:
        return " ".join(self)


class Pending(NamedTuple):
    """A question that nobody has decided yet: what is asked, the message that it is asked for with
    the way to answer there, what that message wanted, and the rounds so far, as a log has them."""

    consent: Consent
    message: Message
    wish: str
    rounds: Sequence[Entry]


def decision_in(message: Message) -> Decision | None:
    """The decision that a message brings, where it brings one."""
    match message.decides.split(" ", 2):
        case [("yes" | "no" | "expired") as verdict, digest, asker]:
            return Decision(verdict, digest, asker)
    return None


def decision_id(turn_id: str) -> str:
    """The turn of the decision on what a turn has asked: the same for everybody, so the first
    one counts."""
    return turn_id + SUFFIX


def asking_id(turn_id: str) -> str:
    """The turn that has asked what this one decides; empty where it decides nothing."""
    return turn_id.removesuffix(SUFFIX) if turn_id.endswith(SUFFIX) else ""


def may_decide(sender: str, asker: str, surface: str, approvers: Sequence[str]) -> bool:
    """Whether this person's answer counts: who asked, or who is named in the settings, alone or
    with the platform in front."""
    return sender == asker or sender in approvers or f"{surface}:{sender}" in approvers


def too_late(message: Message) -> Message:
    """A decision that does not count any more, or not from this person: a turn of its own, in
    which they are told so."""
    return message._replace(turn_id=f"{message.turn_id}:{message.sender.id}")


def consent_for(
    turn_id: str,
    asker: str,
    calls: Sequence[ToolCall],
    expires_at: float,
    stamps: Sequence[str] = (),
) -> Consent:
    """The question that a turn asks: whether these may be done for somebody, by tools that are
    what these stamps say."""
    asked = tuple((call.name, call.arguments) for call in calls)
    return Consent(turn_id, digest_of(turn_id, asked, stamps), asker, asked, expires_at)


def digest_of(turn_id: str, asked: Sequence[tuple[str, str]], stamps: Sequence[str] = ()) -> str:
    """What tells a question from any other, and from the same one about changed tools."""
    import hashlib  # a click is read by who asks nothing, at an edge that has to be light

    whole = [turn_id, asked, stamps] if any(stamps) else [turn_id, asked]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:DIGEST_CHARS]


def plainly(arguments: str) -> str:
    """Arguments written anew, so that everything in them can be seen and nothing acts: each letter
    that shows nothing, or turns others round, stands by its number.

    Raises:
        ValueError: they are no JSON object.
    """
    value = json.loads(arguments.strip() or "{}")
    if not isinstance(value, dict):
        raise ValueError("not an object")
    text = json.dumps(value, ensure_ascii=False)
    return "".join(letter if _is_seen(letter) else _by_number(letter) for letter in text)


def question(consent: Consent, language: Language) -> str:
    """The question in our words, as Markdown."""
    shown = [f"**{tool}**\n\n{_fenced(arguments)}" for tool, arguments in consent.calls]
    return "\n\n".join([say("may_i", language), *shown])


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}json\n{text}\n{fence}"


def _is_seen(letter: str) -> bool:
    import unicodedata  # not for the edge either

    return letter == " " or unicodedata.category(letter) not in (
        *("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"),
    )


def _by_number(letter: str) -> str:
    """As JSON writes it where it has to be ASCII."""
    return json.dumps(letter)[1:-1]
