"""A session of the Gateway without its connection: what the app hears, numbered, kept to be sent
again after a connection was lost."""

import secrets
from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import Any, NamedTuple

from aizuchi.simulator.discord.entities import guild_fields, member_fields
from aizuchi.simulator.discord.payloads import message_fields, seen_by_app
from aizuchi.simulator.discord.state import Happened, State
from aizuchi.simulator.discord.things import DM, Message

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


KNOWN_INTENTS = (1 << 17) - 1 | 0b11 << 20 | 0b11 << 24
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


class Frame(NamedTuple):
    """A payload of the Gateway."""

    op: int
    d: Any = None
    s: int | None = None
    t: str | None = None

    def fields(self) -> dict[str, Any]:
        return self._asdict()


class Session:
    """What one session has heard; `send` is its connection, None while it has none."""

    def __init__(self, state: State, intents: int) -> None:
        self.id = secrets.token_hex(16)
        self.intents = Intent(intents)
        self.heard: list[Frame] = []
        self.send: Callable[[Frame], None] | None = None
        self.left_at = 0.0
        self._state = state

    @property
    def is_connected(self) -> bool:
        return self.send is not None

    @property
    def is_over(self) -> bool:
        """Whether it can be taken up no more."""
        lives_until = self.left_at + self._state.points.session_lives_s
        return not self.is_connected and self._state.clock() >= lives_until

    def dispatch(self, name: str, fields: Mapping[str, Any]) -> None:
        """Tells the app now, or when it resumes."""
        frame = Frame(DISPATCH, fields, len(self.heard) + 1, name)
        self.heard.append(frame)
        if self.send:
            self.send(frame)

    def hear(self, happened: Happened) -> None:
        """Tells the app of what its intents let it hear."""
        match happened.name:
            case "INTERACTION_CREATE":
                assert happened.fields
                self.dispatch(happened.name, happened.fields)
            case "GUILD_CREATE" if Intent.GUILDS in self.intents:
                guild = self._state.guilds[happened.guild]
                self.dispatch(happened.name, guild_fields(self._state, guild))
            case "GUILD_DELETE" if Intent.GUILDS in self.intents:
                self.dispatch(happened.name, {"id": happened.guild})
            case _ if happened.message and self._hears(happened.message):
                fields = _message_event(self._state, happened.name, happened.message, self.intents)
                self.dispatch(happened.name, fields)

    def missed(self, since: int) -> list[Frame]:
        """What it has heard after the last that the app knows."""
        begin = since - 1 if self._state.points.resume_repeats and since > 1 else since
        return self.heard[begin:]

    def leave(self) -> None:
        """Its connection is gone; it may come back."""
        self.send, self.left_at = None, self._state.clock()

    def _hears(self, message: Message) -> bool:
        direct = self._state.channels[message.channel].kind == DM
        needed = Intent.DIRECT_MESSAGES if direct else Intent.GUILD_MESSAGES
        return needed in self.intents and (direct or _is_visible(self._state, message))


def _is_visible(state: State, message: Message) -> bool:
    channel = state.channels[message.channel]
    return bool(state.may(state.bot.id, channel))


def _message_event(state: State, name: str, message: Message, intents: Intent) -> dict[str, Any]:
    """A message as an event tells of it: with its guild and its author as a member of that."""
    channel = state.channels[message.channel]
    place = {"guild_id": channel.guild} if channel.guild else {}
    if name == "MESSAGE_DELETE":
        return {"id": message.id, "channel_id": channel.id, **place}
    whole = seen_by_app(state, message, has_intent=Intent.MESSAGE_CONTENT in intents)
    fields = message_fields(state, message, whole=whole) | place | {"channel_type": channel.kind}
    guild = state.guilds.get(channel.guild)
    if guild is None:
        return fields
    for one in fields["mentions"]:
        one["member"] = member_fields(state, guild, one["id"])
    return fields | {"member": member_fields(state, guild, message.author)}
