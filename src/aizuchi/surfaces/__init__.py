"""Where people write to the assistant: one folder each, told apart by data alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from aizuchi.events import HttpResponse, Message, Reception
from aizuchi.limits import Budget, Limits

if TYPE_CHECKING:  # every surface stands in this package, so it costs the edge what this imports
    from aizuchi.history import Fetch, Overheard
    from aizuchi.ports import Courier, Pace, Surface


class Plug(NamedTuple):
    """A surface as data: nothing of it is imported before it is wanted.

    The other fields are import strings (`module:name`): `surface` is its pure half; a pushed one
    has a `courier`, and an `opening` that makes it ready to work from the settings: an async
    context manager, called with the settings and a clock, that gives an `Opened`. A pulled one has
    a `routes` that makes its ASGI app; `check` tells how it is set up; `socket` holds an outgoing
    connection. `paths` are the webhooks it is reached at, `budgets` what the platform allows of
    each kind of call.
    """

    name: str
    limits: Limits
    surface: str
    courier: str = ""
    opening: str = ""
    routes: str = ""
    check: str = ""
    socket: str = ""
    paths: tuple[str, ...] = ()
    budgets: Mapping[str, Budget] = {}


Take = Callable[[Reception], Awaitable[HttpResponse]]
"""Stores what a connection brought, and says how that is acknowledged."""


class Socket(Protocol):
    """A connection that a surface keeps open to its platform."""

    @property
    def is_connected(self) -> bool: ...

    async def run(self) -> None:
        """Keeps connected, and connects anew, until it is cancelled."""
        ...


class Opened(NamedTuple):
    """A pushed surface that is ready to work: its pure half and its hands, what the answer to a
    message may do and whether it gets a sign before, what is to be heard around a message, its
    connection where it has one, what it says to a message without words (empty: ours), what reads
    its secrets again and tells whether they are others now, and how it gets what is attached."""

    surface: "Surface"
    courier: "Courier"
    limits: Callable[[Message], Awaitable[Limits]]
    has_sign: Callable[[Message], bool]
    overhear: Callable[["Pace", Message], Awaitable[Sequence["Overheard"]]] | None = None
    socket: Callable[[Take], Socket] | None = None
    greeting: str = ""
    renew: Callable[[], Awaitable[bool]] | None = None
    fetch: "Fetch | None" = None


class Finding(NamedTuple):
    """One thing that `check` looked at: whether it is well, what it is, and how to mend it."""

    well: bool
    what: str
    mend: str = ""
