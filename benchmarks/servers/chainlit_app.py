"""Peer: Chainlit, as its documents show streaming, behind the server that its command starts.

Usage: python chainlit_app.py MODEL_PORT
"""

import asyncio
import sys
from importlib import import_module
from typing import Any

import uvicorn

chainlit: Any = import_module("chainlit")
openai: Any = import_module("openai")
client = openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", api_key="none")


async def tell(asked: Any) -> None:
    answer = chainlit.Message(content="")
    stream = await client.chat.completions.create(
        model="bench", messages=[{"role": "user", "content": asked.content}], stream=True
    )
    async for chunk in stream:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            await answer.stream_token(text)
    await answer.update()


class Server(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("ready", self.servers[0].sockets[0].getsockname()[1], flush=True)


chainlit.on_message(tell)
app: Any = import_module("chainlit.server").app
asyncio.run(Server(uvicorn.Config(app, port=0, log_level="error")).serve())
