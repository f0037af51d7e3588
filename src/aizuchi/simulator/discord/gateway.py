"""The Gateway: the sessions of the app, with and without a connection, and what they hear."""

from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket

from aizuchi.simulator.discord.connections import GOOD_END, Connection
from aizuchi.simulator.discord.entities import guild_fields
from aizuchi.simulator.discord.identity import (
    IDENTIFIES_A_DAY,
    application_flags,
    gateway_url,
    own_fields,
)
from aizuchi.simulator.discord.sessions import (
    HEARTBEAT,
    INVALID_SESSION,
    RECONNECT,
    Frame,
    Intent,
    Session,
)
from aizuchi.simulator.discord.state import Happened, State

DAY_S = 86_400.0


class Gateway:
    """All sessions; one that lost its connection hears on until it is over."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.sessions: list[Session] = []
        self.identified: list[float] = []
        self._connections: list[Connection] = []

    @property
    def count(self) -> int:
        """How many sessions are connected."""
        return sum(1 for one in self.sessions if one.is_connected)

    def hear(self, happened: Happened, times: int = 1) -> None:
        """Tells every session that may hear of it; interactions to one alone, where Discord does
        so."""
        sessions = [one for one in self.sessions if not one.is_over]
        if happened.name == "INTERACTION_CREATE" and not self.state.points.every_session_hears:
            sessions = [one for one in sessions if one.is_connected][:1]
        for session in sessions:
            for _ in range(times):
                session.hear(happened)

    def listen(self, hear: Callable[[str, dict[str, Any]], None], intents: int) -> Session:
        """A session in this process without a connection: `hear` gets each event and its fields."""
        session = self._open(intents)
        session.send = lambda frame: hear(str(frame.t), frame.d)
        self._ready(session)
        return session

    # ── what a test orders ────────────────────────────────────────────────────

    def reconnect(self) -> None:
        """Asks the app to connect again and resume, as Discord does now and then."""
        self._send(Frame(RECONNECT))

    def invalidate(self, *, may_resume: bool = False) -> None:
        """Tells the app that its session is over, or that it shall resume it."""
        if not may_resume:
            self.sessions = [one for one in self.sessions if not one.is_connected]
        self._send(Frame(INVALID_SESSION, d=may_resume))

    def ask_heartbeat(self) -> None:
        self._send(Frame(HEARTBEAT))

    def cut(self, code: int = 4000) -> None:
        """Ends every connection; with 4000 the app may resume."""
        for connection in tuple(self._connections):
            connection.close(code)

    # ── connections ───────────────────────────────────────────────────────────

    async def serve(self, socket: WebSocket) -> None:
        connection = Connection(self, socket)
        self._connections.append(connection)
        try:
            await connection.serve()
        finally:
            self._connections.remove(connection)

    def may_identify(self) -> bool:
        """Whether one more session may be begun today."""
        now = self.state.clock()
        if sum(1 for at in self.identified if at > now - DAY_S) < IDENTIFIES_A_DAY:
            return True
        self.state.complain("identified 1,000 times in a day: Discord resets the token")
        return False

    def begin(self, connection: Connection, intents: int) -> None:
        session = self._open(intents)
        connection.session, session.send = session, connection.send
        self._ready(session)

    def resumable(self, session_id: str) -> Session | None:
        for session in self.sessions:
            if session.id == session_id and not session.is_over:
                return session
        return None

    def resume(self, connection: Connection, session: Session, since: int) -> None:
        connection.session, session.send = session, connection.send
        for frame in session.missed(since):
            connection.send(frame)
        session.dispatch("RESUMED", {"_trace": []})
        self.state.move()

    def left(self, connection: Connection, code: int) -> None:
        """The app has closed the connection itself; with 1000 or 1001 its session is over."""
        if connection.session in self.sessions and code in GOOD_END:
            self.sessions.remove(connection.session)

    def gone(self, connection: Connection) -> None:
        session = connection.session
        if session and session.send == connection.send:
            session.leave()
        self.state.move()

    def _open(self, intents: int) -> Session:
        session = Session(self.state, intents)
        self.sessions = [one for one in self.sessions if not one.is_over]
        self.sessions.append(session)
        self.identified.append(self.state.clock())
        return session

    def _ready(self, session: Session) -> None:
        """READY, and then each guild as it becomes available."""
        state = self.state
        guilds = [one for one in state.guilds.values() if state.bot.id in one.members]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": own_fields(state),
                "guilds": [{"id": one.id, "unavailable": True} for one in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": gateway_url(state),
                "shard": [0, 1],
                "private_channels": [],
                "application": {"id": state.app_id, "flags": application_flags(state)},
            },
        )
        for guild in guilds if Intent.GUILDS in session.intents else ():
            session.dispatch("GUILD_CREATE", guild_fields(state, guild))
        state.move()

    def _send(self, frame: Frame) -> None:
        for connection in self._connections:
            connection.send(frame)
