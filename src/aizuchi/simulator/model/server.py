"""The fake model as a server: its routes, its script, and what it has received."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aizuchi.simulator.model.answering import play, refuse
from aizuchi.simulator.model.behaviour import BadBehaviour, Behaviour, of_json, of_name
from aizuchi.simulator.model.checking import Asked, check
from aizuchi.simulator.model.refusals import CANARY, error_body, invalid, of_status
from aizuchi.simulator.model.wire import HEAD_BYTES, Reply, Request, read_request

MODELS = ("fake",)


class Received(NamedTuple):
    """A request for a completion as it came; `call` counts from 1."""

    call: int
    headers: Mapping[str, str]
    body: Any


class FakeModel:
    """A model server within this program: `script` tells it what to do, `received` what came."""

    def __init__(self, *, api_key: str = "") -> None:
        self._key = api_key
        self._script: list[Behaviour] = []
        self._calls = 0
        self._connections: set[asyncio.Task[None]] = set()
        self.received: list[Received] = []
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def script(self, *behaviours: Behaviour) -> None:
        """One behaviour for each request from now on, the last one again and again; none gives
        the choice back to the model's name."""
        self._script = list(behaviours)

    def reset(self) -> None:
        """Forgets the script and what was received; the next call is the first again."""
        self._script.clear()
        self.received.clear()
        self._calls = 0

    # ── connections ───────────────────────────────────────────────────────────

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        reply = Reply(reader, writer)
        try:
            while not reply.gone and (request := await read_request(reader)):
                await self._answer(request, reply)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()

    async def hang_up(self) -> None:
        """Ends every connection where it is."""
        connections = tuple(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    # ── routes ────────────────────────────────────────────────────────────────

    async def _answer(self, request: Request, reply: Reply) -> None:
        match request.method, request.path:
            case _, path if path.startswith("/_control/"):
                await self._control(request, reply)
            case _ if self._key and request.headers.get("authorization") != f"Bearer {self._key}":
                await refuse(reply, of_status(401))
            case "POST", "/v1/chat/completions":
                await self._complete(request, reply)
            case "GET", "/v1/models":
                await reply.whole(200, _encoded({"object": "list", "data": _models()}))
            case method, path:
                message = f"Invalid URL ({method} {path})"
                body = error_body(message, "invalid_request_error")
                await reply.whole(404, _encoded(body), headers={"x-request-id": CANARY})

    async def _complete(self, request: Request, reply: Reply) -> None:
        self._calls += 1
        call, asked = self._calls, check(request.body)
        self.received.append(Received(call, request.headers, _json(request.body)))
        if not isinstance(asked, Asked):
            await refuse(reply, asked)
            return
        try:
            behaviour = self._next() or of_name(asked.model)
        except BadBehaviour as error:
            await refuse(reply, invalid(str(error), param="model"))
            return
        await play(behaviour, call, asked, reply)

    def _next(self) -> Behaviour | None:
        if len(self._script) > 1:
            return self._script.pop(0)
        return self._script[0] if self._script else None

    async def _control(self, request: Request, reply: Reply) -> None:
        match request.method, request.path.removeprefix("/_control/"):
            case "POST", "script":
                await self._take_script(request, reply)
            case "GET", "requests":
                await reply.whole(200, _encoded([one._asdict() for one in self.received]))
            case "POST", "reset":
                self.reset()
                await reply.whole(200, b"{}")
            case _:
                await reply.whole(404, _encoded({"error": "POST script or reset, GET requests"}))

    async def _take_script(self, request: Request, reply: Reply) -> None:
        try:
            given = _json(request.body)
            if not isinstance(given, list):
                raise BadBehaviour("a script is a list of behaviours")
            self.script(*map(of_json, given))
        except BadBehaviour as error:
            await reply.whole(400, _encoded({"error": str(error)}))
        else:
            await reply.whole(200, b"{}")


@asynccontextmanager
async def fake_model(port: int = 0, *, api_key: str = "") -> AsyncIterator[FakeModel]:
    """A fake model that listens on loopback for as long as the block lasts."""
    model = FakeModel(api_key=api_key)
    server = await asyncio.start_server(model.serve, "127.0.0.1", port, limit=HEAD_BYTES)
    model.port = server.sockets[0].getsockname()[1]
    try:
        yield model
    finally:
        server.close()
        await model.hang_up()
        await server.wait_closed()


def _models() -> list[dict[str, Any]]:
    return [{"id": name, "object": "model", "created": 0, "owned_by": CANARY} for name in MODELS]


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
