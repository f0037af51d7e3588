"""The whole state of the fake Slack, and what may be done to it; no I/O."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from aizuchi.simulator.slack.calls import Made
from aizuchi.simulator.slack.contents import Measure
from aizuchi.simulator.slack.points import Points
from aizuchi.simulator.slack.things import (
    BOT_SCOPES,
    Channel,
    File,
    Kind,
    Message,
    ResponseUrl,
    Session,
    Status,
    Stream,
    Team,
    Token,
    User,
)

APP_NAME = "aizuchi"
PROCESSING_LASTS_S = 3_601.0
STATUS_LASTS_S = 120.0
SUBSCRIBED = ("app_mention", "message.im", "app_home_opened", "agent_session_stopped")

Act = Literal["said", "changed", "deleted", "stopped", "opened"]
Thread = tuple[str, str]


class Happened(NamedTuple):
    """Something that the app may hear of as an event."""

    act: Act
    channel: str
    user: str
    message: Message | None = None
    before: str = ""
    streams: tuple[str, ...] = ()
    thread: str = ""


class State:
    """Slack as it stands. `happened` waits for whoever delivers events."""

    def __init__(self, clock: Callable[[], float], points: Points) -> None:
        self.clock, self.points = clock, points
        self.measure = Measure(points.counts_utf16)
        self.app_id = "A0AIZUCHI"
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.tokens: dict[str, Token] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[Thread, Message] = {}
        self.files: dict[str, File] = {}
        self.sessions: dict[Thread, Session] = {}
        self.statuses: dict[Thread, Status] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.subscribed: set[str] = set(SUBSCRIBED)
        self.has_streams = self.has_agent_view = True
        self.socket_mode = False
        self.manifest: dict[str, Any] = {}
        self.address = ""
        self.tickets: set[str] = set()
        self.moved = asyncio.Event()
        self.happened: list[Happened] = []
        self.calls: list[Made] = []
        self.complaints: list[str] = []
        self._last_id = 0
        self._last_ts = 0

    # ── who and where ─────────────────────────────────────────────────────────

    def install(
        self, name: str, *, scopes: frozenset[str] = BOT_SCOPES, grid: str = "", token: str = ""
    ) -> Team:
        """A workspace that has the app, with a bot token of these scopes, this one or a new one."""
        team_id, bot_user = self._id("T"), self._id("U")
        team = Team(team_id, name, bot_user, self._id("B"), grid)
        self.teams[team_id] = team
        self.users[bot_user] = User(bot_user, APP_NAME, team_id, is_bot=True)
        self._issue(token or _new("xoxb"), team_id, scopes)
        return team

    def app_token(self) -> str:
        """A new token of the app itself, for Socket Mode."""
        return self._issue(
            _new(f"xapp-1-{self.app_id}"), "", frozenset({"connections:write"})
        ).value

    def config_token(self) -> str:
        """A new token of the app's configuration."""
        return self._issue(_new("xoxe"), "", frozenset()).value

    def _issue(self, value: str, team: str, scopes: frozenset[str]) -> Token:
        self.tokens[value] = token = Token(value, team, scopes)
        return token

    def token_of(self, team: str) -> Token:
        """The bot token of a workspace."""
        return next(token for token in self.tokens.values() if token.team == team)

    def add_user(self, name: str, team: str) -> User:
        user = User(self._id("U"), name, team)
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, kind: Kind, team: str, *members: str) -> Channel:
        channel = Channel(self._id("D" if kind == "im" else "C"), name, kind, team)
        channel.members.update(members)
        self.channels[channel.id] = channel
        return channel

    def direct(self, team: Team, user: str) -> Channel:
        """The direct messages of a person with the app."""
        both = {user, team.bot_user}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == both:
                return channel
        channel = self.add_channel(self.users[user].name, "im", team.id, *both)
        channel.shared = self.users[user].team not in self.teams
        return channel

    # ── messages ──────────────────────────────────────────────────────────────

    def add(self, message: Message) -> Message:
        """Stands in its channel from now on, and is told."""
        self.messages[message.channel, message.ts] = message
        if message.app:
            self.statuses.pop((message.channel, message.root), None)
        if not message.ephemeral_to:
            self.tell(Happened("said", message.channel, message.user, message))
        return message

    def next_ts(self) -> str:
        """A time of day that no other message has, later than any."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def message(self, channel: str, ts: str) -> Message | None:
        """A message that stands there for all who can read the channel."""
        found = self.messages.get((channel, ts))
        return None if found is None or found.is_hidden else found

    def standing(self, channel: str) -> Iterator[Message]:
        """The messages of a channel that all its readers see, oldest first."""
        for message in self.messages.values():
            if message.channel == channel and not message.is_hidden:
                yield message

    def thread(self, channel: str, root: str) -> list[Message]:
        return [message for message in self.standing(channel) if message.root == root]

    # ── what passes with time ─────────────────────────────────────────────────

    def stream_of(self, message: Message) -> Stream | None:
        """A message's stream, broken where its time is over."""
        stream, now = message.stream, self.clock()
        if stream and stream.state == "open":
            too_old = now >= stream.started_at + self.points.stream_lives_s
            too_idle = now >= stream.fed_at + self.points.stream_idle_s
            stream.state = "broken" if too_old or too_idle else "open"
        return stream

    def is_streaming(self, message: Message) -> bool:
        stream = self.stream_of(message)
        return stream is not None and stream.state == "open"

    def session_status(self, channel: str, thread: str) -> str:
        """The status of a session now; empty where there is none."""
        session = self.sessions.get((channel, thread))
        if session is None:
            return ""
        over = self.clock() >= session.set_at + PROCESSING_LASTS_S
        return "active" if session.status == "processing" and over else session.status

    def status_line(self, channel: str, thread: str) -> str:
        """What an assistant shows under a thread now."""
        status = self.statuses.get((channel, thread))
        return status.text if status and self.clock() < status.set_at + STATUS_LASTS_S else ""

    # ── what is told ──────────────────────────────────────────────────────────

    def tell(self, happened: Happened) -> None:
        self.happened.append(happened)

    def move(self) -> None:
        """Wakes whoever waits for the app's next call or connection."""
        self.moved.set()
        self.moved = asyncio.Event()

    def complain(self, complaint: str) -> None:
        """Remembers something that Slack would let pass and that is wrong all the same."""
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def respond_at(self, channel: str, user: str, *, thread: str = "", message: str = "") -> str:
        """A new address for answers; the path of it."""
        path = f"/commands/{self.channels[channel].team}/{secrets.token_hex(12)}"
        self.response_urls[path] = ResponseUrl(channel, user, self.clock(), thread, message)
        return path

    def add_file(self, team: str, name: str, content: bytes, media_type: str) -> File:
        file = File(self._id("F"), team, name, content, media_type)
        self.files[file.id] = file
        return file

    def _id(self, letter: str) -> str:
        self._last_id += 1
        return f"{letter}{self._last_id:08d}"


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(16)}"
