"""What there is in Discord: guilds, people, channels, messages, interactions, commands."""

from typing import Any, Final, Literal, NamedTuple

from aizuchi.simulator.discord.permissions import Can, Overwrite

TEXT: Final = 0
DM: Final = 1
THREAD: Final = 11
ChannelKind = Literal[0, 1, 11]

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = range(1, 6)
CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND, ENTRY_POINT = range(1, 5)

SUPPRESS_EMBEDS, EPHEMERAL, LOADING = 4, 64, 128
SUPPRESS_NOTIFICATIONS, VOICE_MESSAGE, COMPONENTS_V2 = 4096, 8192, 32768

DEFAULT, REPLY, CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND = 0, 19, 20, 23

Progress = Literal["sent", "deferred", "answered", "failed"]
"""How far an interaction is: not acknowledged, at "thinking…", answered, not answered in time."""


class User(NamedTuple):
    """A person, or the app's own user."""

    id: str
    name: str
    is_bot: bool = False
    locale: str = "en-US"


class Role(NamedTuple):
    id: str
    name: str
    may: Can
    is_mentionable: bool = False
    bot: str = ""


class Guild:
    """A server: its people with their roles. The role of everyone has the guild's own id."""

    __slots__ = ("id", "locale", "members", "name", "owner", "roles")

    def __init__(self, id_: str, name: str, everyone: Can) -> None:
        self.id, self.name, self.locale, self.owner = id_, name, "en-US", ""
        self.roles = {id_: Role(id_, "@everyone", everyone)}
        self.members: dict[str, set[str]] = {}


class Channel:
    """A place for messages, of a guild or of two people."""

    __slots__ = ("guild", "id", "is_closed", "kind", "name", "overwrites", "parent", "recipients")

    def __init__(self, id_: str, name: str, kind: ChannelKind, guild: str = "") -> None:
        self.id, self.name, self.kind, self.guild = id_, name, kind, guild
        self.parent = ""
        self.recipients: set[str] = set()
        self.overwrites: list[Overwrite] = []
        self.is_closed = False  # direct messages that are not taken any more


class Attachment(NamedTuple):
    """A file that stands in a message, or that somebody gives to a command."""

    id: str
    filename: str
    data: bytes
    content_type: str
    description: str = ""


class Message:
    """A message as Discord keeps it. Only `ephemeral_to` sees it where that is set; `interaction`
    is the token of the one it answers."""

    __slots__ = (
        "attachments",
        "author",
        "channel",
        "components",
        "content",
        "deleted",
        "edited_at",
        "embeds",
        "ephemeral_to",
        "flags",
        "id",
        "interaction",
        "kind",
        "late_edits",
        "made_by",
        "nonce",
        "pings",
        "reference",
    )

    def __init__(self, id_: str, channel: str, author: str, content: str = "") -> None:
        self.id, self.channel, self.author, self.content = id_, channel, author, content
        self.kind, self.flags, self.late_edits = DEFAULT, 0, 0
        self.nonce: str | int | None = None
        self.edited_at = 0.0
        self.made_by = self.ephemeral_to = self.interaction = self.reference = ""
        self.embeds: list[dict[str, Any]] = []
        self.components: list[dict[str, Any]] = []
        self.attachments: list[Attachment] = []
        self.pings: tuple[str, ...] = ()
        self.deleted = False

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def is_hidden(self) -> bool:
        return self.deleted or bool(self.ephemeral_to)


class Interaction:
    """Something that a person asked of the app. `source` is the message with the button; `opened`
    the modal that was shown for it, `choices` what autocomplete offers."""

    __slots__ = (
        "channel",
        "choices",
        "data",
        "died",
        "followups",
        "guild",
        "id",
        "kind",
        "made_at",
        "opened",
        "original",
        "owners",
        "response",
        "source",
        "state",
        "token",
        "user",
    )

    def __init__(self, id_: str, token: str, kind: int, user: str, channel: Channel) -> None:
        self.id, self.token, self.kind, self.user = id_, token, kind, user
        self.channel, self.guild = channel.id, channel.guild
        self.data: dict[str, Any] = {}
        self.made_at, self.response = 0.0, 0
        self.owners: dict[str, str] = {}
        self.state: Progress = "sent"
        self.source = self.original = ""
        self.followups: list[str] = []
        self.died = False
        self.opened: dict[str, Any] | None = None
        self.choices: list[dict[str, Any]] | None = None

    @property
    def is_acknowledged(self) -> bool:
        return self.state in ("deferred", "answered")

    @property
    def is_user_installed(self) -> bool:
        """Whether only the person, and no guild, has installed the app."""
        return set(self.owners) == {"1"}

    @property
    def name(self) -> str:
        """What it was, as a person would say it."""
        if self.kind in (COMMAND, AUTOCOMPLETE):
            slash = "/" if self.data.get("type", CHAT_INPUT) == CHAT_INPUT else ""
            return f"{slash}{self.data['name']}"
        return str(self.data.get("custom_id", ""))


class Command:
    """A registered command: `fields` as the app gave them, with those that it left out."""

    __slots__ = ("fields", "guild", "id", "version")

    def __init__(self, id_: str, guild: str, fields: dict[str, Any]) -> None:
        self.id, self.guild, self.fields, self.version = id_, guild, fields, id_

    @property
    def name(self) -> str:
        return str(self.fields["name"])

    @property
    def kind(self) -> int:
        return int(self.fields.get("type") or CHAT_INPUT)
