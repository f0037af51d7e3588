"""An app's end of a connection to the fake Discord's Gateway, without a network."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import zstandard
from starlette.types import Message, Scope
from tests.simulator.discord_house import House

from aizuchi.simulator.discord import app_of

INTENTS = 1 | 512 | 4096
MESSAGE_CONTENT = 32768


class Link:
    """Notes the frames that come; `beats` answers for the heartbeat."""

    def __init__(self, home: House, **query: str) -> None:
        self._app, self._token = app_of(home.discord), home.discord.bot_token
        self._query = {"v": "10", "encoding": "json", **query}
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._unpack = _unpacking(query.get("compress", ""))
        self.frames: list[dict[str, Any]] = []
        self.code = 0
        self.closed = asyncio.Event()

    async def serve(self) -> None:
        scope: Scope = {
            "type": "websocket",
            "path": "/gateway",
            "headers": [],
            "query_string": urlencode(self._query).encode(),
        }
        await self._app(scope, self._said.get, self._send)

    async def open(self) -> None:
        self._said.put_nowait({"type": "websocket.connect"})
        await asyncio.sleep(0.01)

    async def say(self, op: int, data: Any = None) -> None:
        await self.say_text(json.dumps({"op": op, "d": data}))

    async def say_text(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})
        await asyncio.sleep(0.01)

    async def identify(self, intents: int = INTENTS, token: str = "", **more: Any) -> None:
        await self.say(2, {"token": token or self._token, "intents": intents, **more})

    async def resume(self, session: str, seq: int) -> None:
        await self.say(6, {"token": self._token, "session_id": session, "seq": seq})

    async def leave(self, code: int = 1006) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": code})
        await asyncio.sleep(0.01)

    def events(self, name: str) -> list[dict[str, Any]]:
        return [frame["d"] for frame in self.frames if frame["t"] == name]

    @property
    def names(self) -> list[str]:
        return [frame["t"] for frame in self.frames if frame["t"]]

    @property
    def seq(self) -> int:
        return max(frame["s"] or 0 for frame in self.frames)

    async def _send(self, message: Message) -> None:
        if message["type"] == "websocket.close":
            self.code = message.get("code", 1000)
            self.closed.set()
        if message["type"] == "websocket.send":
            packed = message.get("bytes")
            text = self._unpack(packed).decode() if packed else message["text"]
            self.frames.append(json.loads(text))


def _unpacking(compress: str) -> Callable[[bytes], bytes]:
    if compress == "zstd-stream":
        return zstandard.ZstdDecompressor().decompressobj().decompress
    return zlib.decompressobj().decompress


@asynccontextmanager
async def connected(home: House, *links: Link) -> AsyncIterator[None]:
    home.discord.endpoint = None
    async with asyncio.TaskGroup() as tasks:
        for link in links:
            tasks.create_task(link.serve())
            await link.open()
        try:
            yield
        finally:
            for link in links:
                await link.leave()
