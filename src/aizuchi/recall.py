"""Whose words may be quoted where, and how many of them: memory keys, shelves, and the window."""

from collections.abc import Sequence
from itertools import accumulate, takewhile
from typing import Literal, NamedTuple

from aizuchi.events import Message, Place

Scope = Literal["thread", "channel", "user", "none"]

CHUNK_TOKENS = 8_000
"""What one summary takes in at a time, where the window has no bound of its own."""
REACH = 10
"""How many windows back a summary that is made anew looks."""
MOST_SUMMARIES = 4
"""How many summaries stand in a prompt: of other places than this only in private."""


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


class Shelf(NamedTuple):
    """What one summary may cover: one memory in one place, and so before one audience.

    `conversation` is empty but in the scope of a thread; `person` is who alone may have said what
    stands there, empty where everybody in a shared place may have.
    """

    scope: Scope
    place: Place
    conversation: str = ""
    person: str = ""

    @property
    def memory_key(self) -> str:
        """The key under which it is forgotten."""
        whose = {"thread": self.conversation, "channel": self.place.key, "user": self.person}
        return f"{self.scope} {whose[self.scope]}"


def shelf_of(message: Message, scope: Scope) -> Shelf:
    """Where a message is remembered once it is answered."""
    alone = scope == "user" or message.place.audience == "private"
    return Shelf(
        scope,
        message.place,
        message.conversation if scope == "thread" else "",
        person_of(message) if alone else "",
    )


def may_read(shelf: Shelf, message: Message, scope: Scope) -> bool:
    """Whether the summary of a shelf may be quoted in the answer to this message: where it was
    made, and, of a person's own words in the scope of the user, to them in private."""
    own = shelf_of(message, scope)
    if shelf == own:
        return True
    in_private = message.place.audience == "private" and scope == "user"
    return in_private and shelf._replace(place=own.place) == own


class Window(NamedTuple):
    """How much is recalled word for word: exchanges, and tokens by our estimate; 0 tokens is any
    number of them."""

    turns: int = 20
    tokens: int = 0

    @property
    def half(self) -> "Window":
        return Window(max(1, self.turns // 2), self.tokens // 2)


def tokens_of(*texts: str) -> int:
    """About how many tokens texts have, without a tokenizer: a quarter of one for an ASCII letter,
    one for a Japanese one, a little more for an emoji. Tokenizers of today make about as many of
    English, and rather fewer of Japanese."""
    text = "".join(texts)
    return (3 * len(text.encode("utf-8", "replace")) - len(text)) // 8


def fitting(costs: Sequence[int], window: Window) -> int:
    """How many of the newest exchanges fit; the very newest does always. `costs` are the tokens of
    each, the oldest first."""
    newest = costs[::-1][: window.turns]
    if not window.tokens:
        return len(newest)
    within = takewhile(lambda total: total <= window.tokens, accumulate(newest))
    return max(min(1, len(newest)), sum(1 for _ in within))


def overflowing(costs: Sequence[int], window: Window) -> int:
    """How many of the oldest exchanges go into a summary next: none until the window is full, then
    the older half, as far as one call of the model should read."""
    if window.turns < 1:
        return 0
    is_full = len(costs) >= window.turns or bool(window.tokens and sum(costs) >= window.tokens)
    if not is_full:
        return 0
    older = costs[: len(costs) - fitting(costs, window.half)]
    most = window.tokens or CHUNK_TOKENS
    within = takewhile(lambda total: total <= most, accumulate(older))
    return max(min(1, len(older)), sum(1 for _ in within))
