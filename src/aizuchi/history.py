"""What was said and what happened: as models are reminded, threads show, and people ask for it."""

import json
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from aizuchi.answers import Consent, Finished, Logged, Outcome, Trail, fold
from aizuchi.events import Attachment, Message, Spoken, Unread
from aizuchi.recall import Shelf, Window, fitting, overflowing, tokens_of
from aizuchi.trail import trail_of

OURS = ""  # the person whose tokens are the assistant's own, for its summaries


class Exchange(NamedTuple):
    """A question and its answer as the model is reminded of them."""

    question: str
    answer: str
    name: str = ""


class Kept(NamedTuple):
    """An exchange as an engine has it: in which of its places, and where in the order of all."""

    place: Hashable
    seq: int
    exchange: Exchange

    @property
    def tokens(self) -> int:
        return tokens_of(self.exchange.question, self.exchange.answer)


class Summary(NamedTuple):
    """What was said in a place up to a turn, in short."""

    place: Hashable = None
    upto: int = 0
    text: str = ""


class Recollection(NamedTuple):
    """What an answer is reminded of: the last exchanges, oldest first, and summaries of what was
    said before them, the newest first, each of one place and one audience."""

    exchanges: Sequence[Exchange] = ()
    summaries: Sequence[str] = ()


def brought(history: Sequence[Spoken]) -> Recollection:
    """What a caller brings to be reminded of; the question, its last line, is none of it."""
    exchanges: list[Exchange] = []
    for role, text in history[:-1]:
        if role == "user":
            exchanges.append(Exchange(text, ""))
        elif role == "assistant":
            asked = exchanges.pop().question if exchanges and not exchanges[-1].answer else ""
            exchanges.append(Exchange(asked, text))
    return Recollection(exchanges, [text for role, text in history if role == "system"])


class Overheard(NamedTuple):
    """What somebody wrote where the question was asked, besides us and before it."""

    name: str
    text: str


Overhear = Callable[[Message], Awaitable[Sequence[Overheard]]]
"""What was said around a question since our last answer there, oldest first; never raises for a
platform's sake."""


Fetch = Callable[[Message, Attachment], Awaitable[bytes | Unread]]
"""What a file holds that came with a message, or why it cannot be had; never raises for a
platform's sake."""


class Overflow(NamedTuple):
    """What is to go into the summary of a shelf, oldest first, and what that says so far.

    `upto` is the last turn that the summary covers, `turns` are those that it takes in now.
    """

    shelf: Shelf
    summary: str
    upto: int
    turns: tuple[int, ...]
    exchanges: tuple[Exchange, ...]


class Holdings(NamedTuple):
    """How much the store has of a person."""

    messages: int = 0
    conversations: int = 0


class ChatInfo(NamedTuple):
    """A thread in a person's list. `changed_at`: seconds since the epoch."""

    id: str
    title: str
    changed_at: float
    running: bool


class UsageDay(NamedTuple):
    """What one person used in one day (ISO date)."""

    day: str
    person: str
    answers: int
    tokens: int
    written: int = 0


class Said(NamedTuple):
    """One exchange of a thread as its history shows it; `answer` is empty while it runs."""

    turn_id: str
    ref: str
    question: str
    asked_at: float
    running: bool
    outcome: Outcome | Literal["undeliverable", ""] = ""
    answer: str = ""
    said: str = ""
    code: str = ""
    incident: str = ""
    trail: Trail = Trail()
    consent: Consent | None = None
    attachments: tuple[Attachment, ...] = ()

    def ended(self, end: Finished, trail: Trail, *, undelivered: bool = False) -> "Said":
        """With the end of its answer, and what was done on the way there."""
        return self._replace(
            outcome="undeliverable" if undelivered else end.outcome,
            answer=end.text,
            said=end.said,
            code=end.code,
            incident=end.incident,
            trail=trail,
            consent=end.consent,
        )


def being_said(message: Message, asked_at: float, log: Sequence[Logged]) -> Said:
    """An exchange whose turn is open, with its end where the log has it."""
    asked = asked_of(message, asked_at, running=True)
    end = fold(log).finished
    return asked.ended(end, trail_of(log)) if end else asked


def asked_of(message: Message, asked_at: float, *, running: bool) -> Said:
    """The half of an exchange that its message tells."""
    return Said(
        message.turn_id,
        message.ref,
        message.text,
        asked_at,
        running,
        attachments=message.attachments,
    )


def thread_of(said: Mapping[int, Said], replaced: Iterable[tuple[int, int]]) -> Sequence[Said]:
    """Exchanges by their place, in order, without those from one place up to another whose
    question is being asked again."""
    gone = [range(begin, asking) for begin, asking in replaced]
    return [said[seq] for seq in sorted(said) if not any(seq in each for each in gone)]


class Own(NamedTuple):
    """An exchange of a person, and the conversation in which it stands."""

    conversation: str
    said: Said


class Figures(NamedTuple):
    """How many turns wait and are worked on now, and how often the store has committed."""

    waiting: int = 0
    working: int = 0
    commits: int = 0

    @staticmethod
    async def unknown() -> "Figures":
        """Those of an engine that does not count."""
        return Figures()


class Event(NamedTuple):
    """Something that happened, in seconds since the epoch. `detail` is a number or a code."""

    at: float
    code: str
    detail: str = ""


class Note(NamedTuple):
    """An event beside the log of a turn."""

    turn_id: str
    event: Event


class Trace(NamedTuple):
    """The life of a turn; `settled_as` is empty while it is open. Of its `tokens` the model wrote
    `written`."""

    accepted_at: float
    events: tuple[Event, ...] = ()
    settled_at: float = 0.0
    settled_as: str = ""
    reason: str = ""
    tokens: int = 0
    written: int = 0

    def settled(self, at: float, how: str, reason: str, tokens: int, written: int) -> "Trace":
        return self._replace(
            settled_at=at, settled_as=how, reason=reason, tokens=tokens, written=written
        )

    def with_notes(self, notes: Sequence[Event]) -> "Trace":
        return self._replace(
            events=tuple(sorted((*self.events, *notes), key=lambda event: event.at))
        )


def recollection(
    kept: Sequence[Kept], summaries: Sequence[Summary], window: Window
) -> Recollection:
    """What is recalled of exchanges, the oldest first: as many of those that no summary covers as
    fit into the window."""
    covered = {summary.place: summary.upto for summary in summaries}
    left = [one for one in kept if one.seq > covered.get(one.place, 0)]
    fits = fitting([one.tokens for one in left], window)
    exchanges = [one.exchange for one in left[len(left) - fits :]]
    return Recollection(exchanges, [summary.text for summary in summaries])


def overflow_of(
    shelf: Shelf, summary: Summary, kept: Sequence[Kept], window: Window
) -> Overflow | None:
    """What goes into the summary of a shelf now, of what it does not cover yet, oldest first."""
    count = overflowing([one.tokens for one in kept], window)
    if not count:
        return None
    turns, exchanges = tuple(one.seq for one in kept), tuple(one.exchange for one in kept)
    return Overflow(shelf, summary.text, summary.upto, turns[:count], exchanges[:count])


def handed_out(person: str, owned: Sequence[Own], now: datetime) -> str:
    """All that a person said and was answered, as the file that they take away."""
    document = {
        "person": person,
        "exported_at": now.isoformat(timespec="seconds"),
        "messages": [
            {
                "conversation": conversation,
                "asked_at": datetime.fromtimestamp(said.asked_at, UTC).isoformat(),
                "question": said.question,
                "outcome": said.outcome,
                "answer": said.answer,
                "remark": said.said,
                "files": [each.name for each in said.attachments],
            }
            for conversation, said in owned
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
