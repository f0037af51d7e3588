"""Reaching a fake platform from the same process as if over a network."""

import asyncio
from typing import Any

import httpx2
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class ConnectionCut(ConnectionError):
    """The connection of a request was cut before its response was whole."""


class CutResponse(Response):
    """The head of a response whose body never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise ConnectionCut("the fake platform has cut the connection, as it was told to")


class InProcessTransport(httpx2.AsyncBaseTransport):
    """A call goes on when nobody waits for it any more, a connection can be cut, and a client's
    time limit counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = httpx2.ASGITransport(app)
        self._calls: set[asyncio.Task[httpx2.Response]] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        limits: dict[str, Any] = request.extensions.get("timeout", {})
        task = asyncio.create_task(self._inner.handle_async_request(request))
        self._calls.add(task)
        task.add_done_callback(self._forget)
        try:
            async with asyncio.timeout(limits.get("read")):
                return await asyncio.shield(task)
        except TimeoutError:
            raise httpx2.ReadTimeout("no answer in time", request=request) from None
        except ConnectionCut:
            raise httpx2.RemoteProtocolError("the connection was cut", request=request) from None

    async def aclose(self) -> None:
        calls = tuple(self._calls)
        for task in calls:
            task.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    def _forget(self, task: "asyncio.Task[httpx2.Response]") -> None:
        self._calls.discard(task)
        if not task.cancelled():
            task.exception()
