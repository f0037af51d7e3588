"""Where a call may read and write, and who says so."""

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.refusals import Refused, invalid
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, Message


def visible(state: State, call: Call, argument: str = "channel") -> Channel:
    """A channel that the app can see: public ones, and those that it is a member of."""
    given = call.text(argument)
    if given in state.users and given != call.team.bot_user:
        return state.direct(call.team, given)
    channel = state.channels.get(given)
    is_ours = channel is not None and channel.team == call.team.id
    if channel is None or not (is_ours or channel.shared) or _is_closed(channel, call):
        raise Refused("channel_not_found")
    return channel


def _is_closed(channel: Channel, call: Call) -> bool:
    return channel.kind != "channel" and call.team.bot_user not in channel.members


def joined(state: State, call: Call, argument: str = "channel") -> Channel:
    """A channel that the app is a member of."""
    channel = visible(state, call, argument)
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def writable(state: State, call: Call, argument: str = "channel") -> Channel:
    """A channel that the app may post to."""
    channel = visible(state, call, argument)
    if channel.archived:
        raise Refused("is_archived")
    public = channel.kind == "channel" and "chat:write.public" in call.token.scopes
    if call.team.bot_user not in channel.members and not public:
        raise Refused("not_in_channel")
    return channel


def thread_in(state: State, call: Call, channel: Channel) -> str:
    """The root of the thread that a call names; empty for none."""
    given = call.text("thread_ts")
    if not given:
        return ""
    message = state.messages.get((channel.id, given))
    if message is None or message.ephemeral_to:
        raise Refused("thread_not_found")
    if message.thread:
        state.complain(f"{call.method}: thread_ts {given} is a reply's own ts, not its thread's")
    return message.root


def own_message(state: State, call: Call, channel: Channel, not_ours: str) -> Message:
    """The app's own message that a call names by `ts`; `not_ours` is the error for another's."""
    if not call.text("ts"):
        raise invalid("missing required field: ts")
    message = state.message(channel.id, call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.user != call.team.bot_user:
        raise Refused(not_ours)
    return message
