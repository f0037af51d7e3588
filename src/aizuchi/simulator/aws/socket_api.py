"""API Gateway's WebSocket API: it holds the sockets of clients, hands what they do to its function,
and brings them what others send. It closes what is idle for 10 minutes, or 2 hours old."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from starlette.types import Message, Receive, Scope, Send

from aizuchi.simulator.aws.socket_events import Event, happened, refused
from aizuchi.simulator.clock import Clock

STAGE = "prod"
IDLE_S, LONGEST_S = 600.0, 7200.0
FUNCTION_WITHIN_S = 29.0
MOST_OF_A_FRAME, MOST_OF_A_MESSAGE = 32 * 1024, 128 * 1024

Invoke = Callable[[Event], Awaitable[Mapping[str, Any] | None]]
"""Calls the function; None where it failed."""


class Close(NamedTuple):
    code: int
    reason: str


LEFT = Close(1005, "Client-side close frame status not set")
GONE = Close(1001, "Going away")
TOO_LARGE = Close(1009, "The message is too large")
HUNG_UP = Close(1000, "Connection Closed Normally")


class Held:
    """One socket."""

    def __init__(self, name: str, scope: Scope, send: Send, now: float) -> None:
        self.name, self.scope, self._send = name, scope, send
        self.connected_at = self.active_at = now
        self._one_by_one = asyncio.Lock()
        self._closing: asyncio.Future[Close] = asyncio.get_running_loop().create_future()

    async def say(self, text: str) -> None:
        async with self._one_by_one:
            with suppress(OSError):
                await self._send({"type": "websocket.send", "text": text})

    def close(self, close: Close) -> None:
        """The first one counts."""
        if not self._closing.done():
            self._closing.set_result(close)

    async def closed(self) -> Close:
        return await asyncio.shield(self._closing)


class SocketApi:
    """`integrate` says which function it calls. `held` are the sockets that are open; what is
    pushed may be made smaller than AWS has it by `most_pushed`."""

    def __init__(self, clock: Clock, new_id: Callable[[], str]) -> None:
        self._clock, self._new_id = clock, new_id
        self._invoke: Invoke | None = None
        self._twice = 0
        self.most_pushed = MOST_OF_A_MESSAGE
        self.held: dict[str, Held] = {}

    def integrate(self, invoke: Invoke) -> None:
        self._invoke = invoke

    def double(self, times: int = 1) -> None:
        """The next frames are handed to the function twice."""
        self._twice = times

    # ── a client ──────────────────────────────────────────────────────────────

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        name = base64.b64encode(self._new_id()[:8].encode("ascii") + b"aizuchi").decode()
        one = Held(name, scope, send, self._clock())
        status = await self._handed(happened("CONNECT", one, self._clock()))
        if scope["path"] != f"/{STAGE}" or not 200 <= status < 300:
            await refused(scope, send, status)
            return
        await send({"type": "websocket.accept"})
        self.held[name] = one
        await self._hold(one, receive, send)

    async def _hold(self, one: Held, receive: Receive, send: Send) -> None:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(self._listen(one, receive, tasks))
            watching = tasks.create_task(self._watch(one))
            close = await one.closed()
            listening.cancel()
            watching.cancel()
            del self.held[one.name]
            if close is not LEFT:
                with suppress(OSError):
                    await send({"type": "websocket.close", **close._asdict()})
            over = {"disconnectStatusCode": close.code, "disconnectReason": close.reason}
            await self._handed(happened("DISCONNECT", one, self._clock(), **over))

    async def _listen(self, one: Held, receive: Receive, tasks: asyncio.TaskGroup) -> None:
        """Frames are handed over side by side: no order is promised."""
        while (message := await receive())["type"] == "websocket.receive":
            one.active_at = self._clock()
            if _size(message) > MOST_OF_A_FRAME:
                one.close(TOO_LARGE)
                return
            times = 2 if self._twice else 1
            self._twice = max(0, self._twice - 1)
            for _ in range(times):
                tasks.create_task(self._take(one, message))
        one.close(LEFT)

    async def _take(self, one: Held, message: Message) -> None:
        text, raw = message.get("text"), message.get("bytes") or b""
        body = text if text is not None else base64.b64encode(raw).decode()
        event = happened("MESSAGE", one, self._clock(), body=body)
        status = await self._handed({**event, "isBase64Encoded": text is None})
        if not 200 <= status < 300:
            trouble = {"message": "Internal server error", "connectionId": one.name}
            await one.say(json.dumps(trouble))

    async def _watch(self, one: Held) -> None:
        """Waits until it is to be closed for its age, or for having been idle."""
        while True:
            until = min(one.active_at + IDLE_S, one.connected_at + LONGEST_S)
            if until <= self._clock():
                one.close(GONE)
                return
            await self._clock.sleep(until - self._clock())

    async def _handed(self, event: Event) -> int:
        """The status that the function gives; 502 where it fails."""
        assert self._invoke, "the WebSocket API has no function: call integrate() first"
        try:
            async with asyncio.timeout(FUNCTION_WITHIN_S):
                reply = await self._invoke(event)
        except TimeoutError:
            return 504
        return int(reply["statusCode"]) if reply and "statusCode" in reply else 502

    # ── who sends to clients ──────────────────────────────────────────────────

    async def post(self, name: str, body: bytes) -> int:
        if len(body) > self.most_pushed:
            return 413
        if (one := self.held.get(name)) is None:
            return 410
        if len(body) > MOST_OF_A_FRAME:
            one.close(TOO_LARGE)
            return 413
        one.active_at = self._clock()
        await one.say(body.decode("utf-8", "replace"))
        return 200

    def told_of(self, name: str) -> Mapping[str, Any] | None:
        one = self.held.get(name)
        if one is None:
            return None
        return {"connectedAt": one.connected_at, "lastActiveAt": one.active_at}

    def hang_up(self, name: str) -> int:
        if (one := self.held.get(name)) is None:
            return 410
        one.close(HUNG_UP)
        return 204


def _size(message: Message) -> int:
    text = message.get("text")
    return len(text.encode()) if text is not None else len(message.get("bytes") or b"")
