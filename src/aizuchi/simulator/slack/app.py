"""The fake Slack as an ASGI app, and as a transport for clients in the same process."""

import asyncio
import json
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.simulator.slack.control import Control
from aizuchi.simulator.slack.fake import FakeSlack
from aizuchi.simulator.slack.faults import Fault
from aizuchi.simulator.slack.refusals import Refused
from aizuchi.simulator.slack.responses import Told, respond
from aizuchi.simulator.slack.webapi import Answer, Asked


class ConnectionCut(ConnectionError):
    """The connection of a request was cut before its response was whole."""


class CutResponse(Response):
    """The head of a response whose body never comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        raise ConnectionCut("the fake Slack has cut the connection, as it was told to")


def app_of(slack: FakeSlack) -> Starlette:
    """Its routes: the Web API, addresses for answers to commands, Socket Mode, the control."""
    routes = Routes(slack)
    return Starlette(
        routes=[
            Route("/api/{method:path}", routes.call, methods=["GET", "POST"]),
            Route("/commands/{rest:path}", routes.respond, methods=["POST"]),
            Route("/control/{what}", Control(slack).take, methods=["POST"]),
            WebSocketRoute("/link/{ticket}", slack.sockets.serve),
        ]
    )


class Routes:
    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def call(self, request: Request) -> Response:
        asked = Asked(
            request.path_params["method"],
            request.headers,
            request.url.query,
            await request.body(),
        )
        await asyncio.sleep(self._slack.round_trip_s / 2)
        fault = self._slack.faults.next(asked.method)
        response = self._faulty(asked, fault)
        await self._slack.clock.sleep(fault.delay_s)
        await asyncio.sleep(self._slack.round_trip_s / 2)
        return response

    def _faulty(self, asked: Asked, fault: Fault) -> Response:
        """What comes of a call: what should, or what was ordered."""
        api = self._slack.api
        if fault.lost == "call":
            api.remember(asked, {}, Answer(0, {"error": "lost"}), lost=True)
            return CutResponse()
        if answer := _ordered(fault):
            api.remember(asked, {}, answer)
            return _response(answer)
        answer = api.answer(asked, lost=bool(fault.lost))
        self._slack.tell()
        return CutResponse() if fault.lost else _response(answer)

    async def respond(self, request: Request) -> Response:
        await asyncio.sleep(self._slack.round_trip_s / 2)
        fault = self._slack.faults.next("response_url")
        told = self._told(fault, request.url.path, await request.body())
        self._slack.tell()
        self._slack.state.move()
        await self._slack.clock.sleep(fault.delay_s)
        await asyncio.sleep(self._slack.round_trip_s / 2)
        if fault.lost:
            return CutResponse()
        return Response(told.body, told.status, media_type=told.kind)

    def _told(self, fault: Fault, path: str, body: bytes) -> Told:
        if fault.lost == "call":
            return Told(0, "")
        if fault.status or fault.error:
            return Told(fault.status or 404, fault.error)
        return respond(self._slack.state, path, body)


def _ordered(fault: Fault) -> Answer | None:
    if fault.status == 429:
        wait = {"retry-after": str(fault.retry_after)}
        return Answer(429, {"ok": False, "error": "ratelimited"}, wait)
    if fault.status:
        return Answer(fault.status, {})
    return Answer(200, Refused(fault.error).body) if fault.error else None


def _response(answer: Answer) -> Response:
    if answer.status >= 500:
        return Response("upstream trouble", answer.status, media_type="text/html")
    body = json.dumps(answer.body, ensure_ascii=False)
    return Response(body, answer.status, dict(answer.headers), "application/json; charset=utf-8")


class SlackTransport(httpx2.AsyncBaseTransport):
    """Reaches an app in this process as if over a network: a call goes on when nobody waits for
    it any more, a connection can be cut, and a client's time limit counts."""

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
