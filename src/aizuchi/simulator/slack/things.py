"""What there is in Slack: workspaces, people, channels, messages and what stands beside them."""

from typing import Any, Literal, NamedTuple

Kind = Literal["channel", "group", "im", "mpim"]
Streaming = Literal["open", "ended", "stopped", "broken"]

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:write",
        "users:read",
    }
)


class Team(NamedTuple):
    """A workspace that has installed the app."""

    id: str
    name: str
    bot_user: str
    bot_id: str
    enterprise: str = ""


class User(NamedTuple):
    """A person, or the app's own user; `team` is the one they belong to."""

    id: str
    name: str
    team: str
    is_bot: bool = False


class Token:
    """What a call is made with."""

    __slots__ = ("revoked", "scopes", "team", "value")

    def __init__(self, value: str, team: str, scopes: frozenset[str]) -> None:
        self.value, self.team, self.scopes = value, team, scopes
        self.revoked = ""


class Channel:
    """A place for messages; `shared` with other organisations, or not."""

    __slots__ = ("archived", "id", "kind", "members", "name", "shared", "team")

    def __init__(self, id_: str, name: str, kind: Kind, team: str) -> None:
        self.id, self.name, self.kind, self.team = id_, name, kind, team
        self.members: set[str] = set()
        self.archived = self.shared = False


class Stream:
    """The streaming side of a message. `mode` is settled by what it was opened with."""

    __slots__ = ("fed_at", "mode", "refusals", "started_at", "state", "tasks")

    def __init__(self, now: float, mode: Literal["", "text", "chunks"]) -> None:
        self.started_at = self.fed_at = now
        self.mode = mode
        self.state: Streaming = "open"
        self.tasks: dict[str, dict[str, Any]] = {}
        self.refusals = 0


class File(NamedTuple):
    """What somebody has attached; whoever has a token that may read files gets it."""

    id: str
    team: str
    name: str
    content: bytes
    media_type: str


class Message:
    """A message as Slack keeps it. Only `ephemeral_to` sees it where that is set."""

    __slots__ = (
        "app",
        "blocks",
        "channel",
        "deleted",
        "edited_at",
        "ephemeral_to",
        "files",
        "made_by",
        "markdown",
        "metadata",
        "parse",
        "reactions",
        "stream",
        "subtype",
        "text",
        "thread",
        "ts",
        "unfurls",
        "user",
    )

    def __init__(self, ts: str, channel: str, user: str, *, thread: str = "") -> None:
        self.ts, self.channel, self.user, self.thread = ts, channel, user, thread
        self.text = self.markdown = self.app = self.ephemeral_to = self.subtype = ""
        self.made_by = self.parse = self.edited_at = ""
        self.blocks: list[dict[str, Any]] = []
        self.files: tuple[File, ...] = ()
        self.metadata: dict[str, Any] = {}
        self.reactions: dict[str, list[str]] = {}
        self.stream: Stream | None = None
        self.unfurls = self.deleted = False

    @property
    def root(self) -> str:
        """The message that begins its thread; its own where it is in none."""
        return self.thread or self.ts

    @property
    def is_hidden(self) -> bool:
        return self.deleted or bool(self.ephemeral_to)


class Session:
    """An agent's session in a thread."""

    __slots__ = ("set_at", "status", "title", "user")

    def __init__(self, title: str, user: str) -> None:
        self.title, self.user = title, user
        self.status, self.set_at = "active", 0.0


class Status(NamedTuple):
    """The line that an assistant shows under a thread."""

    text: str
    set_at: float


class ResponseUrl:
    """An address to answer one command or click at."""

    __slots__ = ("channel", "made_at", "message", "thread", "used", "user")

    def __init__(self, channel: str, user: str, now: float, thread: str, message: str) -> None:
        self.channel, self.user, self.made_at = channel, user, now
        self.thread, self.message = thread, message
        self.used = 0
