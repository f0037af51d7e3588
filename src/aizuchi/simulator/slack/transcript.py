"""A conversation as a person sees it, as plain text."""

from aizuchi.simulator.slack.blocks import shown
from aizuchi.simulator.slack.markup import read
from aizuchi.simulator.slack.state import State
from aizuchi.simulator.slack.things import Channel, Message

INDENT = "    "
STREAMING = "▌"
BROKEN = "[broken: this message never ended]"


def transcript(state: State, viewer: str, channel: str = "", since: str = "") -> str:
    """What one person sees: all their channels or one, each with its threads, oldest first; only
    threads in which something was written `since` a time."""
    channels = [
        one
        for one in state.channels.values()
        if viewer in one.members and channel in ("", one.id) and _seen(state, one, viewer)
    ]
    return "\n\n".join(_channel(state, one, viewer, since) for one in channels)


def thread_transcript(state: State, viewer: str, channel: str, root: str) -> str:
    """One thread, as one person sees it."""
    messages = [m for m in _seen(state, state.channels[channel], viewer) if m.root == root]
    return _thread(state, messages)


def visible_text(state: State, message: Message) -> str:
    """What a message says to its readers."""
    text = message.markdown or ("" if message.blocks else message.text)
    parts = [text, *map(shown, message.blocks)]
    parts += [f"[{file.name}]" for file in message.files]
    return read("\n".join(part for part in parts if part), state.users)


def _seen(state: State, channel: Channel, viewer: str) -> list[Message]:
    return [
        message
        for message in state.messages.values()
        if message.channel == channel.id
        and not message.deleted
        and message.ephemeral_to in ("", viewer)
    ]


def _channel(state: State, channel: Channel, viewer: str, since: str) -> str:
    seen = _seen(state, channel, viewer)
    fresh = {message.root for message in seen if message.ts >= since}
    roots = list(dict.fromkeys(message.root for message in seen if message.root in fresh))
    threads = [_thread(state, [m for m in seen if m.root == root]) for root in roots]
    return "\n".join([_heading(channel), *threads])


def _heading(channel: Channel) -> str:
    return "direct messages" if channel.kind == "im" else f"#{channel.name}"


def _thread(state: State, messages: list[Message]) -> str:
    lines = [
        _line(state, message, INDENT * 2 if message.thread else INDENT) for message in messages
    ]
    return "\n".join([*lines, *_working(state, messages[0])] if messages else lines)


def _line(state: State, message: Message, indent: str) -> str:
    user = state.users.get(message.user)
    name = user.name if user else message.user
    aside = " (only you see this)" if message.ephemeral_to else ""
    text = visible_text(state, message) + _streaming(state, message) + _marks(message)
    first, *more = text.split("\n")
    hanging = [f"{indent}{INDENT}{line}".rstrip() for line in more]
    return "\n".join([f"{indent}{name}{aside}: {first}".rstrip(), *hanging])


def _streaming(state: State, message: Message) -> str:
    stream = state.stream_of(message)
    if stream is None:
        return ""
    tasks = "".join(f"\n[{task['status']}] {task['title']}" for task in stream.tasks.values())
    ends = {"open": f" {STREAMING}", "broken": f" {BROKEN}", "stopped": " [stopped]"}
    return tasks + ends.get(stream.state, "")


def _marks(message: Message) -> str:
    reactions = "".join(f" :{name}:" for name in message.reactions)
    return (" (edited)" if message.edited_at else "") + reactions


def _working(state: State, message: Message) -> list[str]:
    """The line under a thread while the app is at work."""
    place = (message.channel, message.root)
    if state.session_status(*place) == "processing":
        return [f"{INDENT * 2}… working [Stop]"]
    line = state.status_line(*place)
    return [f"{INDENT * 2}… {line}"] if line else []
