"""What a person orders with a few exact words: to start afresh, and to be forgotten."""

from typing import Literal

from aizuchi.events import Message

Order = Literal["reset", "forget_me"]

RESET: Order = "reset"
FORGET_ME: Order = "forget_me"
WORDS: dict[str, Order] = {"reset": RESET, "forget me": FORGET_ME}


def order_of(message: Message) -> Order | None:
    """The order that a message is: its exact words, or the surface's command for it."""
    if message.history is not None:
        return None  # what is said there is the caller's, who keeps no memory with us
    if message.command:
        return next((order for order in WORDS.values() if order == message.command), None)
    return WORDS.get(message.text.strip().lower())
