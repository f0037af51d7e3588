"""A whole assistant behind its web API in simulated time, and people with their clients."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp
from tests.worker.office import NO_LIMITS, ScriptedModel, desk, saying

from aizuchi.brain import Brain
from aizuchi.hosts.asgi import make_app
from aizuchi.ports import Allowance, Engine, Model
from aizuchi.prompt import Brief
from aizuchi.surfaces.web.auth import Gate, Proxied
from aizuchi.surfaces.web.routes import WebRoutes
from aizuchi.surfaces.web.tokens import Tokens
from aizuchi.testing import virtual_time
from aizuchi.testing.asgi_client import AsgiClient, Body, Connection, Event, Response
from aizuchi.testing.asgi_socket import Socket
from aizuchi.toolbox import Tool, Toolbox
from aizuchi.turns import Bounds

TOKENS = "owner:owner-token,ann:ann-token,bob:bob-token"
ORIGIN = "http://127.0.0.1:8765"


class House:
    """An app, its engine, and its people."""

    def __init__(self, app: ASGIApp, web: WebRoutes, engine: Engine) -> None:
        self.app, self.web, self.engine = app, web, engine

    def person(self, name: str = "owner", headers: Mapping[str, str] | None = None) -> "Person":
        bearer = {"authorization": f"Bearer {name}-token"}
        return Person(self.app, headers={**bearer, **(headers or {})})

    def client(self, **more: Any) -> AsgiClient:
        """A client that nobody knows."""
        return AsgiClient(self.app, **more)


class Person(AsgiClient):
    """Somebody with a token, who speaks the AI SDK's protocol."""

    def sending(
        self, text: str, *, ref: str = "m1", chat: str = "c1", **fields: str
    ) -> dict[str, Any]:
        """The body that the stock client sends."""
        message = {"id": ref, "role": "user", "parts": [{"type": "text", "text": text}]}
        return {"id": chat, "messages": [message], "trigger": "submit-message", **fields}

    async def ask(self, text: str, **fields: str) -> Response:
        """A question, with its stream read to the end."""
        return await self.request("POST", "/api/chat", json=self.sending(text, **fields))

    @asynccontextmanager
    async def socket(self, *, origin: str = "") -> AsyncIterator[Socket]:
        """A socket, entered by a ticket that is asked for from the same origin."""
        ticket = await self.ticket(origin=origin)
        async with self.connect(f"/ws/chat?ticket={ticket}", headers={"origin": origin}) as socket:
            yield socket

    async def ticket(self, *, origin: str = "") -> str:
        response = await self.request("POST", "/api/ticket", headers={"origin": origin})
        assert response.status == 200, response.text
        return str(response.json()["ticket"])

    async def history(self, chat: str = "c1") -> list[dict[str, Any]]:
        response = await self.request("GET", f"/api/chat/{chat}")
        assert response.status == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages


@asynccontextmanager
async def house(
    home: Path,
    model: Model | None = None,
    *,
    header: Proxied | None = None,
    hosts: Sequence[str] = (),
    bounds: Bounds | None = None,
    name: str = "aizuchi",
    tools: Sequence[Tool] = (),
    brief: Brief | None = None,
    allowance: Allowance = NO_LIMITS,
    models: Sequence[str] = (),
    brain: Brain | None = None,
) -> AsyncIterator[House]:
    """The assistant, open for as long as the block lasts. Its page is built in `home / "app"`."""
    home.mkdir(exist_ok=True)  # noqa: ASYNC240 - a folder of the test's own
    model = model or ScriptedModel(saying("Hello dear friend"))
    kit = Toolbox(tools)
    async with desk(
        home, model, bounds=bounds, brief=brief, allowance=allowance, tools=kit, brain=brain
    ) as office:
        engine = office.engine
        gate = Gate(Tokens(home, TOKENS), hosts=hosts, header=header)
        web = WebRoutes(
            inbox=engine.inbox,
            log=engine.log,
            chats=engine.chats,
            memory=engine.memory,
            tickets=engine.tickets,
            gate=gate,
            clock=virtual_time.clock,
            name=name,
            app=home / "app",
            models=models,
        )
        app = make_app(inbox=engine.inbox, clock=virtual_time.clock, web=web)
        try:
            yield House(app, web, engine)
        finally:
            web.close()


def text_of(events: Sequence[Event]) -> str:
    """The text that a client shows after these events."""
    text = ""
    for event in events:
        match event.chunk.get("type"):
            case "text-delta":
                text += event.chunk["delta"]
            case "reset-step":
                text = ""
    return text


def kinds(events: Sequence[Event]) -> list[str]:
    """The types of the chunks; the sign of listening with its stage."""
    named = []
    for event in events:
        chunk = event.chunk
        kind = chunk.get("type", "[DONE]")
        named.append(f"heard:{chunk['data']['stage']}" if kind == "data-heard" else kind)
    return named


__all__ = ["Body", "Connection", "House", "Person", "house", "kinds", "text_of"]
