"""Messages in channels, by the bot's token: post, read, edit, delete, typing."""

from typing import Any

from aizuchi.simulator.discord.calls import Call
from aizuchi.simulator.discord.contents import EDITED, POSTED, Writing, write
from aizuchi.simulator.discord.entities import channel_fields
from aizuchi.simulator.discord.payloads import message_fields, seen_by_app
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.places import (
    own_message,
    readable,
    standing_message,
    visible,
    writable,
)
from aizuchi.simulator.discord.refusals import Refused, invalid
from aizuchi.simulator.discord.shapes import record
from aizuchi.simulator.discord.snowflakes import time_of
from aizuchi.simulator.discord.state import TYPING_LASTS_S, State
from aizuchi.simulator.discord.things import LOADING, REPLY, Channel, Message

NONCE_CHARS = 25
AT_ONCE, AT_MOST = 50, 100
LATE_AFTER_S = 3600.0

Answer = dict[str, Any] | list[Any] | None


def get_channel(state: State, call: Call) -> Answer:
    return channel_fields(state, visible(state, call))


def list_messages(state: State, call: Call) -> Answer:
    channel = visible(state, call)
    most = call.number("limit", AT_ONCE, 1, AT_MOST)
    if Can.READ_MESSAGE_HISTORY not in state.may(state.bot.id, channel):
        return []
    newest_first = sorted(state.standing(channel.id), key=lambda one: int(one.id), reverse=True)
    return [_read(state, one) for one in _page(newest_first, call, most)]


def get_message(state: State, call: Call) -> Answer:
    readable(state, call)
    return _read(state, standing_message(state, call))


def post_message(state: State, call: Call) -> Answer:
    channel = writable(state, call)
    if earlier := _said_before(state, channel, call):
        return message_fields(state, earlier)
    message = Message(state.new_id(), channel.id, state.bot.id)
    message.nonce = call.fields.get("nonce")
    _reply(state, message, channel, call)
    _may_attach(state, channel, call)
    write(state, message, call, Writing(call.route, POSTED))
    return message_fields(state, state.add(message))


def edit_message(state: State, call: Call) -> Answer:
    message = own_message(state, call)
    _may_be_touched(state, message)
    _edit(state, message, call)
    return message_fields(state, message)


def delete_message(state: State, call: Call) -> Answer:
    channel = visible(state, call)
    message = standing_message(state, call)
    if message.author != state.bot.id:
        if Can.MANAGE_MESSAGES not in state.may(state.bot.id, channel):
            raise Refused(50013)
        state.complain(f"{call.route}: a message of {state.users[message.author].name} is deleted")
    _may_be_touched(state, message)
    state.remove(message)
    return None


def type_in(state: State, call: Call) -> Answer:
    state.typing[writable(state, call).id] = state.clock() + TYPING_LASTS_S
    return None


def edited(state: State, message: Message, *, filled: bool) -> None:
    """Notes an edit; one that only fills "thinking…" does not show as one."""
    message.flags &= ~LOADING
    message.edited_at = 0.0 if filled else state.clock()
    state.change(message)


def _edit(state: State, message: Message, call: Call) -> None:
    if state.clock() > time_of(message.id) + LATE_AFTER_S:
        if message.late_edits >= state.points.late_edits:
            raise Refused(30046)
        message.late_edits += 1
    filled = message.is_loading
    write(state, message, call, Writing(call.route, EDITED))
    edited(state, message, filled=filled)


def _may_be_touched(state: State, message: Message) -> None:
    if message.is_loading and not state.points.bot_edits_thinking:
        raise Refused(50013)


def _said_before(state: State, channel: Channel, call: Call) -> Message | None:
    """The message of the same nonce, where the call asks not to say it twice."""
    nonce = call.fields.get("nonce")
    if nonce is None:
        return None
    if not isinstance(nonce, str | int) or len(str(nonce)) > NONCE_CHARS:
        words = f"Must be {NONCE_CHARS} or fewer in length."
        raise invalid("nonce", "NONCE_TYPE_TOO_LONG", words)
    if not call.fields.get("enforce_nonce"):
        state.complain(f"{call.route}: a nonce without enforce_nonce does nothing")
        return None
    for message in state.messages.values():
        is_recent = state.clock() < time_of(message.id) + state.points.nonce_lasts_s
        if message.nonce == nonce and message.channel == channel.id and is_recent:
            return _if_it_stands(state, message)
    return None


def _if_it_stands(state: State, message: Message) -> Message | None:
    if not message.deleted:
        return message
    if state.points.deleted_nonce_is_gone:
        raise Refused(10008)
    return None


def _reply(state: State, message: Message, channel: Channel, call: Call) -> None:
    if "message_reference" not in call.fields:
        return
    reference = record(call.fields["message_reference"])
    if Can.READ_MESSAGE_HISTORY not in state.may(state.bot.id, channel):
        raise Refused(160002)
    replied = state.messages.get(str(reference.get("message_id")))
    if replied is None or replied.is_hidden or replied.channel != channel.id:
        if reference.get("fail_if_not_exists", True):
            raise invalid(
                "message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message"
            )
        return
    message.kind, message.reference = REPLY, replied.id


def _may_attach(state: State, channel: Channel, call: Call) -> None:
    if call.form.files and Can.ATTACH_FILES not in state.may(state.bot.id, channel):
        raise Refused(50013)


def _page(newest_first: list[Message], call: Call, most: int) -> list[Message]:
    """The part of the messages that the call asks for, the newest of them first."""
    if around := call.query.get("around"):
        ids = [int(one.id) for one in newest_first]
        place = next((n for n, id_ in enumerate(ids) if id_ <= _id(around)), len(ids))
        begin = max(0, place - most // 2)
        return newest_first[begin : begin + most]
    if after := call.query.get("after"):
        return [one for one in newest_first if int(one.id) > _id(after)][-most:]
    before = _id(call.query.get("before", str(1 << 63)))
    return [one for one in newest_first if int(one.id) < before][:most]


def _id(text: str) -> int:
    if not text.isdecimal():
        raise invalid("", "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


def _read(state: State, message: Message) -> dict[str, Any]:
    whole = seen_by_app(state, message, has_intent=state.sees_content)
    return message_fields(state, message, whole=whole)
