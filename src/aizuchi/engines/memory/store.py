"""What the memory engine knows: turns by their place in the order of all that was accepted."""

from collections.abc import Iterator
from typing import NamedTuple

from aizuchi.answers import Finished, Logged, Position, Shown, Trail
from aizuchi.consent import Pending
from aizuchi.events import Message
from aizuchi.history import Note, Summary, Trace
from aizuchi.recall import Shelf, person_of
from aizuchi.tickets import Ticket
from aizuchi.traces import Written
from aizuchi.turns import Turn


class Conversation(NamedTuple):
    """`owner` is the one person who may read it all; empty where others are in the place."""

    owner: str
    title: str
    changed_at: float


class Said(NamedTuple):
    """A settled turn: question, answer, and where the answer's log ended. The message's text is
    what the person wanted, its `via` the command that they wanted it by."""

    message: Message
    asked_at: float
    settled_at: float
    finished: Finished
    end: Position
    shown: tuple[Shown, ...]
    trail: Trail
    undelivered: str
    replaced: bool = False


class Used(NamedTuple):
    """What one person used in one day."""

    answers: int = 0
    tokens: int = 0
    written: int = 0


class File(NamedTuple):
    """What a message brought along: of which turn, and whose."""

    seq: int
    person: str
    content: bytes


class Store:
    """All of it. It lives as long as whoever holds it, and may be opened again and again."""

    def __init__(self) -> None:
        self.held = False
        self.last_seq = 0
        self.seqs: dict[str, int] = {}
        self.work: dict[int, Turn] = {}
        self.files: dict[str, File] = {}
        self.said: dict[int, Said] = {}
        self.entries: dict[int, list[Logged]] = {}
        self.written: dict[int, list[Written]] = {}
        self.traces: dict[int, Trace] = {}
        self.notes: list[Note] = []
        self.ended: dict[int, float] = {}
        self.conversations: dict[str, Conversation] = {}
        self.pending: dict[str, Pending] = {}
        self.forgotten: dict[str, int] = {}
        self.summaries: dict[Shelf, Summary] = {}
        self.admitted: set[int] = set()
        self.recent: dict[str, list[float]] = {}
        self.usage: dict[tuple[str, str], Used] = {}
        self.tickets: dict[bytes, Ticket] = {}

    def clear_leases(self, now: float) -> None:
        """Whoever held these is gone."""
        for seq, turn in self.work.items():
            if turn.lease_until:
                idle_from = min(turn.lease_until, now)
                self.work[seq] = turn._replace(idle_from=idle_from, lease_until=0.0)

    def open_in(self, conversation: str) -> list[Turn]:
        """The open turns of a conversation, in order."""
        return [turn for turn in self.work.values() if turn.message.conversation == conversation]

    def is_head(self, turn: Turn) -> bool:
        """Whether a turn may be claimed: nothing is before it, or it is refused."""
        in_order = (each for each in self.open_in(turn.message.conversation) if not each.refusal)
        return bool(turn.refusal) or next(in_order).seq == turn.seq

    def heads(self) -> Iterator[Turn]:
        return (turn for turn in self.work.values() if self.is_head(turn))

    def said_in(self, conversation: str) -> dict[int, Said]:
        return {
            seq: said
            for seq, said in self.said.items()
            if said.message.conversation == conversation
        }

    def is_in(self, conversation: str) -> bool:
        """Whether we have answered there, or are about to."""
        waiting = (turn for turn in self.open_in(conversation) if not turn.refusal)
        said = self.said_in(conversation).values()
        return any(waiting) or any(each.finished.outcome != "refused" for each in said)

    def asked_again(self, message: Message) -> int | None:
        """Where the turn stands that a message of its conversation asks again."""
        seq = self.seqs.get(message.replaces, 0)
        turn = self.work.get(seq) or self.said.get(seq)
        same = turn is not None and turn.message.conversation == message.conversation
        return seq if same else None

    def converse(self, message: Message, now: float) -> None:
        """A conversation goes on; one that has lost its title, or is gone, begins anew."""
        owner = person_of(message) if message.place.audience == "private" else ""
        beginning = Conversation(owner, message.title, now)
        one = self.conversations.setdefault(message.conversation, beginning)
        title = one.title or message.title
        self.conversations[message.conversation] = one._replace(title=title, changed_at=now)

    def said_by(self, person: str) -> dict[int, Said]:
        return {seq: said for seq, said in self.said.items() if person_of(said.message) == person}

    def covering(self, seq: int) -> list[Shelf]:
        """The shelves whose summaries may cover a turn that was said."""
        said = self.said.get(seq)
        return [
            shelf
            for shelf, summary in self.summaries.items()
            if said and summary.upto >= seq and _may_hold(shelf, said.message)
        ]

    def asking(self, message: Message) -> Message:
        """A message that asks again what a turn of its conversation did, with what that is."""
        seq = self.asked_again(message) or 0
        turn = self.work.get(seq) or self.said.get(seq)
        if turn is None:
            return message.with_question("", "")
        asked = turn.message
        return message.with_question(asked.text, asked.via, asked.attachments)

    def keep_files(self, seq: int, message: Message) -> None:
        for each in message.attachments:
            if each.content is not None:
                self.files[each.key] = File(seq, person_of(message), each.content)

    def drop_files(self) -> None:
        """Those whose turn has no text any more."""
        there = self.work.keys() | self.said.keys()
        self.files = {key: file for key, file in self.files.items() if file.seq in there}

    def count(self, day: str, person: str, used: Used) -> None:
        key = (day, person)
        before = self.usage.get(key, Used())
        self.usage[key] = Used(*(old + new for old, new in zip(before, used, strict=True)))


def _may_hold(shelf: Shelf, message: Message) -> bool:
    return (
        shelf.place == message.place
        and shelf.person in ("", person_of(message))
        and shelf.conversation in ("", message.conversation)
    )
