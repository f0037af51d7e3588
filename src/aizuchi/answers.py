"""What goes out: the entries of an answer, a numbered, append-only log that every surface tails."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

Outcome = Literal["answered", "failed", "timed_out", "cancelled", "refused", "asks"]
StepState = Literal["running", "done", "failed"]


class Heard(NamedTuple):
    """The message is stored; the first sign may be given."""


class TextDelta(NamedTuple):
    """The next piece of the answer, as long as one read of the model's stream."""

    text: str


class Step(NamedTuple):
    """Something the assistant does on the way, shown while it does it; one id, several states."""

    id: str
    title: str
    state: StepState = "running"


class ToolCall(NamedTuple):
    """A call of a tool that the model asks for; `arguments` are JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


class Source(NamedTuple):
    """Where something that was found stands."""

    url: str
    title: str = ""


class Trail(NamedTuple):
    """What is left of the way to an answer: the steps that were shown, and where what was found
    stands."""

    steps: tuple[Step, ...] = ()
    sources: tuple[Source, ...] = ()


class ToolsCalled(NamedTuple):
    """What is about to be called in a round, together, and the text that the model said before it.

    Until each is `ToolReturned`, whether it was done is in doubt.
    """

    round: int
    text: str
    calls: tuple[ToolCall, ...]
    tokens: int = 0


class ToolReturned(NamedTuple):
    """What came of the call at a place (from 0) of a round, as the model is told it."""

    round: int
    place: int
    text: str
    failed: bool = False
    sources: tuple[Source, ...] = ()


class Posting(NamedTuple):
    """A page is about to be posted at this time (seconds since the epoch): until it is `Shown`,
    whether it was is in doubt."""

    page: int
    at: float


class Shown(NamedTuple):
    """A page stands on the platform under this reference."""

    page: int
    ref: str


class Restarted(NamedTuple):
    """Everything said so far is void; the answer begins again."""


class Consent(NamedTuple):
    """A question whether something may be done: each call by its tool and its whole arguments, in
    JSON. An answer to it names the `digest`. `asker` is the id of who it is done for; after
    `expires_at` (seconds since the epoch) nobody may answer any more."""

    turn_id: str
    digest: str
    asker: str
    calls: tuple[tuple[str, str], ...]
    expires_at: float


class Finished(NamedTuple):
    """The end: the model's whole text, and our own line shown with it, in the person's language.

    `code` names the reason for the log, `incident` finds it there. Where the line is a question
    that can be answered by a click, `consent` says what is asked.
    """

    outcome: Outcome
    text: str
    said: str = ""
    code: str = ""
    incident: str = ""
    consent: Consent | None = None


Entry = (
    Heard | TextDelta | Step | ToolsCalled | ToolReturned | Posting | Shown | Restarted | Finished
)


class Position(NamedTuple):
    """Where an entry stands in its log; attempts and the entries of each count from 1.

    What was heard stands before the first attempt, at 0:1.
    """

    attempt: int
    n: int


BEGINNING = Position(0, 0)
HEARD = Position(0, 1)


class Logged:
    """An entry at its position. `frame` keeps what a tail made of it, so that it is made once."""

    __slots__ = ("entry", "frame", "position")

    def __init__(self, position: Position, entry: Entry) -> None:
        self.position = position
        self.entry = entry
        self.frame: bytes | None = None

    def __repr__(self) -> str:
        return f"Logged({self.position.attempt}:{self.position.n}, {self.entry!r})"


class Answer(NamedTuple):
    """An answer as its log tells it at one moment."""

    text: str = ""
    steps: tuple[Step, ...] = ()
    postings: tuple[Posting, ...] = ()
    shown: tuple[Shown, ...] = ()
    finished: Finished | None = None


OF_THE_TURN = (Heard, ToolsCalled, ToolReturned, Posting, Shown, Finished)


def _start(log: Sequence[Logged]) -> Position:
    """Where what still holds begins: at the last Restarted, or with the newest attempt at text."""
    start = BEGINNING
    for line in log:
        if isinstance(line.entry, Restarted):
            start = max(start, line.position)
        elif not isinstance(line.entry, OF_THE_TURN):
            start = max(start, Position(line.position.attempt, 0))
    return start


def newest(log: Sequence[Logged]) -> list[Logged]:
    """The entries that still hold: of text and steps only what was said since the last start."""
    start = _start(log)
    return [line for line in log if line.position > start or isinstance(line.entry, OF_THE_TURN)]


def since(log: Sequence[Logged], after: Position) -> list[Logged]:
    """What a tail that has read up to a position has to read next.

    Where the answer began again meanwhile, that is Restarted and what follows it.
    """
    if after == BEGINNING:
        return newest(log)
    start = _start(log)
    return [
        line
        for line in log
        if line.position > after and (line.position >= start or isinstance(line.entry, OF_THE_TURN))
    ]


def fold(log: Sequence[Logged]) -> Answer:
    """The answer that a log tells: what holds of its text, steps and pages, and how it ended."""
    pieces: list[str] = []
    steps: dict[str, Step] = {}
    postings: list[Posting] = []
    shown: dict[int, Shown] = {}
    finished: Finished | None = None
    for line in newest(log):
        match line.entry:
            case TextDelta(text):
                pieces.append(text)
            case Step() as step:
                steps[step.id] = step
            case Posting() as posting:
                postings.append(posting)
            case Shown() as page:
                shown[page.page] = page
            case Finished() as finished:
                pass
    text = finished.text if finished else "".join(pieces)
    return Answer(text, tuple(steps.values()), tuple(postings), tuple(shown.values()), finished)


_KINDS: dict[str, type[Entry]] = {
    "heard": Heard,
    "step": Step,
    "tools_called": ToolsCalled,
    "tool_returned": ToolReturned,
    "posting": Posting,
    "shown": Shown,
    "restarted": Restarted,
    "finished": Finished,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(entries: Iterable[Entry]) -> str:
    """Entries as stored: a text as itself, any other as its name and its fields."""
    return _compact(
        [
            entry.text if isinstance(entry, TextDelta) else [_NAMES[type(entry)], *entry]
            for entry in entries
        ]
    )


def decode(stored: str) -> list[Entry | None]:
    """Stored entries, in their places; None where this version does not know the kind."""
    return [_read(value) for value in json.loads(stored)]


def _read(value: Any) -> Entry | None:
    if isinstance(value, str):
        return TextDelta(value)
    kind = _KINDS.get(value[0])
    entry = _filled(kind, value[1:]) if kind else None
    match entry:
        case ToolsCalled(calls=calls):
            return entry._replace(calls=tuple(_filled(ToolCall, call) for call in calls))
        case ToolReturned(sources=sources):
            return entry._replace(sources=tuple(_filled(Source, source) for source in sources))
        case Finished(consent=consent) if consent:
            return entry._replace(consent=_consent(consent))
    return entry


def encode_consent(consent: Consent | None) -> str:
    """A question as stored; empty where there is none."""
    return _compact(consent) if consent else ""


def decode_consent(stored: str) -> Consent | None:
    return _consent(json.loads(stored)) if stored else None


def _consent(values: Sequence[Any]) -> Consent:
    consent: Consent = _filled(Consent, values)
    return consent._replace(calls=tuple((tool, arguments) for tool, arguments in consent.calls))


def _filled(kind: type[Any], values: Sequence[Any]) -> Any:
    """Without the fields that a later version has added."""
    return kind(*values[: len(kind._fields)])
