"""The client's end of a socket of an ASGI app in the same process: it can vanish at any frame."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from starlette.types import Message

MOST_UNREAD = 64


class Closed(NamedTuple):
    """How the app closed the socket; 403 is a handshake that it refused."""

    code: int
    reason: str = ""


class Socket:
    """One socket. Like a server's, its send waits while too many frames are unread."""

    def __init__(self) -> None:
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._unread: list[str] = []
        self._changed = asyncio.Event()
        self._is_open = False
        self._hung_up = False
        self.closed: Closed | None = None

    async def opened(self) -> None:
        """The handshake was answered."""
        while not (self._is_open or self.closed):
            await self._change()

    def send(self, frame: Mapping[str, Any] | str | bytes) -> None:
        """A frame for the app: a value as JSON, text and bytes as they are."""
        kind = "bytes" if isinstance(frame, bytes) else "text"
        data = json.dumps(frame) if isinstance(frame, Mapping) else frame
        self._to_app.put_nowait({"type": "websocket.receive", kind: data})

    async def frame(self) -> dict[str, Any] | None:
        """The next frame; None where the socket has closed."""
        while not self._unread and not self.closed:
            await self._change()
        if not self._unread:
            return None
        text = self._unread.pop(0)
        self._changed.set()
        return dict(json.loads(text))

    async def frames(self) -> AsyncIterator[dict[str, Any]]:
        """All frames to the close."""
        while (frame := await self.frame()) is not None:
            yield frame

    async def close(self) -> Closed:
        """Reads to the close."""
        while await self.frame():
            pass
        assert self.closed is not None
        return self.closed

    def hang_up(self) -> None:
        """The client is gone."""
        self._hung_up = True
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})
        self._changed.set()

    async def to_app(self) -> Message:
        """The app's side: what the client sent."""
        return await self._to_app.get()

    async def from_app(self, message: Message) -> None:
        """The app's side: the handshake's answer, frames, the close."""
        if self._hung_up:
            raise OSError("the client is gone")
        match message["type"]:
            case "websocket.accept":
                self._is_open = True
            case "websocket.send":
                self._unread.append(message["text"])
            case "websocket.close":
                self.over(Closed(message["code"], message["reason"]) if self._is_open else None)
        self._changed.set()
        while len(self._unread) > MOST_UNREAD and not self._hung_up:
            await self._change()

    def over(self, closed: Closed | None) -> None:
        """The app has ended it; a handshake that it never accepted was refused."""
        self.closed = self.closed or closed or Closed(1006 if self._is_open else 403)
        self._changed.set()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
