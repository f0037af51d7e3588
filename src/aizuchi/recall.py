"""Whose words may be quoted where: memory keys, and the rule that recall widens no audience."""

from typing import Literal

from aizuchi.events import Message, Place

Scope = Literal["thread", "channel", "user", "none"]


def person_of(message: Message) -> str:
    """The one name of a person in this installation."""
    return f"{message.surface}:{message.tenant}:{message.sender.id}"


def memory_key(message: Message, scope: Scope) -> str:
    """What a scope means for this message; empty where nothing is remembered."""
    match scope:
        case "thread":
            return f"thread {message.conversation}"
        case "channel":
            return f"channel {message.place.key}"
        case "user":
            return f"user {person_of(message)}"
        case "none":
            return ""


def may_recall(said_in: Place, said_by: str, message: Message) -> bool:
    """Whether what a person said in a place may be quoted in the answer to this message.

    What was said in private is quoted only in that person's private places; what was said in a
    shared place is quoted there, and in private only to who said it.
    """
    own_private = message.place.audience == "private" and said_by == person_of(message)
    if said_in.audience == "private":
        return own_private
    return own_private or said_in.key == message.place.key
