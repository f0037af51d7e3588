"""The fake Slack as an ASGI app."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from aizuchi.simulator.slack.control import Control
from aizuchi.simulator.slack.fake import FakeSlack
from aizuchi.simulator.slack.faults import Fault
from aizuchi.simulator.slack.refusals import Refused
from aizuchi.simulator.slack.responses import Told, respond
from aizuchi.simulator.slack.webapi import Answer, Asked
from aizuchi.simulator.transport import CutResponse

SIGN_IN = "<!DOCTYPE html><html><title>Sign in | Slack</title></html>"


def app_of(slack: FakeSlack) -> Starlette:
    """Its routes: the Web API, addresses for answers to commands, Socket Mode, the control."""
    routes = Routes(slack)
    return Starlette(
        routes=[
            Route("/api/{method:path}", routes.call, methods=["GET", "POST"]),
            Route("/commands/{rest:path}", routes.respond, methods=["POST"]),
            Route("/files-pri/{id}/{name}", routes.file),
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

    async def file(self, request: Request) -> Response:
        """A file, for a token that may read it; anybody else gets Slack's page to sign in."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        team, _, file = request.path_params["id"].partition("-")
        await asyncio.sleep(self._slack.round_trip_s)
        found = self._slack.state.files.get(file)
        if found is None or found.team != team or not self._may_read(token, team):
            return Response(SIGN_IN, media_type="text/html")
        return Response(found.content, media_type=found.media_type)

    def _may_read(self, value: str, team: str) -> bool:
        token = self._slack.state.tokens.get(value)
        if token is None or token.team != team or token.revoked:
            return False
        return "files:read" in token.scopes

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
