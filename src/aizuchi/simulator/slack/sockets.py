"""Socket Mode: the app's own connections, each event to one of them, acknowledged in time."""

import asyncio
import json
import secrets
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from aizuchi.simulator.slack.calls import Call
from aizuchi.simulator.slack.deliveries import ACK_WITHIN_S, Ack, Attempt
from aizuchi.simulator.slack.events import Parcel
from aizuchi.simulator.slack.state import State

CONNECTIONS = 10
LASTS_S = 18_060
WITH_RESPONSE = ("slash_commands", "interactive")


def open_connection(state: State, call: Call) -> dict[str, Any]:
    """A new address to connect to, once."""
    if not state.socket_mode:
        state.complain("apps.connections.open: Socket Mode is off, so no event comes over it")
    ticket = secrets.token_hex(8)
    state.tickets.add(ticket)
    return {"url": f"{state.address.replace('http', 'ws', 1)}/link/{ticket}"}


class Sockets:
    """The connections that stand, the next one to get an event first."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._standing: list[WebSocket] = []
        self._unacked: dict[str, tuple[WebSocket, asyncio.Future[Ack]]] = {}

    @property
    def count(self) -> int:
        return len(self._standing)

    async def serve(self, socket: WebSocket) -> None:
        """One connection, until either side ends it."""
        ticket = socket.path_params["ticket"]
        if ticket not in self._state.tickets:
            await socket.close()
            return
        self._state.tickets.remove(ticket)
        await socket.accept()
        self._standing.append(socket)
        self._state.move()
        try:
            await self._talk(socket)
        except WebSocketDisconnect:
            pass
        finally:
            self._gone(socket)

    async def carry(self, parcel: Parcel, attempt: Attempt) -> Ack:
        """Sends an envelope over one connection, and waits for its acknowledgement."""
        if not self._standing:
            return Ack(0, reason="no_connection")
        socket = self._standing.pop(0)
        self._standing.append(socket)
        envelope_id = secrets.token_hex(8)
        acked: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._unacked[envelope_id] = socket, acked
        try:
            await socket.send_text(_envelope(envelope_id, parcel, attempt))
            async with asyncio.timeout(ACK_WITHIN_S):
                return await acked
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return Ack(0, reason="http_timeout")
        finally:
            self._unacked.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tells every connection to go; after a mere `warning` they still stand."""
        for socket in tuple(self._standing):
            frame = {"type": "disconnect", "reason": reason, "debug_info": {"host": "slack.test"}}
            await socket.send_text(json.dumps(frame))
            if reason != "warning":
                await self._end(socket)

    async def cut(self) -> None:
        """Ends every connection without a word."""
        for socket in tuple(self._standing):
            await self._end(socket)

    async def _talk(self, socket: WebSocket) -> None:
        if self.count > CONNECTIONS:
            await socket.send_text('{"type":"disconnect","reason":"too_many_websockets"}')
            await self._end(socket)
            return
        await socket.send_text(self._hello())
        while True:
            self._ack(await socket.receive_text())

    def _hello(self) -> str:
        hello = {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {"host": "slack.test", "approximate_connection_time": LASTS_S},
            "connection_info": {"app_id": self._state.app_id},
        }
        return json.dumps(hello)

    def _ack(self, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            self._state.complain(f"a socket said what is not JSON: {text!r}")
            return
        _, acked = self._unacked.get(said.get("envelope_id", ""), (None, None))
        if acked and not acked.done():
            payload = said.get("payload")
            acked.set_result(Ack(200, json.dumps(payload).encode() if payload else b""))

    async def _end(self, socket: WebSocket) -> None:
        self._gone(socket)
        await socket.close()

    def _gone(self, socket: WebSocket) -> None:
        if socket in self._standing:
            self._standing.remove(socket)
        for of, acked in self._unacked.values():
            if of is socket and not acked.done():
                acked.set_result(Ack(0, reason="connection_failed"))


def _envelope(envelope_id: str, parcel: Parcel, attempt: Attempt) -> str:
    envelope: dict[str, Any] = {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.kind in WITH_RESPONSE,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
    return json.dumps(envelope, ensure_ascii=False)
