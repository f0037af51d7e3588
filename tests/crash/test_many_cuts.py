"""A thousand cuts by clients of a real server, over both transports, while it is killed now and
then: whoever comes back reads what is stored, to the letter."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from aizuchi.surfaces.terminal.tail import Tail
from aizuchi.surfaces.web.tail import DONE

from .server import Client, Server, body, model_server

MODEL = "openai:fake:pace=40,tokens=40,first=0.1"
ROUNDS, CLIENTS_OF_A_KIND, CUTS = 10, 4, 13
LONGEST_CONNECTION_S = 0.6
KILLS, BETWEEN_KILLS_S = 2, 2.5  # an answer that is struck three times is given up

pytestmark = [pytest.mark.proof, pytest.mark.real_time]


class Hasty(Client):
    """Somebody whose connection is lost again and again, at any moment."""

    def __init__(self, server: Server, chance: Random) -> None:
        super().__init__(server)
        self._server, self._chance = server, chance
        self.cuts = 0

    async def talk(self, chat: str) -> list[str]:
        """Asks until there were enough cuts; what was read of each answer."""
        read: list[str] = []
        while self.cuts < CUTS:
            read.append(await self.ask(chat, str(len(read))))
            assert self.outcome == "answered"
        return read

    async def _read(self, tail: Tail, chat: str, number: str) -> None:
        try:
            async with asyncio.timeout(self._chance.uniform(0.01, LONGEST_CONNECTION_S)):
                await self._listen(tail, chat, number)
        except TimeoutError:
            self.cuts += 1

    async def _listen(self, tail: Tail, chat: str, number: str) -> None:
        raise NotImplementedError


class ByStream(Hasty):
    """Goes on where they were."""

    async def _listen(self, tail: Tail, chat: str, number: str) -> None:
        await Client._read(self, tail, chat, number)


class BySocket(Hasty):
    """Is told everything once more, by sending again or by asking for what is under way."""

    lost = (httpx2.TransportError, WebSocketException, OSError)

    async def _listen(self, tail: Tail, chat: str, number: str) -> None:
        ticket = (await self.http.post("/api/ticket")).json()["ticket"]
        target = f"{self._server.url}/ws/chat?ticket={ticket}".replace("http", "ws", 1)
        connection = await connect(target, proxy=None)
        try:
            await connection.send(json.dumps(self._frame(chat, number)))
            while not tail.is_over:
                frame = json.loads(await connection.recv())
                if frame["type"] == "no-active":
                    return
                self.feed(tail, _as_event(frame))
        finally:
            connection.transport.abort()

    def _frame(self, chat: str, number: str) -> dict[str, Any]:
        if self.begun.is_set() and self._chance.random() < 0.5:
            return {"type": "resume", "requestId": "r", "id": chat}
        return {"type": "send", "requestId": "r", **body(chat, number)}


def _as_event(frame: dict[str, Any]) -> bytes:
    assert frame["type"] != "error", frame
    chunk = b"data: %s\n\n" % json.dumps(frame.get("chunk")).encode()
    return {"chunk": chunk, "end": DONE}.get(frame["type"], b"")


async def kill_now_and_then(server: Server, chance: Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(BETWEEN_KILLS_S + chance.random())
        await server.kill()
        await server.start()


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_what_is_read_is_what_is_stored(seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    async with model_server() as base_url:
        server = Server(tmp_path, MODEL, base_url)
        await server.start()
        clients = [kind(server, chance) for kind in (ByStream, BySocket) * CLIENTS_OF_A_KIND]
        try:
            talking = [client.talk(f"chat-{n}") for n, client in enumerate(clients)]
            *read, _ = await asyncio.gather(*talking, kill_now_and_then(server, chance))
            stored = [await client.stored(f"chat-{n}") for n, client in enumerate(clients)]
        finally:
            for client in clients:
                await client.close()
            await server.kill()
    assert read == stored
    assert sum(client.cuts for client in clients) >= 1000 / ROUNDS
