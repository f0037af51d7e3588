"""What a plug must fit: surfaces and their couriers, the ports of an engine, models."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from typing import Any, Literal, NamedTuple, Protocol

from aizuchi.answers import BEGINNING, Entry, Logged, Outcome, Position, ToolCall
from aizuchi.consent import Pending
from aizuchi.events import Event, HttpRequest, HttpResponse, Message, Picture, Reception, Signal
from aizuchi.followers import Gateway
from aizuchi.history import (
    ChatInfo,
    Figures,
    Holdings,
    Note,
    Overflow,
    Own,
    Recollection,
    Said,
    Trace,
    UsageDay,
)
from aizuchi.operations import Find, Found, Operation, Receipt
from aizuchi.recall import Scope, Shelf, Window
from aizuchi.turns import Claim, Refusal

# ── surfaces ──────────────────────────────────────────────────────────────────


class Surface(Protocol):
    """The pure half of a surface. Bad input is an answer, never an exception."""

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse: ...

    def read(self, event: Event, *, now: float) -> Reception: ...

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        """The pages of a text, as the platform takes them.

        For every beginning of a text, all its pages but the last are the first pages of the
        whole. `growing` says that more will follow: where the surface streams, the last page is
        then a beginning of what that page will be.
        """
        ...


class Courier(Protocol):
    """The only hands of a pushed surface. No exception of a platform leaves it, no call of it is
    repeated below it."""

    async def perform(self, operation: Operation, reply_to: Mapping[str, str]) -> Receipt: ...

    async def find(self, lost: Find, reply_to: Mapping[str, str]) -> Found:
        """The message that a post left whose reply was lost; None where there surely is none,
        Refused where the platform does not let us look."""
        ...

    def budgets(self, operation: Operation | Find, reply_to: Mapping[str, str]) -> Sequence[str]:
        """The outgoing budgets that the call draws on, by the platform's own names: a method, a
        method and channel (`chat.postMessage:C1`), a bucket."""
        ...


# ── engines ───────────────────────────────────────────────────────────────────


class Inbox(Protocol):
    """Where messages and signals are kept before anybody is told they were."""

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        """Durable on return, in this order, any number of times the same; all or nothing. Returns
        the turns that are new with this call; of a message that comes twice at once, one call's.

        Raises:
            StoreUnavailable: nothing of it was stored.
        """
        ...


class Settlement(NamedTuple):
    """What a turn leaves behind. `forget` is the scope whose memory begins afresh with it;
    `forget_person`: all that the store has of its person goes, but for this turn. Of its `tokens`
    the model wrote `written`."""

    settled_as: Outcome | Literal["undeliverable"]
    tokens: int = 0
    forget: Scope = "none"
    reason: str = ""
    forget_person: bool = False
    written: int = 0


class Queue(Protocol):
    """Whose turn it is, under a lease."""

    async def claim(self, *, only_to_end: bool = False) -> Claim:
        """Waits for the head of a conversation that nobody holds, and takes it: a new attempt,
        durable on return. With `only_to_end`, waits for a turn that was refused at acceptance or
        has waited too long, wherever it stands. Cancelled, it holds nothing."""
        ...

    async def renew(self, claim: Claim) -> Claim:
        """The claim with a longer lease, as far as its bound allows; raises LeaseLost."""
        ...

    async def settle(self, claim: Claim, settlement: Settlement) -> None:
        """The end of the turn and its memory, in one transaction; raises LeaseLost."""
        ...

    async def release(self, claim: Claim) -> None:
        """Hands the turn back unharmed: the attempt does not count. Never raises LeaseLost."""
        ...


class AnswerLog(Protocol):
    """The entries of every answer, numbered, append-only."""

    async def append(self, claim: Claim, entries: Sequence[Entry]) -> None:
        """Shows entries to the tails and keeps them: text soon, everything else before return.

        Raises:
            LeaseLost: the attempt is not the newest one, or the turn is over.
            StoreUnavailable: the entries may be seen by tails of this process but are not kept.
        """
        ...

    async def read(self, turn_id: str) -> Sequence[Logged]:
        """All that is kept of an answer; it begins with Heard; empty where no such turn is."""
        ...

    def follow(self, turn_id: str, after: Position = BEGINNING) -> AsyncIterator[Sequence[Logged]]:
        """The entries past a position, in groups as they come; ends after Finished.

        A follower that holds an outdated attempt gets Restarted and all that follows it. One that
        begins at the beginning gets only what still holds.
        """
        ...

    async def stopped(self, turn_id: str) -> None:
        """Returns when a stop for this running turn has arrived."""
        ...


class Memory(Protocol):
    """What was said before."""

    async def recall(self, message: Message, scope: Scope, window: Window) -> Recollection:
        """The last exchanges in the scope that this message's audience may see, oldest first:
        answered or stopped, not replaced, and said since the scope was last forgotten. With a
        summary they are only those that it does not cover."""
        ...

    async def overflow(self, shelf: Shelf, window: Window) -> Overflow | None:
        """What of a shelf is to be summarised now; None while all of it fits into the window."""
        ...

    async def summarise(self, overflow: Overflow, text: str, tokens: int = 0) -> bool:
        """Keeps the new summary, unless anything that it covers is gone meanwhile or another one
        was kept. The tokens that it took are counted in any case, as the assistant's own."""
        ...

    async def due(self) -> Sequence[Shelf]:
        """Takes note of the shelves whose summaries went with somebody who was forgotten; told
        once. One that nobody takes note of is summarised anew with its next exchange."""
        ...

    async def holds(self, person: str) -> Holdings: ...

    async def export(self, person: str) -> Sequence[Own]:
        """All that a person said in this tenant and was answered, oldest first."""
        ...


class Chats(Protocol):
    """A person's threads on a pulled surface. Another person's do not exist for them."""

    async def list(self, person: str) -> Sequence[ChatInfo]:
        """The newest first."""
        ...

    async def read(self, person: str, conversation: str) -> Sequence[Said] | None:
        """The exchanges that still stand, oldest first; None where the person has no such one."""
        ...

    async def rename(self, person: str, conversation: str, title: str) -> bool: ...

    async def whose(self, beginning: str) -> Sequence[str]:
        """The people who have a private conversation whose key begins so."""
        ...

    async def delete(self, person: str, conversation: str) -> bool:
        """Takes the thread with all its text away; what runs in it ends as cancelled."""
        ...

    async def file(self, person: str, key: str) -> bytes | None:
        """What a message of theirs brought along, for as long as that is kept."""
        ...


class Allowance(NamedTuple):
    """What a person and the assistant may use; 0 is no limit. The day is the server's."""

    messages_per_minute: int = 10
    answers_per_day: int = 200
    tokens_per_day: int = 0


class Retention(NamedTuple):
    """How long things are kept, in days; 0 keeps text for ever. Identities: at least 7 days."""

    text_days: float = 0
    ids_days: float = 30
    usage_days: float = 400


class Usage(Protocol):
    """Answers and tokens, per person and day."""

    async def admit(self, claim: Claim) -> Refusal | None:
        """Counts the turn once, however often it is asked, unless a limit refuses it."""
        ...

    async def read(self, since: str) -> Sequence[UsageDay]:
        """All days from this ISO date on."""
        ...


class Traces(Protocol):
    """The lives of turns, for whoever asks why; they hold no text."""

    async def note(self, notes: Sequence[Note]) -> None:
        """Keeps what happened beside the logs of turns."""
        ...

    async def read(self, turn_id: str) -> Trace | None:
        """The life of a turn, open or settled, with all that was noted of it."""
        ...


class Consents(Protocol):
    """The questions that wait for a decision. One is there from the moment its turn settles until
    the turn that decides it does."""

    async def read(self, turn_id: str) -> Pending | None:
        """What this turn has asked."""
        ...

    async def expired(self) -> Pending:
        """Waits for a question whose time is over, with no decision of it accepted."""
        ...


class Tickets(Protocol):
    """Entry to a socket for somebody who has come in already; see `tickets.py`."""

    async def make(self, person: str, origin: str) -> str:
        """A ticket for this person, good once, for a minute, from this origin (empty: from no
        page). Durable on return; nobody can guess it or find it in the store."""
        ...

    async def use(self, ticket: str, origin: str) -> str | None:
        """Whose it was, where it is good; once tried it is used up, wherever it was tried from:
        one that turns up elsewhere was stolen."""
        ...


class Pace(Protocol):
    """The outgoing budget that all answers of a tenant share, by the platform's own buckets."""

    async def take(self, tenant: str, budget: str, *, final: bool = False) -> float:
        """How long to wait (seconds) before a call may leave; 0 takes its place."""
        ...

    async def penalise(self, tenant: str, budget: str, retry_after_s: float) -> None:
        """The platform said 429: nobody calls before then."""
        ...


class Engine(NamedTuple):
    """The ports of one engine, opened together. `run` is its own work, until it is cancelled;
    `gateway` is there where sockets are held by somebody else."""

    inbox: Inbox
    queue: Queue
    log: AnswerLog
    memory: Memory
    chats: Chats
    consents: Consents
    usage: Usage
    tickets: Tickets
    traces: Traces
    pace: Pace
    run: Callable[[], Coroutine[None, None, None]]
    figures: Callable[[], Coroutine[None, None, Figures]] = Figures.unknown
    gateway: Gateway | None = None


# ── models ────────────────────────────────────────────────────────────────────


class PromptMessage(NamedTuple):
    """A line of the prompt in the order the model reads it.

    An assistant's may end in `calls`; each is answered, before anything else, by a tool's line of
    the same `call_id`. What `images` show follows the text.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    images: tuple[Picture, ...] = ()


class Text(NamedTuple):
    """The next piece of the answer, as long as one read of the stream."""

    text: str


class Ending(NamedTuple):
    """Why the model ended, and what it used: tokens read and written, 0 where it does not say."""

    reason: Literal["stop", "length", "tools"]
    tokens_in: int = 0
    tokens_out: int = 0


class Declared(NamedTuple):
    """A tool as a model is told of it; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


Part = Text | ToolCall | Ending


class Model(Protocol):
    """A model that answers. Closing the iterator ends the call at once."""

    def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        """Pieces of text, then the calls of tools that it asks for, whole, then one Ending.

        Raises:
            ModelError: of the kind that happened, before or between the pieces.
        """
        ...
