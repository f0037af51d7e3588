"""Peer: Bolt for Python as its documentation shows the async one, on uvicorn."""

import asyncio
import socket
from typing import Any

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

SECRET = "a secret of the benchmark"


async def authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T024BE7LH", bot_token="xoxb-1", bot_user_id="U0LAN0Z89"
    )


app = AsyncApp(signing_secret=SECRET, authorize=authorize)


@app.event("app_mention")
async def mentioned(event: dict[str, Any]) -> None:
    pass


@app.command("/ask")
async def asked(ack: Any) -> None:
    await ack()


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(AsyncSlackRequestHandler(app), log_level="warning", access_log=False)
    print("ready", listener.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve([listener])


asyncio.run(main())
