"""Peer: Starlette and the official client, token by token, as a UI message stream.

Usage: python starlette_openai.py MODEL_PORT
"""

import json
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

openai: Any = import_module("openai")
client = openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", api_key="none")


def frame(**chunk: Any) -> str:
    return f"data: {json.dumps(chunk)}\n\n"


async def tell(question: str) -> AsyncIterator[str]:
    yield frame(type="start")
    yield frame(type="text-start", id="t")
    stream = await client.chat.completions.create(
        model="bench", messages=[{"role": "user", "content": question}], stream=True
    )
    async for chunk in stream:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            yield frame(type="text-delta", id="t", delta=text)
    yield frame(type="text-end", id="t") + frame(type="finish") + "data: [DONE]\n\n"


async def chat(request: Request) -> StreamingResponse:
    body = await request.json()
    text = body["messages"][-1]["parts"][0]["text"]
    return StreamingResponse(tell(text), media_type="text/event-stream")


class Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("ready", self.servers[0].sockets[0].getsockname()[1], flush=True)


app = Starlette(routes=[Route("/api/chat", chat, methods=["POST"])])
Server(uvicorn.Config(app, port=0, http="httptools", log_level="warning")).run()
