"""What happens to a message on its way, each told once it is over, to whoever traces or counts it.

Times are seconds since the epoch, lengths of time seconds. There is nothing of a single token here.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from aizuchi.answers import Finished, ToolCall
from aizuchi.events import Message
from aizuchi.ports import Ending, PromptMessage, Settlement


class Asked(NamedTuple):
    """Which model is asked, whose way of speaking it has, and at which address."""

    model: str = ""
    provider: str = "unknown"
    address: str = ""


class Accepted(NamedTuple):
    """The message is stored: from now on it will end."""


class Claimed(NamedTuple):
    """An attempt begins, so long after the message was accepted."""

    attempt: int
    after_s: float


class SignGiven(NamedTuple):
    """The person can see that they were heard."""

    after_s: float


class TextBegun(NamedTuple):
    """The first words of the answer are there."""

    after_s: float


class ModelCalled(NamedTuple):
    """A model was asked, at the endpoint of this name in the settings, and said `text`; there is an
    `ending` unless there is an `error`."""

    began: float
    ended: float
    endpoint: str
    asked: Asked
    prompt: Sequence[PromptMessage]
    text: str
    calls: Sequence[ToolCall] = ()
    ending: Ending | None = None
    error: str = ""


class ToolCalled(NamedTuple):
    """A tool was called, and said `text`; what nobody has is `unknown`, whatever it was called."""

    began: float
    ended: float
    name: str
    call: ToolCall
    text: str
    failed: bool = False


class PlatformCalled(NamedTuple):
    """A platform was called for a message. `result` is sent, busy, doubtful, refused, ended or, of
    a search, absent; `code` says which refusal or end."""

    began: float
    ended: float
    operation: str
    result: str
    code: str = ""


class EndWritten(NamedTuple):
    """The end of the answer is written, whatever is still to be delivered."""

    finished: Finished


class Settled(NamedTuple):
    """The message is in its end state, after so many attempts."""

    accepted_at: float
    at: float
    attempts: int
    finished: Finished
    settlement: Settlement


Happening = (
    Accepted
    | Claimed
    | SignGiven
    | TextBegun
    | ModelCalled
    | ToolCalled
    | PlatformCalled
    | EndWritten
    | Settled
)
Listener = Callable[[Message, Happening], None]
"""Hears of it in the middle of the work: it returns at once."""
