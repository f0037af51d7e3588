"""What a slash command and a click look like when they are delivered."""

import secrets

from aizuchi.simulator.slack.events import Parcel
from aizuchi.simulator.slack.payloads import message_fields
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, Kind, Message, Team, User

NAME_OF_KIND: dict[Kind, str] = {"im": "directmessage", "group": "privategroup"}


def command_parcel(
    state: State, team: Team, user: User, place: Channel, path: str, command: str, text: str
) -> Parcel:
    """A slash command; it comes once, unless this Slack repeats those too."""
    payload = {
        "token": "deprecated",
        "team_id": team.id,
        "team_domain": team.name.lower(),
        "enterprise_id": team.enterprise or None,
        "channel_id": place.id,
        "channel_name": NAME_OF_KIND.get(place.kind, place.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": state.app_id,
        "is_enterprise_install": "false",
        "response_url": state.address + path,
        "trigger_id": _trigger(state),
    }
    return Parcel("slash_commands", payload, state.points.commands_are_retried)


def click_parcel(
    state: State, team: Team, user: User, message: Message, path: str, action_id: str, value: str
) -> Parcel:
    """A click on a button of a message."""
    action = {"type": "button", "action_id": action_id, "value": value}
    container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    payload = {
        "type": "block_actions",
        "user": {"id": user.id, "username": user.name, "team_id": user.team},
        "api_app_id": state.app_id,
        "team": {"id": team.id, "domain": team.name.lower()},
        "channel": {"id": message.channel},
        "container": container | ({"thread_ts": message.thread} if message.thread else {}),
        "message": message_fields(state, message),
        "trigger_id": _trigger(state),
        "response_url": state.address + path,
        "actions": [{**action, "action_ts": state.next_ts()}],
    }
    return Parcel("interactive", payload, comes_again=False)


def _trigger(state: State) -> str:
    return f"{state.next_ts()}.{secrets.token_hex(4)}"
