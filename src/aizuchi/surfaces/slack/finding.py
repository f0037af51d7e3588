"""Looks for a post whose reply was lost, in the thread where it would stand."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.operations import Find, Found, Refused, Sent
from aizuchi.surfaces.slack.address import Address
from aizuchi.surfaces.slack.payloads import cursor_in, key_of, messages_in
from aizuchi.surfaces.slack.webapi import Answer, Reply, WebApi, refused

REPLIES = "conversations.replies"

logger = logging.getLogger(__name__)
CLOCKS_DIFFER_S = 60.0
AT_ONCE = 100
MOST_PAGES = 5


class Finder:
    """Reads threads back, where the workspace lets us."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._withheld: set[tuple[str, str]] = set()
        self._users: dict[str, str] = {}

    async def learn(self, team: str) -> None:
        """What the app may do in this workspace, as one call tells; if it tells nothing, all."""
        if team not in self._api.scopes:
            await self._introduce(team)

    async def learn_all(self) -> None:
        """The same for every workspace whose token there is, before the first message comes; the
        connection to Slack is then open."""
        for team in self._api.teams:
            reply = await self._introduce(team)
            if isinstance(reply, Refused):
                logger.error("Slack refuses the token of %s: %s. %s", team or "the app", *reply)

    def may_look(self, address: Address) -> bool:
        """Whether threads of this kind can be read, as far as we know."""
        if (address.team, _kind(address)) in self._withheld:
            return False
        scopes = self._api.scopes.get(address.team)
        return scopes is None or not scopes.isdisjoint(_scopes(address))

    async def find(self, lost: Find, address: Address) -> Found:
        """By the marker of a post or, as a stream gets its own only at its end, as our message
        since then that has none."""
        own_user = await self.own_user(address.team)
        if not isinstance(own_user, str):
            return own_user
        messages = await self._since(lost.since - CLOCKS_DIFFER_S, address)
        if isinstance(messages, list):
            ours = [each for each in messages if each.get("user") == own_user]
            return _lost_one(ours, lost)
        if isinstance(messages, Refused) and messages.code == "missing_scope":
            self._withheld.add((address.team, _kind(address)))
        return None if messages == refused("thread_not_found") else messages

    async def _since(self, oldest: float, address: Address) -> "list[Mapping[str, Any]] | Found":
        """The messages of the thread, the root apart."""
        found: list[Mapping[str, Any]] = []
        asked: dict[str, Any] = {
            "channel": address.channel,
            "ts": address.thread_ts,
            "oldest": f"{oldest:.6f}",
            "limit": AT_ONCE,
            "include_all_metadata": "true",
        }
        for _ in range(MOST_PAGES):
            reply = await self._api.read(REPLIES, address.team, asked)
            if not isinstance(reply, Answer):
                return reply
            found += [
                each for each in messages_in(reply.fields) if each.get("ts") != address.thread_ts
            ]
            asked["cursor"] = cursor_in(reply.fields)
            if not asked["cursor"]:
                break
        return found

    async def own_user(self, team: str) -> "str | Found":
        """The id of the app's own user there, or why it is not known."""
        if team not in self._users:
            reply = await self._introduce(team)
            if not isinstance(reply, Answer):
                return reply
        return self._users[team]

    async def _introduce(self, team: str) -> Reply:
        """Asks Slack who we are there; a token without a name may turn out to be of any team."""
        reply = await self._api.call("auth.test", team, {})
        if isinstance(reply, Answer):
            for name in (team, str(reply.fields.get("team_id", team))):
                self._users[name] = str(reply.fields.get("user_id", ""))
                self._api.scopes[name] = self._api.scopes.get(team, frozenset())
        return reply


def _lost_one(ours: Sequence[Mapping[str, Any]], lost: Find) -> Sent | None:
    unknown = [each for each in ours if each.get("ts") not in lost.known]
    keyed = [each for each in unknown if key_of(each) == lost.key]
    since = lost.since - CLOCKS_DIFFER_S
    bare = [each for each in unknown if not key_of(each) and float(each["ts"]) >= since]
    found = keyed or bare[-1:]
    return Sent(str(found[0]["ts"])) if found else None


def _kind(address: Address) -> str:
    return "im" if address.channel.startswith("D") else "channel"


def _scopes(address: Address) -> frozenset[str]:
    """Any of these: the id of a channel does not tell whether it is private."""
    if _kind(address) == "im":
        return frozenset({"im:history"})
    return frozenset({"channels:history", "groups:history", "mpim:history"})
