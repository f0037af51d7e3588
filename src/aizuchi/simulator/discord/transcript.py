"""A conversation as a person sees it, as plain text."""

from collections.abc import Mapping
from typing import Any

from aizuchi.simulator.discord.findings import said
from aizuchi.simulator.discord.mentions import readable
from aizuchi.simulator.discord.permissions import Can
from aizuchi.simulator.discord.state import State
from aizuchi.simulator.discord.things import COMMAND, DM, Attachment, Channel, Message

INDENT = "    "
THINKING = "thinking…"
KILOBYTE = 1024


def transcript(state: State, viewer: str, channel: str = "", since: str = "0") -> str:
    """What one person sees: all their channels or one, oldest first, `since` an id."""
    channels = [
        one
        for one in state.channels.values()
        if channel in ("", one.id) and Can.VIEW_CHANNEL in state.may(viewer, one)
    ]
    told = [_channel(state, one, viewer, since) for one in channels]
    return "\n\n".join(one for one in told if one)


def visible_text(state: State, message: Message) -> str:
    """What a message says to its readers."""
    return THINKING if message.is_loading else readable(state, said(message))


def _channel(state: State, channel: Channel, viewer: str, since: str) -> str:
    seen = [
        one
        for one in state.messages.values()
        if one.channel == channel.id and not one.deleted and int(one.id) >= int(since)
        if one.ephemeral_to in ("", viewer)
    ]
    lines = [line for message in seen for line in _lines(state, message)]
    if state.is_typing(channel.id):
        lines.append(f"{INDENT}{state.bot.name} is typing…")
    return "\n".join([_heading(channel), *lines]) if lines else ""


def _heading(channel: Channel) -> str:
    return "direct messages" if channel.kind == DM else f"#{channel.name}"


def _lines(state: State, message: Message) -> list[str]:
    text = visible_text(state, message) + _files(message.attachments)
    first, *more = (text + (" (edited)" if message.edited_at else "")).split("\n")
    name = state.users[message.author].name
    own = f"{INDENT}{name}{_aside(state, message)}: {first}".rstrip()
    return [*_command(state, message), own, *(f"{INDENT}{INDENT}{one}".rstrip() for one in more)]


def _command(state: State, message: Message) -> list[str]:
    """The line above an answer that says which command it was asked by."""
    asked = state.interactions.get(message.interaction)
    if asked is None or asked.kind != COMMAND or message.id in asked.followups:
        return []
    return [f"{INDENT}{state.users[asked.user].name} used {asked.name}{_values(asked.data)}"]


def _values(data: Mapping[str, Any]) -> str:
    given = [str(one["value"]) for one in data.get("options") or () if "value" in one]
    return f" {' '.join(given)}" if given else ""


def _aside(state: State, message: Message) -> str:
    if message.ephemeral_to:
        return " (only you see this)"
    replied = state.messages.get(message.reference)
    return f" (to {state.users[replied.author].name})" if replied else ""


def _files(attachments: list[Attachment]) -> str:
    return "".join(
        f"\n[{one.filename}, {max(1, round(len(one.data) / KILOBYTE))} KB]" for one in attachments
    )
