"""`chat.*` without streams: post, edit, delete, and what only one person sees."""

from typing import Any

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.contents import EDITED_CHARS, Content, content_of
from aizuchi.simulator.slack.payloads import with_metadata
from aizuchi.simulator.slack.places import own_message, thread_in, visible, writable
from aizuchi.simulator.slack.refusals import Refused
from aizuchi.simulator.slack.state import Happened, State
from aizuchi.simulator.slack.things import Channel, Message


def post_message(state: State, call: Call) -> dict[str, Any]:
    channel = writable(state, call)
    content, thread = content_of(call, state.measure), thread_in(state, call, channel)
    message = fresh(state, call, channel, thread)
    fill(message, content)
    message.metadata = call.record("metadata")
    message.unfurls = unfurls(call)
    state.add(message)
    return sent(state, message)


def post_ephemeral(state: State, call: Call) -> dict[str, Any]:
    channel = writable(state, call)
    user = call.text("user")
    if user not in state.users or user not in channel.members:
        raise Refused("user_not_in_channel")
    content, thread = content_of(call, state.measure), thread_in(state, call, channel)
    message = fresh(state, call, channel, thread)
    fill(message, content)
    message.ephemeral_to = user
    is_quiet = thread and len(state.thread(channel.id, thread)) < 2
    message.deleted = bool(is_quiet and state.points.quiet_ephemeral)
    state.add(message)
    return {"message_ts": message.ts}


def update(state: State, call: Call) -> dict[str, Any]:
    channel = writable(state, call)
    message = own_message(state, call, channel, "cant_update_message")
    if state.is_streaming(message):
        raise Refused("streaming_state_conflict")
    content = content_of(call, state.measure, most_text=EDITED_CHARS)
    before = message.text or message.markdown
    keeps = content.blocks is None and not content.markdown and state.points.update_keeps_blocks
    if keeps and (message.blocks or message.markdown):
        message.text = content.text
    else:
        fill(message, content)
    message.metadata = call.record("metadata") or message.metadata
    message.parse = call.text("parse") or "client"
    message.stream = None
    message.edited_at = state.next_ts()
    state.tell(Happened("changed", channel.id, message.user, message, before))
    return {**sent(state, message), "text": message.text}


def delete(state: State, call: Call) -> dict[str, Any]:
    channel = visible(state, call)
    message = own_message(state, call, channel, "cant_delete_message")
    message.deleted = True
    state.tell(Happened("deleted", channel.id, message.user, message))
    return {"channel": channel.id, "ts": message.ts}


def add_reaction(state: State, call: Call) -> dict[str, Any]:
    _, users = _reaction(state, call)
    if call.team.bot_user in users:
        raise Refused("already_reacted")
    users.append(call.team.bot_user)
    return {}


def remove_reaction(state: State, call: Call) -> dict[str, Any]:
    message, users = _reaction(state, call)
    if call.team.bot_user not in users:
        raise Refused("no_reaction")
    users.remove(call.team.bot_user)
    if not users:
        del message.reactions[call.text("name")]
    return {}


def _reaction(state: State, call: Call) -> tuple[Message, list[str]]:
    channel = writable(state, call)
    message = state.message(channel.id, call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    name = call.text("name")
    if not name or ":" in name:
        raise Refused("invalid_name")
    return message, message.reactions.setdefault(name, [])


def fresh(state: State, call: Call, channel: Channel, thread: str) -> Message:
    """A message of the app that does not yet stand anywhere."""
    message = Message(state.next_ts(), channel.id, call.team.bot_user, thread=thread)
    message.app, message.made_by = state.app_id, call.method
    message.parse = call.text("parse")
    return message


def fill(message: Message, content: Content) -> None:
    message.text, message.markdown = content.text, content.markdown
    message.blocks = content.blocks or []


def unfurls(call: Call) -> bool:
    """Whether links in the message may be opened for a preview: unless both are switched off."""
    return call.flag("unfurl_links") is not False or call.flag("unfurl_media") is not False


def sent(state: State, message: Message) -> dict[str, Any]:
    shown = with_metadata(state, message)
    return {"channel": message.channel, "ts": message.ts, "message": shown}
