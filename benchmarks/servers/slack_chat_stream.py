"""Peer: Slack's own streaming helper (`chat_stream` of slack_sdk) behind Bolt, as documented."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
QUESTION = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "?"}]}


@app.event("app_mention")
async def mentioned(event: dict[str, Any], client: AsyncWebClient, context: Any) -> None:
    thread = event.get("thread_ts") or event["ts"]
    streamer = await client.chat_stream(
        channel=event["channel"],
        thread_ts=thread,
        recipient_team_id=context.team_id,
        recipient_user_id=event["user"],
    )
    async for word in words():
        await streamer.append(markdown_text=word)
    await streamer.stop()


async def words() -> AsyncIterator[str]:
    """What the model says, as it says it."""
    url = f"{os.environ['OPENAI_BASE_URL']}/chat/completions"
    async with aiohttp.ClientSession() as session, session.post(url, json=QUESTION) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {"):
                choices = json.loads(line[6:])["choices"]
                yield choices[0]["delta"].get("content") or "" if choices else ""


async def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(AsyncSlackRequestHandler(app), log_level="warning", access_log=False)
    print("ready", listener.getsockname()[1], flush=True)
    await uvicorn.Server(config).serve([listener])


asyncio.run(main())
