"""The fake Discord as an ASGI app: the API, the Gateway, the files, the control."""

import asyncio
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from aizuchi.simulator.discord.calls import Asked
from aizuchi.simulator.discord.control import Control
from aizuchi.simulator.discord.fake import API, FakeDiscord
from aizuchi.simulator.discord.identity import GATEWAY_PATH
from aizuchi.simulator.discord.rest import Replied
from aizuchi.simulator.discord.routes import find
from aizuchi.simulator.transport import CutResponse

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def app_of(discord: FakeDiscord) -> Starlette:
    routes = Routes(discord)
    return Starlette(
        routes=[
            Route(API + "/{path:path}", routes.call, methods=METHODS),
            Route("/attachments/{channel}/{id}/{name}", routes.file),
            Route("/control/{what}", Control(discord).take, methods=["POST"]),
            WebSocketRoute(GATEWAY_PATH, discord.gateway.serve),
        ]
    )


class Routes:
    def __init__(self, discord: FakeDiscord) -> None:
        self._discord = discord

    async def call(self, request: Request) -> Response:
        discord, asked = self._discord, await _asked(request)
        await asyncio.sleep(discord.round_trip_s / 2)
        found = find(asked.method, asked.path)
        fault = discord.faults.next(found[0].name if found else asked.path)
        replied = discord.rest.answer(asked, fault)
        discord.tell()
        await discord.clock.sleep(fault.delay_s)
        await asyncio.sleep(discord.round_trip_s / 2)
        return CutResponse() if fault.lost else _response(replied)

    async def file(self, request: Request) -> Response:
        """What somebody has attached, as Discord's file server gives it."""
        attachment = self._discord.state.attachments.get(request.path_params["id"])
        if attachment is None:
            return Response("This content is no longer available.", 404)
        return Response(attachment.data, media_type=attachment.content_type)


async def _asked(request: Request) -> Asked:
    path = f"/{request.path_params['path']}"
    return Asked(request.method, path, request.headers, request.url.query, await request.body())


def _response(replied: Replied) -> Response:
    headers = dict(replied.headers)
    if replied.body is None:
        if replied.status >= 500:
            return Response("upstream trouble", replied.status, headers, "text/html")
        return Response(status_code=replied.status, headers=headers)
    body = json.dumps(replied.body, ensure_ascii=False)
    return Response(body, replied.status, headers, "application/json")
