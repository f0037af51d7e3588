"""What a courier is asked to do on a platform, and what it answers."""

from typing import Literal, NamedTuple

from aizuchi.answers import Step

Stage = Literal["grows", "closed", "ends"]
"""Of a page: more is still to come on it, it no longer changes, or the answer ends with it."""


class ShowWorking(NamedTuple):
    """Give or renew the sign that we listen; idempotent. `text` says what is being done, empty:
    the surface's own word."""

    text: str = ""


class ShowEnd(NamedTuple):
    """Take the sign away, or let it say how it ended; idempotent."""

    well: bool


class PostPage(NamedTuple):
    """Post a new message. Not idempotent: `key` finds it again when its reply was lost. What is
    `private` is shown to the person who asked, and to nobody else."""

    page: int
    text: str
    key: str
    final: bool = False
    private: bool = False
    stage: Stage = "closed"


class EditPage(NamedTuple):
    """Rewrite a page; idempotent. `key` is that of its post, for a platform where only an edit can
    leave it."""

    page: int
    ref: str
    text: str
    final: bool = False
    key: str = ""
    stage: Stage = "closed"


class DeletePage(NamedTuple):
    """Take a page away; idempotent."""

    page: int
    ref: str


class OpenStream(NamedTuple):
    """Begin a native stream as a new page, with the steps that were done before the first word.
    Not idempotent."""

    page: int
    text: str
    key: str
    steps: tuple[Step, ...] = ()


class AppendStream(NamedTuple):
    """Add text to an open stream, and steps or what became of them. Not idempotent: never
    repeated."""

    page: int
    ref: str
    text: str
    steps: tuple[Step, ...] = ()


class CloseStream(NamedTuple):
    """End a stream; `text` is what is still missing from it, `whole` all of the page.

    Without text it may be repeated, and a stream that is over already is no fault: `Ended`.
    """

    page: int
    ref: str
    text: str
    whole: str
    final: bool = False
    key: str = ""
    steps: tuple[Step, ...] = ()


class HandOver(NamedTuple):
    """Say on a page (without a `ref`: where the sign of working stands) that it is not written on
    any more, and post what comes now elsewhere; idempotent."""

    page: int
    ref: str


class AttachFile(NamedTuple):
    """Attach the whole answer as a file to a page; idempotent by its name."""

    page: int
    ref: str
    name: str
    text: str


Operation = (
    ShowWorking
    | ShowEnd
    | PostPage
    | EditPage
    | DeletePage
    | OpenStream
    | AppendStream
    | CloseStream
    | HandOver
    | AttachFile
)


class Find(NamedTuple):
    """Look for what a post left whose reply was lost: by its key or, where a post carries none,
    as our message there since that time (seconds since the epoch) that is none of the known."""

    page: int
    key: str
    since: float
    known: tuple[str, ...] = ()
    private: bool = False


class Sent(NamedTuple):
    """Done; the message is found under this reference."""

    ref: str = ""


class Busy(NamedTuple):
    """Not now: again after this time."""

    retry_after_s: float


class Doubtful(NamedTuple):
    """Nobody knows whether it was done: the reply was lost."""


class Ended(NamedTuple):
    """The stream is over: expired, or stopped by the reader; or the message itself is gone."""

    why: Literal["expired", "stopped_by_reader", "gone"]


class Refused(NamedTuple):
    """Never: the platform's reason as a code, and what would mend it."""

    code: str
    mend: str = ""


Receipt = Sent | Busy | Doubtful | Ended | Refused
Found = Sent | Busy | Doubtful | Refused | None


class Delivered(NamedTuple):
    """All of the answer stands where it was asked for."""


class Undeliverable(NamedTuple):
    """It will never stand there: the reason as a code, and what would mend it."""

    code: str
    mend: str = ""
