"""Who is told an answer over a socket that somebody else holds, and the way to them.

A process that answers does not hold their connection, and may die in the middle. So what of the
answer they were told stands with who they are: whoever goes on begins where that says.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from aizuchi.answers import BEGINNING, Position
from aizuchi.words import Language

Posted = Literal["sent", "gone", "too_large", "failed"]
"""What came of a frame: it is with its client, which is gone, which takes none so large, or nobody
could be asked in time."""


class Visitor(NamedTuple):
    """Who came in over a socket, as the surface names them and as the engine does."""

    socket: str
    person: str
    key: str
    language: Language


class Follower(NamedTuple):
    """A request over a socket, and the answers it is told in their order, each with the language
    of its signs. Of the first of them it has what stands up to `position` of its log.

    `sequence` numbers the next chunk, `attempt` is the newest that told any. `pending` are the
    frames that were numbered last, and may not have arrived; until `busy_until` whoever numbered
    them is about to bring them.
    """

    socket: str
    request_id: str
    conversation: str
    answers: tuple[tuple[str, Language], ...]
    position: Position = BEGINNING
    sequence: int = 0
    attempt: int = 0
    pending: tuple[str, ...] = ()
    busy_until: float = 0.0


class Visitors(Protocol):
    """Whose the open sockets are."""

    async def enter(self, visitor: Visitor) -> None: ...

    async def who(self, socket: str) -> Visitor | None: ...

    async def leave(self, socket: str) -> None:
        """Nothing more is told over it."""
        ...


class Followers(Protocol):
    """Who is told what is being answered."""

    async def asked(self, socket: str) -> Mapping[str, str]:
        """By each request of a socket that is still told, its conversation."""
        ...

    async def add(self, follower: Follower) -> bool:
        """False where this request is told already."""
        ...

    async def of(self, conversation: str) -> Sequence[Follower]: ...

    async def change(self, before: Follower, after: Follower | None) -> bool:
        """Takes the next numbers; None: it was told all. False where somebody else was faster, or
        is at a newer attempt, or nobody listens any more: then nothing has changed."""
        ...


class Wire(Protocol):
    """The way to a socket. What fails is an answer, never an exception."""

    async def post(self, socket: str, frame: str) -> Posted: ...

    async def hang_up(self, socket: str) -> None: ...


class Gateway(NamedTuple):
    """Where sockets are held by somebody else: `address` is what browsers open."""

    address: str
    visitors: Visitors
    followers: Followers
    wire: Wire
