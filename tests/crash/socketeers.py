"""People who talk over sockets to an assistant that dies: they come back over a new one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

from aizuchi.surfaces.web.tail import DONE
from aizuchi.testing.asgi_socket import Socket

from .lives import Lives
from .people import AtThePage, Read, Reading, body

NO_TICKET = 4401
OVER = ("end", "no-active")


class OverASocket(AtThePage):
    """Sends, and reads; after a break sends the same again, and is told all of it."""

    async def _send(self, lives: Lives, chat: str, number: str, reading: Reading) -> None:
        """A ticket that was too old when it came, or was used too late, is asked for anew."""
        while not await self._tried(lives, chat, number, reading):
            pass

    async def _tried(self, lives: Lives, chat: str, number: str, reading: Reading) -> bool:
        reading.begin()
        async with _entered(lives) as socket:
            socket.send(self._frame(chat, number, reading))
            await self._hear(socket, reading)
        return not (socket.closed and socket.closed.code == NO_TICKET)

    def _frame(self, chat: str, number: str, reading: Reading) -> dict[str, Any]:
        return {"type": "send", "requestId": f"r{number}", **json.loads(body(chat, number))}

    async def _hear(self, socket: Socket, reading: Reading) -> None:
        while not reading.tail.is_over and (frame := await socket.frame()):
            hear(frame, reading)


class OnATrain(OverASocket):
    """Loses the connection again and again, after any number of frames; asks once more, or for what
    is under way."""

    def __init__(self, lives: Lives, chance: Random, longest: int) -> None:
        super().__init__(lives)
        self._chance, self._longest = chance, longest
        self.cuts = 0

    async def say(self, conversation: str, number: str, taken: asyncio.Event) -> Read:
        reading = Reading(taken)
        while not reading.tail.is_over:
            await self._lives.insist(lambda lives: self._send(lives, conversation, number, reading))
        return reading.read

    def _frame(self, chat: str, number: str, reading: Reading) -> dict[str, Any]:
        if reading.taken.is_set() and self._chance.random() < 0.5:
            return {"type": "resume", "requestId": "again", "id": chat}
        return super()._frame(chat, number, reading)

    async def _hear(self, socket: Socket, reading: Reading) -> None:
        for _ in range(self._chance.randrange(self._longest)):
            frame = await socket.frame()
            assert frame, socket.closed
            hear(frame, reading)
            if frame["type"] in OVER:
                return
        self.cuts += 1


def hear(frame: dict[str, Any], reading: Reading) -> None:
    """A frame as the event stream would have it."""
    match frame["type"]:
        case "chunk":
            reading.taken.set()
            reading.feed(b"data: %s\n\n" % json.dumps(frame["chunk"]).encode())
        case "end":
            reading.feed(DONE)
        case "error":
            raise AssertionError(frame)


@asynccontextmanager
async def _entered(lives: Lives) -> AsyncIterator[Socket]:
    client = lives.client
    assert client is not None
    ticket = (await client.request("POST", "/api/ticket")).json()["ticket"]
    async with client.connect(f"/ws/chat?ticket={ticket}") as socket:
        yield socket
