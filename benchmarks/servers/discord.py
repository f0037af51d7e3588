"""Discord: `aizuchi` stores each command behind its own server, `floor` verifies and parses behind
uvicorn as it comes."""

import asyncio
import json
import sys
import time
from pathlib import Path

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.engines.sqlite import open_engine
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server
from aizuchi.surfaces.discord.inbound import DiscordSurface
from benchmarks.clients.discord import PATH, PUBLIC_KEY
from benchmarks.servers.bare import serve_bare

KEY = VerifyKey(bytes.fromhex(PUBLIC_KEY))
DEFERRED = b'{"type":5}'


async def floor(scope: Scope, receive: Receive, send: Send) -> None:
    """As little as can be called an acknowledgement; nothing is kept."""
    body, more = b"", scope["type"] == "http"
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    at, signature = headers[b"x-signature-timestamp"], headers[b"x-signature-ed25519"]
    status = 200 if _is_signed(at + body, signature) and json.loads(body)["type"] == 2 else 401
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(DEFERRED))]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": DEFERRED})


def _is_signed(signed: bytes, signature: bytes) -> bool:
    try:
        KEY.verify(signed, bytes.fromhex(signature.decode()))
    except BadSignatureError:
        return False
    return True


async def main(home: Path, kind: str) -> None:
    if kind == "floor":
        await serve_bare(floor)
        return
    async with open_engine(home, clock=time.time) as engine, asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.run())
        surface = DiscordSurface(PUBLIC_KEY)
        await _serve(make_app(inbox=engine.inbox, clock=time.time, webhooks={PATH: surface}))


async def _serve(app: ASGIApp) -> None:
    listener = bind("127.0.0.1", 0)
    print("ready", listener.getsockname()[1], flush=True)
    await Server(app).serve([listener])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
