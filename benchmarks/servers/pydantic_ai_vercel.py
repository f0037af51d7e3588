"""Peer: pydantic-ai's own adapter for the UI message stream.

Usage: python pydantic_ai_vercel.py MODEL_PORT
"""

import sys
from importlib import import_module
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

openai: Any = import_module("pydantic_ai.models.openai")
providers: Any = import_module("pydantic_ai.providers.openai")
vercel: Any = import_module("pydantic_ai.ui.vercel_ai")

provider = providers.OpenAIProvider(base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", api_key="none")
agent: Any = import_module("pydantic_ai").Agent(openai.OpenAIChatModel("bench", provider=provider))


async def chat(request: Request) -> Response:
    response: Response = await vercel.VercelAIAdapter.dispatch_request(request, agent=agent)
    return response


class Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("ready", self.servers[0].sockets[0].getsockname()[1], flush=True)


app = Starlette(routes=[Route("/api/chat", chat, methods=["POST"])])
Server(uvicorn.Config(app, port=0, http="httptools", log_level="warning")).run()
