"""Slack: `aizuchi` stores each message behind its own server, `floor` verifies and parses behind
uvicorn as it comes."""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.engines.sqlite import open_engine
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server
from aizuchi.surfaces.slack.inbound import SlackSurface
from benchmarks.clients.slack import PATH, SECRET
from benchmarks.servers.bare import serve_bare


async def floor(scope: Scope, receive: Receive, send: Send) -> None:
    """As little as can be called an acknowledgement; nothing is kept."""
    body, more = b"", scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    timestamp = headers[b"x-slack-request-timestamp"]
    made = hmac.new(SECRET.encode(), b"v0:%b:%b" % (timestamp, body), hashlib.sha256).hexdigest()
    good = hmac.compare_digest(b"v0=" + made.encode(), headers[b"x-slack-signature"])
    is_form = headers[b"content-type"].endswith(b"urlencoded")
    parsed = dict(parse_qsl(body.decode())) if is_form else json.loads(body)
    status = 200 if good and time.time() - int(timestamp) < 300 and parsed else 401
    length = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": length})
    await send({"type": "http.response.body", "body": b""})


async def main(home: Path, kind: str) -> None:
    if kind == "floor":
        await serve_bare(floor)
        return
    async with open_engine(home, clock=time.time) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        surface = SlackSurface([SECRET])
        await _serve(make_app(inbox=engine.inbox, clock=time.time, webhooks={PATH: surface}))


async def _serve(app: ASGIApp) -> None:
    listener = bind("127.0.0.1", 0)
    print("ready", listener.getsockname()[1], flush=True)
    await Server(app).serve([listener])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
