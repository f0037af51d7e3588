"""Hosts that keep files, and do with a request what a test says."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple

import httpx2


class Reply(NamedTuple):
    """What a host answers; a number among the pieces is a pause in seconds."""

    status: int = 200
    headers: Mapping[str, str] = {}
    pieces: Sequence[bytes | float] = ()
    endless: bool = False


class Hosts(httpx2.AsyncBaseTransport):
    """Everything there is in the network: replies by address. `asked` are the requests that came,
    `sent` counts the bytes that left."""

    def __init__(self, replies: Mapping[str, Reply | Exception]) -> None:
        self._replies = replies
        self.asked: list[httpx2.Request] = []
        self.sent = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        reply = self._replies[str(request.url)]
        if isinstance(reply, Exception):
            raise reply
        return httpx2.Response(reply.status, headers=reply.headers, stream=_Body(self, reply))

    def header(self, name: str) -> list[str]:
        """What every request had in this header."""
        return [request.headers.get(name, "") for request in self.asked]


class _Body(httpx2.AsyncByteStream):
    def __init__(self, hosts: Hosts, reply: Reply) -> None:
        self._hosts, self._reply = hosts, reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            for piece in self._reply.pieces:
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                    continue
                self._hosts.sent += len(piece)
                yield piece
            if not self._reply.endless:
                return
