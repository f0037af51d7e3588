"""The sign that we listen: an agent's session, an assistant's status line, or a reaction."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.operations import Doubtful, Refused
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.mends import MENDS, NEVER_HERE
from aizuchi.surfaces.slack.ways import REACT, STANDS_S, Way, calls_of, give, take
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi, refused

DEFAULT = "…"
MOST_KNOWN = 10_000
NOT_THE_WAY = MENDS.keys() - {*NEVER_HERE}
"""Errors of the token or the place, for which another way would fail as well."""

Spot = tuple[Way, str, str, str]


class Known(NamedTuple):
    """Whether a sign stands somewhere (None: nobody told us), and until when giving it again would
    show nothing new, by the loop's clock."""

    stands: bool | None = None
    until: float = 0.0


class Working:
    """Gives the sign and takes it away, in the first way that the workspace has.

    A way that fails for good is not tried again there, and where none is left nothing is called.
    Each way is idempotent, so whoever takes over may do it again.
    """

    def __init__(self, api: WebApi, *, reactions: bool) -> None:
        self._api = api
        self._ways: Sequence[Way] = (
            ("reaction",) if reactions else ("session", "status", "reaction")
        )
        self._lacking: set[tuple[str, Way]] = set()
        self._known: dict[Spot, Known] = {}

    def budgets(self, address: Address, *, ends: bool) -> Sequence[str]:
        for way in self._ways_in(address):
            return () if self._is_so(way, address, ends=ends) else calls_of(way, ends=ends)
        return ()

    async def show(self, address: Address, text: str) -> Reply:
        """The thread looks as if somebody were at work there."""
        return await self._by_any_way(address, text or DEFAULT, well=None)

    async def end(self, address: Address, *, well: bool) -> Reply:
        """It looks so no more."""
        return await self._by_any_way(address, "", well=well)

    def posted(self, address: Address) -> None:
        """A status line goes when we post; a session stays."""
        self._note("status", address, Known(stands=False))

    def closed(self, address: Address) -> None:
        """A stream was closed for good, and the session with it."""
        self._note("session", address, Known(stands=False))

    async def _by_any_way(self, address: Address, text: str, *, well: bool | None) -> Reply:
        reply: Reply = refused("no_sign")
        for way in self._ways_in(address):
            if self._is_so(way, address, ends=well is not None):
                return Answer({})
            if well is None:
                reply = await give(self._api, way, address, text)
            else:
                reply = await take(self._api, way, address, well=well)
            self._learn(way, address, reply, stands=well is None)
            if not isinstance(reply, Refused) or reply.code in NOT_THE_WAY:
                return reply
        return reply

    def _ways_in(self, address: Address) -> Sequence[Way]:
        """Those that the workspace has, before all the one by which a sign stands there."""
        ways = [way for way in self._ways if self._has(way, address.team)]
        return sorted(ways, key=lambda way: not self._at(way, address).stands)

    def _has(self, way: Way, team: str) -> bool:
        """Whether a workspace has this way, as far as we know."""
        scopes = self._api.scopes.get(team)
        may = way != "reaction" or scopes is None or REACT in scopes
        return may and (team, way) not in self._lacking

    def _is_so(self, way: Way, address: Address, *, ends: bool) -> bool:
        """Whether a call would change nothing: the sign is gone already, or stands already."""
        stands, until = self._at(way, address)
        if ends:
            return stands is False
        return bool(stands) and asyncio.get_running_loop().time() < until

    def _learn(self, way: Way, address: Address, reply: Reply, *, stands: bool) -> None:
        match reply:
            case Answer():
                until = asyncio.get_running_loop().time() + STANDS_S[way]
                self._note(way, address, Known(stands, until))
            case Doubtful():  # so it is given again, and taken away
                self._note(way, address, Known(stands=True))
            case Refused(code) if code in NEVER_HERE:
                self._lacking.add((address.team, way))
            case _:
                pass

    def _at(self, way: Way, address: Address) -> Known:
        return self._known.get(_spot(way, address), Known())

    def _note(self, way: Way, address: Address, known: Known) -> None:
        spot = _spot(way, address)
        self._known.pop(spot, None)
        self._known[spot] = known
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]


def _spot(way: Way, address: Address) -> Spot:
    """A session and a status line are a thread's, a reaction is a message's."""
    at = address.ts if way == "reaction" else address.thread_ts
    return way, address.team, address.channel, at
