"""The whole state of the fake Discord, and what may be done to it; no I/O."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from aizuchi.simulator.discord.calls import Made
from aizuchi.simulator.discord.permissions import DIRECT, EVERYTHING, MEMBER, Can, allowed
from aizuchi.simulator.discord.points import Points
from aizuchi.simulator.discord.snowflakes import Snowflakes
from aizuchi.simulator.discord.things import (
    DM,
    TEXT,
    Attachment,
    Channel,
    ChannelKind,
    Command,
    Guild,
    Interaction,
    Message,
    Role,
    User,
)

APP_NAME = "aizuchi"
TYPING_LASTS_S = 10.0
ANSWER_WITHIN_S, TOKEN_LIVES_S = 3.0, 900.0


class Happened(NamedTuple):
    """Something that the Gateway tells of: `name` is that of the event."""

    name: str
    message: Message | None = None
    guild: str = ""
    fields: dict[str, Any] | None = None


class State:
    """Discord as it stands. `happened` waits for whoever tells the app."""

    def __init__(
        self,
        clock: Callable[[], float],
        points: Points,
        *,
        app_id: str = "",
        bot_token: str = "",
    ) -> None:
        self.clock, self.points = clock, points
        self.new_id = Snowflakes(clock)
        self.app_id = app_id or self.new_id()
        self.bot = User(self.app_id, APP_NAME, is_bot=True)
        self.bot_token = bot_token or _token(self.app_id)
        self.public_key = self.endpoint_url = self.address = ""
        self.sees_content = False  # the Message Content intent, as the portal has it
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: dict[str, Guild] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, Message] = {}
        self.attachments: dict[str, Attachment] = {}
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str, Command] = {}
        self.created: list[tuple[float, str]] = []
        self.typing: dict[str, float] = {}
        self.happened: list[Happened] = []
        self.calls: list[Made] = []
        self.complaints: list[str] = []
        self.moved = asyncio.Event()

    # ── who and where ─────────────────────────────────────────────────────────

    def add_user(self, name: str) -> User:
        user = User(self.new_id(), name)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str) -> Guild:
        """A server that has installed the app, which gets a role of its own in it."""
        guild = Guild(self.new_id(), name, MEMBER)
        self.guilds[guild.id] = guild
        role = self.add_role(guild, APP_NAME, Can(0), bot=self.bot.id)
        guild.members[self.bot.id] = {role.id}
        self.tell(Happened("GUILD_CREATE", guild=guild.id))
        return guild

    def add_role(
        self, guild: Guild, name: str, may: Can, *, is_mentionable: bool = False, bot: str = ""
    ) -> Role:
        role = Role(self.new_id(), name, may, is_mentionable, bot)
        guild.roles[role.id] = role
        return role

    def add_channel(self, name: str, guild: Guild, kind: ChannelKind = TEXT) -> Channel:
        channel = Channel(self.new_id(), name, kind, guild.id)
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct messages of a person with the app."""
        both = {user, self.bot.id}
        for channel in self.channels.values():
            if channel.kind == DM and channel.recipients == both:
                return channel
        channel = Channel(self.new_id(), self.users[user].name, DM)
        channel.recipients = both
        self.channels[channel.id] = channel
        return channel

    def may(self, user: str, channel: Channel) -> Can:
        """What somebody may do in a channel; nothing where they are not."""
        if channel.kind == DM:
            direct = MEMBER | DIRECT | Can.USE_EXTERNAL_EMOJIS
            return direct if user in channel.recipients else Can(0)
        guild = self.guilds.get(channel.guild)
        if guild is None or user not in guild.members:
            return Can(0)
        if user == guild.owner:
            return EVERYTHING
        roles = [(role, guild.roles[role].may) for role in (guild.id, *guild.members[user])]
        place = self.channels[channel.parent] if channel.parent else channel
        return allowed(guild.id, roles, user, place.overwrites)

    # ── messages ──────────────────────────────────────────────────────────────

    def add(self, message: Message) -> Message:
        """Stands in its channel from now on, and is told."""
        self.messages[message.id] = message
        if message.author == self.bot.id:
            self.typing.pop(message.channel, None)
        if not message.ephemeral_to:
            self.tell(Happened("MESSAGE_CREATE", message))
        return message

    def change(self, message: Message) -> None:
        """Tells of an edit that has been made."""
        if not message.is_hidden:
            self.tell(Happened("MESSAGE_UPDATE", message))

    def remove(self, message: Message) -> None:
        if not message.is_hidden:
            self.tell(Happened("MESSAGE_DELETE", message))
        message.deleted = True

    def standing(self, channel: str) -> Iterator[Message]:
        """The messages of a channel that all its readers see, oldest first."""
        for message in self.messages.values():
            if message.channel == channel and not message.is_hidden:
                yield message

    def is_typing(self, channel: str) -> bool:
        return self.clock() < self.typing.get(channel, 0.0)

    # ── interactions ──────────────────────────────────────────────────────────

    def ask(self, kind: int, user: str, channel: Channel) -> Interaction:
        """A new interaction, with a token that lives a quarter of an hour."""
        token = secrets.token_urlsafe(48)
        interaction = Interaction(self.new_id(), token, kind, user, channel)
        interaction.made_at = self.clock()
        self.interactions[token] = interaction
        return interaction

    def is_late(self, interaction: Interaction) -> bool:
        """Whether it is too late to acknowledge it."""
        return self.clock() > interaction.made_at + ANSWER_WITHIN_S

    def has_expired(self, interaction: Interaction) -> bool:
        return self.clock() >= interaction.made_at + TOKEN_LIVES_S

    # ── what is told ──────────────────────────────────────────────────────────

    def tell(self, happened: Happened) -> None:
        self.happened.append(happened)

    def move(self) -> None:
        """Wakes whoever waits for the app's next call or connection."""
        self.moved.set()
        self.moved = asyncio.Event()

    def complain(self, complaint: str) -> None:
        """Remembers something that Discord would let pass and that is wrong all the same."""
        if complaint not in self.complaints:
            self.complaints.append(complaint)


def _token(app_id: str) -> str:
    return f"{app_id}.{secrets.token_urlsafe(6)}.{secrets.token_urlsafe(28)}"
