"""What the app hears: which events come of something that happened, and in which form."""

import itertools
from typing import Any, Literal, NamedTuple

from aizuchi.simulator.slack.payloads import message_fields
from aizuchi.simulator.slack.state import Happened, State
from aizuchi.simulator.slack.things import Channel, Kind, Message, Team

EventKind = Literal["events_api", "slash_commands", "interactive"]
SCOPE_OF_KIND: dict[Kind, str] = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


class Parcel(NamedTuple):
    """Something to deliver to the app; events come again if they are not acknowledged."""

    kind: EventKind
    payload: dict[str, Any]
    comes_again: bool = True

    @property
    def event(self) -> str:
        return str(self.payload.get("event", {}).get("type", self.payload.get("type", "command")))


class Events:
    """Makes parcels of what happened, for those events that the app is subscribed to."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._numbers = itertools.count(1)

    def parcels(self, happened: Happened) -> list[Parcel]:
        channel = self._state.channels[happened.channel]
        return [
            self._enveloped(event, channel, team)
            for team in self._state.teams.values()
            for event in self._events(happened, channel, team)
        ]

    def _events(self, happened: Happened, channel: Channel, team: Team) -> list[dict[str, Any]]:
        if happened.act in ("stopped", "opened"):
            event = self._shown_to_agent(happened, channel)
            ours = event["type"] in self._state.subscribed and team.bot_user in channel.members
            return [event] if ours else []
        assert happened.message
        twins = [*self._mention(happened.message, channel, team, happened)]
        if self._hears(channel, team):
            twins.append(self._message(happened, happened.message, channel))
        return twins[::-1] if self._state.points.message_twin_first else twins

    def _hears(self, channel: Channel, team: Team) -> bool:
        """Every message of the channel is told to the app."""
        wanted = SCOPE_OF_KIND[channel.kind] in self._state.subscribed
        return wanted and team.bot_user in channel.members

    def _mention(
        self, message: Message, channel: Channel, team: Team, happened: Happened
    ) -> list[dict[str, Any]]:
        if happened.act != "said" or channel.kind == "im" or message.user == team.bot_user:
            return []
        named = f"<@{team.bot_user}>" in message.text
        if "app_mention" not in self._state.subscribed or not named:
            return []
        if team.bot_user not in channel.members and not self._reaches_guest(channel, team):
            return []
        said = {**self._said(message, channel), "type": "app_mention"}
        said.pop("subtype", None)
        return [said]

    def _reaches_guest(self, channel: Channel, team: Team) -> bool:
        is_open = channel.kind == "channel" and team.id == channel.team
        return is_open and self._state.points.mention_reaches_guest

    def _said(self, message: Message, channel: Channel) -> dict[str, Any]:
        fields = message_fields(self._state, message)
        own = {"channel": channel.id, "event_ts": message.ts}
        if not message.app:
            own["client_msg_id"] = f"client-{message.ts}"
        author = self._state.users[message.user].team
        if author not in self._state.teams or author != channel.team:
            own |= {"user_team": author, "source_team": author}
        return {**fields, **own}

    def _message(self, happened: Happened, message: Message, channel: Channel) -> dict[str, Any]:
        said = {**self._said(message, channel), "channel_type": channel.kind}
        if happened.act == "said":
            return said
        now = self._state.next_ts()
        outer: dict[str, Any] = {
            "type": "message",
            "channel": channel.id,
            "event_ts": now,
            "ts": now,
        }
        outer |= {"hidden": True, "channel_type": channel.kind}
        shown = message_fields(self._state, message)
        if happened.act == "deleted":
            gone = {"subtype": "message_deleted", "deleted_ts": message.ts}
            return {**outer, **gone, "previous_message": shown}
        before = {**shown, "text": happened.before}
        return {
            **outer,
            "subtype": "message_changed",
            "message": shown,
            "previous_message": before,
        }

    def _shown_to_agent(self, happened: Happened, channel: Channel) -> dict[str, Any]:
        common = {"channel": channel.id, "user": happened.user, "event_ts": self._state.next_ts()}
        if happened.act == "opened":
            return {"type": "app_home_opened", "tab": "messages", **common}
        return {
            "type": "agent_session_stopped",
            "thread_ts": happened.thread,
            "streaming_message_ts": list(happened.streams),
            **common,
        }

    def _enveloped(self, event: dict[str, Any], channel: Channel, team: Team) -> Parcel:
        number = next(self._numbers)
        authorization = {
            "enterprise_id": team.enterprise or None,
            "team_id": team.id,
            "user_id": team.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        grid = {"enterprise_id": team.enterprise} if team.enterprise else {}
        return Parcel(
            "events_api",
            {
                "token": "deprecated",
                "team_id": team.id,
                **grid,
                "context_team_id": team.id,
                "api_app_id": self._state.app_id,
                "event": event,
                "type": "event_callback",
                "event_id": f"Ev{number:09d}",
                "event_time": int(self._state.clock()),
                "authorizations": [authorization],
                "is_ext_shared_channel": channel.shared,
                "event_context": f"4-{channel.id}-{number}",
            },
        )
