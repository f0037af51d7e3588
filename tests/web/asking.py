"""What a client of the socket sends, and what it makes of the frames that come."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.web.house import Person

from aizuchi.testing.asgi_client import Event, encoded
from aizuchi.testing.asgi_socket import Socket

Frame = Mapping[str, Any]


def asked(person: Person, text: str, request: str = "r1", **fields: str) -> dict[str, Any]:
    """A message, as the stock client frames it."""
    more: dict[str, Any] = {"headers": {}, "body": {}, "metadata": None}
    return {"type": "send", "requestId": request, **person.sending(text, **fields), **more}


def resumed(chat: str = "c1", request: str = "r1") -> dict[str, Any]:
    """A wish for what is under way, as the stock client frames it."""
    return {"type": "resume", "requestId": request, "id": chat, "headers": {}, "body": {}}


async def until_over(socket: Socket, request: str = "r1") -> list[Frame]:
    """The frames of a request up to its last one."""
    found: list[Frame] = []
    async for frame in socket.frames():
        if frame["requestId"] == request:
            found.append(frame)
            if frame["type"] in ("end", "error", "no-active"):
                return found
    raise AssertionError(f"{request} was never over: {found[-3:]}")


def events(frames: Sequence[Frame]) -> list[Event]:
    """The chunks of a request's frames, in their order, without a gap, as the stream has them."""
    chunks = [frame for frame in frames if frame["type"] == "chunk"]
    assert [frame["sequence"] for frame in chunks] == list(range(len(chunks)))
    return [Event(encoded(frame["chunk"]).decode()) for frame in chunks]
