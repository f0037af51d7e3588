"""Where a call may read or write: channels and messages, in Discord's order of refusals."""

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.refusals import Refused
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import DM, THREAD, Channel, Message


def visible(state: State, call: Call) -> Channel:
    """The channel of a call, which the app can see."""
    channel = state.channels.get(call.ids["channel"])
    if channel is None:
        raise Refused(10003)
    if Can.VIEW_CHANNEL not in state.may(state.bot.id, channel):
        raise Refused(50001)
    return channel


def writable(state: State, call: Call) -> Channel:
    channel = visible(state, call)
    needed = Can.SEND_MESSAGES_IN_THREADS if channel.kind == THREAD else Can.SEND_MESSAGES
    if needed not in state.may(state.bot.id, channel):
        raise Refused(50013)
    if channel.kind == DM and channel.is_closed:
        raise Refused(50007)
    return channel


def readable(state: State, call: Call) -> Channel:
    """A channel whose history the app may read. (Without the permission Discord says so for one
    message and gives an empty list for many.)"""
    channel = visible(state, call)
    if Can.READ_MESSAGE_HISTORY not in state.may(state.bot.id, channel):
        raise Refused(50001)
    return channel


def standing_message(state: State, call: Call) -> Message:
    """The message of a call, which all in its channel can see."""
    message = state.messages.get(call.ids["message"])
    if message is None or message.is_hidden or message.channel != call.ids["channel"]:
        raise Refused(10008)
    return message


def own_message(state: State, call: Call) -> Message:
    visible(state, call)
    message = standing_message(state, call)
    if message.author != state.bot.id:
        raise Refused(50005)
    return message
