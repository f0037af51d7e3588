"""What people in a thread are called: as their messages say, or as Slack tells who may ask."""

import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aizuchi.history import Overheard
from aizuchi.operations import Busy, Refused
from aizuchi.ports import Pace
from aizuchi.surfaces.slack.webapi import Answer, WebApi

INFO, SCOPE = "users.info", "users:read"
MOST_ASKED = 10
"""How many are asked for in one thread; whoever else wrote there keeps the id until next time."""

MOST_KNOWN = 10_000
LONGEST = 80

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


class Line(NamedTuple):
    """What was written in a thread. A person has an id, and perhaps a name; another app has none,
    and says itself what it is called."""

    user: str
    name: str
    text: str


class Names:
    """The names of people by team and id, asked for once each where that is wanted and allowed."""

    def __init__(self, api: WebApi, *, asks: bool) -> None:
        self._api, self._asks = api, asks
        self._known: dict[tuple[str, str], str] = {}

    async def put(
        self, lines: Sequence[Line], team: str, pace: Pace, within_s: float
    ) -> Sequence[Overheard]:
        """What was said, by people with their names, as far as those are known within this time."""
        for line in lines:
            if line.user and line.name:
                self._keep(team, line.user, line.name)
        people = [id_ for id_ in _people(lines) if (team, id_) not in self._known]
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._ask(people, team, pace)
        return [self._named(line, team) for line in lines]

    async def _ask(self, people: Sequence[str], team: str, pace: Pace) -> None:
        if self._asks and SCOPE in self._api.scopes.get(team, ()):
            asked = (self._ask_for(user, team, pace) for user in people[:MOST_ASKED])
            await asyncio.gather(*asked)

    async def _ask_for(self, user: str, team: str, pace: Pace) -> None:
        if await pace.take(team, INFO):
            return
        match await self._api.read(INFO, team, {"user": user}):
            case Answer(fields):
                self._keep(team, user, name_in(fields.get("user")))
            case Busy(retry_after_s):
                await pace.penalise(team, INFO, retry_after_s)
            case Refused():  # somebody whom we may not see
                self._keep(team, user, "")
            case _:
                pass

    def _keep(self, team: str, user: str, name: str) -> None:
        self._known[team, user] = name
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def _named(self, line: Line, team: str) -> Overheard:
        def at_name(mention: re.Match[str]) -> str:
            known = self._known.get((team, mention[1]))
            return f"@{known}" if known else mention[0]

        known = self._known.get((team, line.user)) if line.user else line.name
        return Overheard(known or line.user, _MENTION.sub(at_name, line.text))


def name_in(person: Any) -> str:
    """The name that a person wants to be shown by, in what Slack tells of them; or none."""
    if not isinstance(person, dict):
        return ""
    inner = person.get("profile")
    holders = [inner if isinstance(inner, dict) else {}, person]
    given = [holder.get(key) for key in ("display_name", "real_name") for holder in holders]
    names = (" ".join(each.split()) for each in given if isinstance(each, str))
    return next(filter(None, names), "")[:LONGEST]


def _people(lines: Sequence[Line]) -> Sequence[str]:
    """The ids of those who wrote, the last one first, and then of those who were mentioned."""
    newest = lines[::-1]
    wrote = [line.user for line in newest if line.user]
    return [
        *dict.fromkeys([*wrote, *(id_ for line in newest for id_ in _MENTION.findall(line.text))])
    ]
