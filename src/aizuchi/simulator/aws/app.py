"""The fake AWS as an ASGI app: every service at one address, told apart by their target."""

import asyncio
import inspect
import json
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from aizuchi.simulator.aws import wire
from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.fake import FakeAWS, Service
from aizuchi.simulator.aws.faults import Fault, refusal_of
from aizuchi.simulator.aws.refusals import Refused, not_simulated
from aizuchi.simulator.aws.signing import Call, NotSigned, check
from aizuchi.simulator.transport import CutResponse


def app_of(aws: FakeAWS) -> Starlette:
    of_sockets = Route(
        "/{stage}/@connections/{name}",
        SocketDoor(aws).take,
        methods=["POST", "GET", "DELETE"],
    )
    every = Route("/{path:path}", Door(aws).take, methods=["POST"])
    return Starlette(routes=[of_sockets, WebSocketRoute("/{stage}", aws.sockets), every])


class SocketDoor:
    """The calls by which sockets that the WebSocket API holds are written to, looked at, closed."""

    OPERATIONS: Mapping[str, str] = {
        "POST": "PostToConnection",
        "GET": "GetConnection",
        "DELETE": "DeleteConnection",
    }

    def __init__(self, aws: FakeAWS) -> None:
        self._aws = aws

    async def take(self, request: Request) -> Response:
        method, call = f"Sockets.{self.OPERATIONS[request.method]}", await call_of(request)
        self._aws.calls[method] += 1
        await asyncio.sleep(self._aws.round_trip_s / 2)
        fault = self._aws.faults.next(method)
        await self._aws.clock.sleep(fault.delay_s)
        if fault.lost == "call":
            return await lost(fault)
        response = await self._answer(request, call, fault)
        await asyncio.sleep(self._aws.round_trip_s / 2)
        return await lost(fault) if fault.lost else response

    async def _answer(self, request: Request, call: Call, fault: Fault) -> Response:
        if fault.status:
            return JSONResponse({"message": "trouble"}, fault.status)
        try:
            check(call, self._aws.keys, "execute-api", self._aws.signed_by())
        except NotSigned as why:
            return JSONResponse({"message": why.message}, 403)
        name, sockets = request.path_params["name"], self._aws.sockets
        match request.method:
            case "POST":
                return _told(await sockets.post(name, call.body))
            case "DELETE":
                return _told(sockets.hang_up(name))
        found = sockets.told_of(name)
        return JSONResponse(found) if found else _told(410)


def _told(status: int) -> Response:
    if status < 300:
        return Response(status_code=status)
    kind = {410: "GoneException", 413: "PayloadTooLargeException"}[status]
    return JSONResponse({"message": kind}, status, {"x-amzn-errortype": kind})


class Door:
    def __init__(self, aws: FakeAWS) -> None:
        self._aws = aws

    async def take(self, request: Request) -> Response:
        target, _, operation = request.headers.get("x-amz-target", "").partition(".")
        service = self._aws.services.get(target)
        if service is None:
            return PlainTextResponse(f"the fake AWS has no service {target!r}", 501)
        method, call = f"{service.title}.{operation}", await call_of(request)
        self._aws.calls[method] += 1
        await asyncio.sleep(self._aws.round_trip_s / 2)
        fault = self._aws.faults.next(method)
        response = await self._faulty(service, operation, call, fault)
        await self._aws.clock.sleep(fault.delay_s)
        await asyncio.sleep(self._aws.round_trip_s / 2)
        return response

    async def _faulty(self, service: Service, operation: str, call: Call, fault: Fault) -> Response:
        """What comes of a call: what should, or what was ordered."""
        if fault.lost == "call":
            return await lost(fault)
        if fault.error:
            return wire.error(service, refusal_of(fault))
        if fault.status:
            return PlainTextResponse("upstream trouble", fault.status)
        response = await self._answer(service, operation, call)
        return await lost(fault) if fault.lost else response

    async def _answer(self, service: Service, operation: str, call: Call) -> Response:
        try:
            check(call, self._aws.keys, service.name, self._aws.signed_by())
            _check_protocol(service, call)
            known = service.operations.get(operation)
            if known is None:
                raise not_simulated(f"operation {service.title}.{operation}")
            answer = known.run(Arguments(_read(call.body), known.parameters))
            body = await answer if inspect.isawaitable(answer) else answer
            return wire.answer(service, body)
        except NotSigned as why:
            return wire.error(service, wire.not_signed(service, why))
        except Refused as refused:
            return wire.error(service, refused)


def _check_protocol(service: Service, call: Call) -> None:
    if call.headers.get("content-type") != f"application/x-amz-json-{service.version}":
        raise Refused("UnknownOperationException", f"the content is no JSON {service.version}")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise Refused("SerializationException", "the body is not JSON") from None


async def call_of(request: Request) -> Call:
    raw = request.scope.get("raw_path") or request.url.path.encode()
    return Call(
        request.method,
        raw.partition(b"?")[0].decode("ascii"),
        request.url.query,
        dict(request.headers),
        await request.body(),
    )


async def lost(fault: Fault) -> Response:
    """A connection that is cut, or one that says nothing for ever."""
    if fault.frozen:
        await asyncio.Event().wait()
    return CutResponse()
