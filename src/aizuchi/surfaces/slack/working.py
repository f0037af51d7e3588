"""The sign that we listen: an agent's session, an assistant's status line, or a reaction."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from aizuchi.operations import Busy, Doubtful, Refused
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.mends import MENDS, NEVER_HERE
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi, refused

Way = Literal["session", "status", "reaction"]
SESSION, STATUS = "agents.sessions.setStatus", "assistant.threads.setStatus"
ADD, REMOVE = "reactions.add", "reactions.remove"
LOOKING, WELL, UNWELL = "eyes", "white_check_mark", "warning"
DEFAULT = "…"
MOST_KNOWN = 10_000
NOT_THE_WAY = MENDS.keys() - {*NEVER_HERE}
"""Errors of the token or the place, for which another way would fail as well."""


class Working:
    """Gives the sign and takes it away, in the first way that the workspace has.

    A way that fails for good is not tried again there. Each way is idempotent, so whoever takes
    over may do it again.
    """

    def __init__(self, api: WebApi, *, reactions: bool) -> None:
        self._api = api
        self._ways: tuple[Way, ...] = ("reaction",) if reactions else ("session", "status")
        self._lacking: set[tuple[str, Way]] = set()
        self._calm: dict[tuple[str, str, str], None] = {}

    def budgets(self, address: Address, *, ends: bool) -> Sequence[str]:
        match self._way(address):
            case "session":
                return (SESSION,)
            case "status":
                return (STATUS,)
            case "reaction":
                return (ADD, REMOVE) if ends else (ADD,)
            case None:
                return ()

    async def show(self, address: Address, text: str) -> Reply:
        """The thread looks as if somebody were at work there."""
        self._calm.pop(_place(address), None)
        return await self._by_any_way(address, text or DEFAULT, well=None)

    async def end(self, address: Address, *, well: bool) -> Reply:
        """It looks so no more. A session that we know to be calm is left alone."""
        if _place(address) in self._calm and self._way(address) != "reaction":
            return Answer({})
        reply = await self._by_any_way(address, "", well=well)
        if isinstance(reply, Answer):
            self._is_calm(address)
        return reply

    def posted(self, address: Address) -> None:
        """A status line goes when we post; a session stays."""
        if self._way(address) == "status":
            self._is_calm(address)

    def closed(self, address: Address) -> None:
        """A stream was closed for good, and the session with it."""
        if self._way(address) == "session":
            self._is_calm(address)

    async def _by_any_way(self, address: Address, text: str, *, well: bool | None) -> Reply:
        reply: Reply = refused("no_sign")
        for way in self._ways_in(address):
            reply = await self._by(way, address, text, well)
            if not isinstance(reply, Refused) or reply.code in NOT_THE_WAY:
                return reply
            if reply.code in NEVER_HERE:
                self._lacking.add((address.team, way))
        return reply

    def _way(self, address: Address) -> Way | None:
        return next(iter(self._ways_in(address)), None)

    def _ways_in(self, address: Address) -> Sequence[Way]:
        return [way for way in self._ways if (address.team, way) not in self._lacking]

    async def _by(self, way: Way, address: Address, text: str, well: bool | None) -> Reply:
        place: Mapping[str, Any] = {
            "channel_id": address.channel,
            "thread_ts": address.thread_ts,
        }
        match way:
            case "session":
                status = "processing" if well is None else "active"
                return await self._api.call(SESSION, address.team, {**place, "status": status})
            case "status":
                return await self._api.call(STATUS, address.team, {**place, "status": text})
            case "reaction":
                return await self._react(address, well)

    async def _react(self, address: Address, well: bool | None) -> Reply:
        """👀 while we work; then ✅ or ⚠️ in its place."""
        if well is None:
            return await self._reaction(ADD, address, LOOKING)
        removed = await self._reaction(REMOVE, address, LOOKING)
        if isinstance(removed, Busy | Doubtful):
            return removed
        return await self._reaction(ADD, address, WELL if well else UNWELL)

    async def _reaction(self, method: str, address: Address, name: str) -> Reply:
        if not address.ts:
            return Answer({})
        target = {"channel": address.channel, "timestamp": address.ts, "name": name}
        reply = await self._api.call(method, address.team, target)
        done = isinstance(reply, Refused) and reply.code in ("already_reacted", "no_reaction")
        return Answer({}) if done else reply

    def _is_calm(self, address: Address) -> None:
        self._calm[_place(address)] = None
        if len(self._calm) > MOST_KNOWN:
            del self._calm[next(iter(self._calm))]


def _place(address: Address) -> tuple[str, str, str]:
    return address.team, address.channel, address.thread_ts
