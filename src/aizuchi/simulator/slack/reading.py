"""Methods that read: who the app is, channels, people, threads."""

from collections.abc import Sequence
from typing import Any

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.payloads import (
    channel_fields,
    message_fields,
    user_fields,
    with_metadata,
)
from aizuchi.simulator.slack.places import joined, visible
from aizuchi.simulator.slack.refusals import Refused, invalid
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, Message

READ_AT_ONCE = 100
HISTORY_SCOPE = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}


def auth_test(state: State, call: Call) -> dict[str, Any]:
    team = call.team
    return {
        "url": f"https://{team.name.lower()}.slack.example/",
        "team": team.name,
        "team_id": team.id,
        "user": state.users[team.bot_user].name,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
        "is_enterprise_install": False,
    }


def api_test(state: State, call: Call) -> dict[str, Any]:
    if error := call.text("error"):
        raise Refused(error)
    return {"args": {key: value for key, value in call.arguments.items() if key != "token"}}


def apps_manifest_export(state: State, call: Call) -> dict[str, Any]:
    if call.text("app_id") != state.app_id:
        raise Refused("invalid_app_id")
    return {"manifest": state.manifest}


def team_info(state: State, call: Call) -> dict[str, Any]:
    team = call.team
    grid = {"enterprise_id": team.enterprise} if team.enterprise else {}
    return {"team": {"id": team.id, "name": team.name, "domain": team.name.lower(), **grid}}


def users_info(state: State, call: Call) -> dict[str, Any]:
    user = state.users.get(call.text("user"))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user_fields(state, user)}


def conversations_info(state: State, call: Call) -> dict[str, Any]:
    channel = visible(state, call)
    return {"channel": channel_fields(state, channel, call.team.bot_user)}


def conversations_members(state: State, call: Call) -> dict[str, Any]:
    return {"members": sorted(joined(state, call).members)}


def conversations_open(state: State, call: Call) -> dict[str, Any]:
    users = [user for user in call.text("users").split(",") if user]
    if len(users) != 1:
        raise invalid("users must name one person")
    if users[0] not in state.users:
        raise Refused("user_not_found")
    channel = state.direct(call.team, users[0])
    return {"channel": {"id": channel.id}}


def conversations_history(state: State, call: Call) -> dict[str, Any]:
    channel = _readable(state, call)
    roots = [message for message in state.standing(channel.id) if not message.thread]
    return _page(state, call, roots[::-1], from_the_end=True)


def conversations_replies(state: State, call: Call) -> dict[str, Any]:
    channel = _readable(state, call)
    named = state.message(channel.id, call.text("ts"))
    if named is None:
        raise Refused("thread_not_found")
    return _page(state, call, state.thread(channel.id, named.root), from_the_end=False)


def _readable(state: State, call: Call) -> Channel:
    channel = joined(state, call)
    needed = HISTORY_SCOPE[channel.kind]
    if needed not in call.token.scopes:
        provided = ",".join(sorted(call.token.scopes))
        raise Refused("missing_scope", needed=needed, provided=provided)
    return channel


def _page(
    state: State, call: Call, messages: Sequence[Message], *, from_the_end: bool
) -> dict[str, Any]:
    """The part of the messages that the call asks for; a thread's root is always among them."""
    inside = [one for one in messages if _is_within(one, call) or one.ts == call.text("ts")]
    most = min(call.number("limit", READ_AT_ONCE), state.points.reads_at_most)
    begin = call.number("cursor", 0)
    shown = inside[begin : begin + most]
    more = len(inside) > begin + most
    show = with_metadata if call.flag("include_all_metadata") else message_fields
    cursor = {"response_metadata": {"next_cursor": str(begin + most)}} if more else {}
    pins = {"pin_count": 0} if from_the_end else {}
    return {"messages": [show(state, one) for one in shown], "has_more": more, **cursor, **pins}


def _is_within(message: Message, call: Call) -> bool:
    """Between `oldest` and `latest`, the bounds themselves only if `inclusive`."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "9999999999"
    ts, lower, upper = _micro(message.ts), _micro(oldest), _micro(latest)
    return lower <= ts <= upper if call.flag("inclusive") else lower < ts < upper


def _micro(ts: str) -> int:
    seconds, _, micro = ts.partition(".")
    try:
        return int(seconds) * 1_000_000 + int((micro + "000000")[:6])
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
