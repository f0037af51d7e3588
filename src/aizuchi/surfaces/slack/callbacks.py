"""Who and where an event of Slack is about, read once from its envelope."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from aizuchi.events import Sender

_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)


class Malformed(Exception):
    """A field that every such event has is missing, or no id."""


class Installation(NamedTuple):
    """Whose app got the event: the workspace, its organisation, and our user there.

    In a shared channel the envelope's own `team_id` may be that of the writer: the authorization
    says whose app it is.
    """

    team: str
    enterprise: str
    own_user: str


class Callback(NamedTuple):
    """An event and what its envelope says of it; `is_shared` with another organisation, None where
    it does not say. `writers_team` is the writer's own workspace or organisation; empty where the
    event does not say."""

    app: str
    at: Installation
    is_shared: bool | None
    writers_team: str
    event: Mapping[str, Any]

    @property
    def sender(self) -> Sender:
        team = self.writers_team
        return Sender(id_of(self.event, "user"), groups=(team,) if team else (), outside=self._out)

    @property
    def _out(self) -> bool:
        """Whether the writer is of another organisation. Within one organisation a workspace that
        is not ours is known only by the channel: it is not shared with others."""
        team = self.writers_team
        if not team:
            return bool(self.is_shared)
        home = {self.at.team, self.at.enterprise}
        is_within = bool(self.at.enterprise) and self.is_shared is False
        return team not in home and not is_within


def callback_of(body: Mapping[str, Any]) -> Callback:
    event = body.get("event")
    if not isinstance(event, dict):
        raise Malformed("event")
    shared = body.get("is_ext_shared_channel")
    is_shared = shared if isinstance(shared, bool) else None
    app, team = optional_id(body, "api_app_id"), _writers_team(event)
    return Callback(app, _installation(body), is_shared, team, event)


def _writers_team(event: Mapping[str, Any]) -> str:
    return (
        optional_id(event, "user_team")
        or optional_id(event, "source_team")
        or optional_id(event, "team")
    )


def _installation(body: Mapping[str, Any]) -> Installation:
    given = body.get("authorizations")
    listed = given if isinstance(given, list) else []
    bots = [each for each in listed if isinstance(each, dict) and each.get("is_bot") is True]
    bot = bots[0] if bots else {}
    team = optional_id(bot, "team_id") or id_of(body, "team_id")
    enterprise = optional_id(bot if bots else body, "enterprise_id")
    return Installation(team, enterprise, optional_id(bot, "user_id"))


def id_of(holder: Mapping[str, Any], name: str) -> str:
    """A field that has to be an id; ids stand in keys, so nothing else may."""
    value = optional_id(holder, name)
    if not value:
        raise Malformed(name)
    return value


def optional_id(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def text_of(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""
