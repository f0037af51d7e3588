"""One connection of the Gateway: frames in, frames out, closed with Discord's codes."""

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from aizuchi.simulator.discord.packing import packing
from aizuchi.simulator.discord.sessions import (
    HEARTBEAT,
    HEARTBEAT_ACK,
    HELLO,
    IDENTIFY,
    INVALID_SESSION,
    KNOWN_INTENTS,
    PRESENCE,
    PRIVILEGED,
    RESUME,
    Frame,
    Intent,
    Session,
)

if TYPE_CHECKING:
    from aizuchi.simulator.discord.gateway import Gateway

LONGEST_BYTES = 4096
SENDS, SENDS_WITHIN_S = 120, 60.0
LATE_HEARTBEATS = 1.5
GOOD_END = (1000, 1001)
(UNKNOWN_OPCODE, UNDECODABLE, NOT_IDENTIFIED, BAD_TOKEN, TWICE_IDENTIFIED) = range(4001, 4006)
BAD_SEQUENCE, TOO_FAST, TIMED_OUT, BAD_SHARD = range(4007, 4011)
BAD_VERSION, BAD_INTENTS, FORBIDDEN_INTENTS = 4012, 4013, 4014
UNASKED = (PRESENCE, 4, 8, 31)  # presence, voice, members, sounds: taken and not played


class Closed(Exception):
    """The Gateway closes the connection with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """A connection from the app; `session` is set once it has identified or resumed."""

    def __init__(self, gateway: "Gateway", socket: WebSocket) -> None:
        self._gateway, self._socket = gateway, socket
        self._state = gateway.state
        self.session: Session | None = None
        self._out: asyncio.Queue[Frame | int] = asyncio.Queue()
        self._received: deque[float] = deque()
        self._beaten = asyncio.Event()
        asked = socket.query_params.get("compress")
        self._pack = packing(asked) if asked else None
        self._is_playable = asked is None or self._pack is not None

    async def serve(self) -> None:
        """Until either side ends it."""
        await self._socket.accept()
        code = self._refusal()
        if code:
            await self._socket.close(code)
            return
        interval = self._state.points.heartbeat_s
        self.send(Frame(HELLO, {"heartbeat_interval": int(interval * 1000)}))
        tasks = [
            asyncio.create_task(one)
            for one in (self._send_all(), self._receive_all(), self._watch(interval))
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._gateway.gone(self)

    def send(self, frame: Frame) -> None:
        self._out.put_nowait(frame)

    def close(self, code: int) -> None:
        """Closes it after all that was sent before."""
        self._out.put_nowait(code)

    def _refusal(self) -> int:
        query = self._socket.query_params
        if query.get("v") != "10":
            return BAD_VERSION
        if query.get("encoding", "json") != "json" or not self._is_playable:
            asked = f"encoding={query.get('encoding')}, compress={query.get('compress')}"
            self._state.complain(f"the Gateway is played with JSON, zlib and zstd only: {asked}")
            return UNDECODABLE
        return 0

    # ── out ───────────────────────────────────────────────────────────────────

    async def _send_all(self) -> None:
        while not isinstance(frame := await self._out.get(), int):
            await self._send(json.dumps(frame._asdict(), ensure_ascii=False).encode())
        await self._socket.close(frame)

    async def _send(self, data: bytes) -> None:
        if self._pack is None:
            await self._socket.send_text(data.decode())
        else:
            await self._socket.send_bytes(self._pack(data))

    async def _watch(self, interval_s: float) -> None:
        """Ends a connection that is not heard of for too long."""
        while True:
            try:
                async with asyncio.timeout(interval_s * LATE_HEARTBEATS):
                    await self._beaten.wait()
            except TimeoutError:
                self._state.complain("the app has sent no heartbeat in time")
                self.close(TIMED_OUT)
                await asyncio.Event().wait()
            self._beaten.clear()

    # ── in ────────────────────────────────────────────────────────────────────

    async def _receive_all(self) -> None:
        try:
            while True:
                self._take(await self._socket.receive_text())
        except Closed as closed:
            self.close(closed.code)
            await asyncio.Event().wait()  # until that has been sent
        except (WebSocketDisconnect, KeyError) as gone:
            self._gateway.left(self, getattr(gone, "code", 1006))

    def _take(self, text: str) -> None:
        self._count(text)
        try:
            frame = json.loads(text)
            op, data = int(frame["op"]), frame.get("d")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise Closed(UNDECODABLE) from None
        known = {HEARTBEAT: self._beat, IDENTIFY: self._identify, RESUME: self._resume}
        if op in known:
            known[op](data)
        elif op not in UNASKED:
            raise Closed(UNKNOWN_OPCODE)
        elif self.session is None:
            raise Closed(NOT_IDENTIFIED)

    def _beat(self, data: Any) -> None:
        self._beaten.set()
        self.send(Frame(HEARTBEAT_ACK))

    def _count(self, text: str) -> None:
        now = self._state.clock()
        self._received.append(now)
        while self._received[0] <= now - SENDS_WITHIN_S:
            self._received.popleft()
        if len(self._received) > SENDS:
            raise Closed(TOO_FAST)
        if len(text.encode()) > LONGEST_BYTES:
            raise Closed(UNDECODABLE)

    def _identify(self, data: Any) -> None:
        if self.session is not None:
            raise Closed(TWICE_IDENTIFIED)
        self._check_token(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS or intents < 0:
            raise Closed(BAD_INTENTS)
        granted = Intent.MESSAGE_CONTENT if self._state.sees_content else Intent(0)
        if Intent(intents) & PRIVILEGED & ~granted:
            raise Closed(FORBIDDEN_INTENTS)
        if data.get("shard", [0, 1]) != [0, 1]:
            raise Closed(BAD_SHARD)
        if not self._gateway.may_identify():
            self.send(Frame(INVALID_SESSION, d=False))
            return
        self._gateway.begin(self, intents)

    def _resume(self, data: Any) -> None:
        if self.session is not None:
            raise Closed(TWICE_IDENTIFIED)
        self._check_token(data)
        session = self._gateway.resumable(str(data.get("session_id")))
        if session is None:
            self.send(Frame(INVALID_SESSION, d=False))
            return
        since = data.get("seq")
        if not isinstance(since, int) or not 0 <= since <= len(session.heard):
            raise Closed(BAD_SEQUENCE)
        self._gateway.resume(self, session, since)

    def _check_token(self, data: Any) -> None:
        if not isinstance(data, dict):
            raise Closed(UNDECODABLE)
        if str(data.get("token", "")).removeprefix("Bot ") != self._state.bot_token:
            raise Closed(BAD_TOKEN)
