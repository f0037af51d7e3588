"""The page of an installation in somebody's browser: what it sends, and what it is told."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
from tests.deploy.conformance.installations import Installation
from websockets.asyncio.client import ClientConnection, connect

TOLD_WITHIN_S = 30
Chunk = Mapping[str, Any]


class Browser:
    """`token` is what its API is entered with; without one nobody is let in."""

    def __init__(
        self, installation: Installation, client: httpx2.AsyncClient, token: str | None
    ) -> None:
        self._installation, self._client = installation, client
        page = urlsplit(installation.outputs["Chat"])
        self._base = self.origin = f"{page.scheme}://{page.netloc}"
        self._headers = {"origin": self.origin}
        self._headers |= {} if token is None else {"authorization": f"Bearer {token}"}

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self._client.get(f"{self._base}{path}", headers={**self._headers, **headers})

    async def post(self, path: str, body: object = None) -> httpx2.Response:
        return await self._client.post(f"{self._base}{path}", json=body, headers=self._headers)

    async def asks(self, text: str, chat: str, message: str = "m1") -> Sequence[Chunk]:
        """The chunks of an answer, to the end of its stream."""
        said = await self.post("/api/chat", sending(text, chat, message))
        assert said.status_code == 200, said.text
        assert said.text.endswith("data: [DONE]\n\n")
        lines = (line.removeprefix("data: ") for line in said.text.splitlines())
        return [json.loads(line) for line in lines if line.startswith("{")]

    async def ticket(self) -> str:
        said = await self.post("/api/ticket")
        assert said.status_code == 200, said.text
        told = said.json()
        assert told["url"] == self._installation.outputs["Sockets"].replace("http", "ws", 1)
        return str(told["ticket"])

    @asynccontextmanager
    async def socket(self, ticket: str) -> AsyncIterator[ClientConnection]:
        """At the port of ministack's, whatever the name of the API is."""
        place = urlsplit(self._installation.sockets)
        address = f"ws://{place.netloc}{place.path}?ticket={ticket}"
        async with connect(address, origin=self.origin, proxy=None) as socket:  # type: ignore[arg-type]  # a plain string
            yield socket


def sending(text: str, chat: str, message: str = "m1") -> Mapping[str, Any]:
    """The body that the stock client sends."""
    said = {"id": message, "role": "user", "parts": [{"type": "text", "text": text}]}
    return {"id": chat, "messages": [said], "trigger": "submit-message"}


def frame(kind: str, request_id: str, **fields: Any) -> str:
    return json.dumps({"type": kind, "requestId": request_id, **fields})


async def until_over(socket: ClientConnection, request_id: str) -> Sequence[Chunk]:
    """The chunks of a request, in their order, to the end of its stream."""
    chunks: dict[int, Chunk] = {}
    while True:
        told = json.loads(await socket.recv())
        if told["requestId"] != request_id:
            continue
        match told["type"]:
            case "chunk":
                chunks[told["sequence"]] = told["chunk"]
            case "end":
                assert list(chunks) == list(range(len(chunks)))
                return list(chunks.values())
            case "start":
                pass
            case _:
                raise AssertionError(told)


def text_in(chunks: Sequence[Chunk]) -> str:
    return "".join(each["delta"] for each in chunks if each["type"] == "text-delta")


def kinds(chunks: Sequence[Chunk]) -> Sequence[str]:
    return [each["type"] for each in chunks]
