"""A web API of Slack for those who ask it before they acknowledge: it knows one person."""

import asyncio
import json

from starlette.types import Receive, Scope, Send

from aizuchi.hosts.listening import bind
from aizuchi.hosts.process import Server

PERSON = {"id": "U0000001", "name": "ann", "real_name": "Ann", "profile": {"display_name": "ann"}}
SAYS = json.dumps({"ok": True, "user": PERSON, "user_id": "U0LAN0Z89", "bot_id": "B1"}).encode()


async def answer(scope: Scope, receive: Receive, send: Send) -> None:
    more = scope["type"] == "http"
    while more:
        more = (await receive()).get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(SAYS))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": SAYS})


async def main() -> None:
    listener = bind("127.0.0.1", 0)
    print("ready", listener.getsockname()[1], flush=True)
    await Server(answer).serve([listener])


if __name__ == "__main__":
    asyncio.run(main())
