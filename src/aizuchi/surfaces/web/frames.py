"""The frames of a socket: what a client asks, and the chunks of a stream in their envelope. Pure.

This is the wire of the AI SDK's `WebSocketChatTransport`. A chunk is the same text, and made as
seldom, as in the event stream: only what is around it is the listener's own.
"""

import re
from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any, NamedTuple

from aizuchi.edge import read_object
from aizuchi.errors import BadJson

REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


class Ask(NamedTuple):
    """A message to be answered; its body has the fields of the one that is posted."""

    request_id: str
    body: Mapping[str, Any]


class Resume(NamedTuple):
    """A wish for all that is under way in a chat, from the beginning."""

    request_id: str
    chat: str


class Abort(NamedTuple):
    """The answers to a request are wanted no longer; they are written all the same."""

    request_id: str


class BadFrame(Exception):
    """What came is none of these; `reason` says why in a few words. The request is known where
    only what it wants is not."""

    def __init__(self, reason: str, request_id: str = "") -> None:
        super().__init__(reason)
        self.reason, self.request_id = reason, request_id


def read(text: str) -> Ask | Resume | Abort:
    """What a client asks; the fields of its body are not looked at yet. Raises BadFrame."""
    try:
        body = read_object(text.encode())
    except BadJson as error:
        raise BadFrame(error.what) from None
    request_id = body.get("requestId")
    if not isinstance(request_id, str) or not REQUEST_ID.fullmatch(request_id):
        raise BadFrame("requestId is missing or not what it should be")
    match body.get("type"):
        case "send":
            return Ask(request_id, body)
        case "resume":
            chat = body.get("id")
            return Resume(request_id, chat if isinstance(chat, str) else "")
        case "abort":
            return Abort(request_id)
    raise BadFrame("type is none of send, resume, abort", request_id)


def sign_of_life() -> str:
    """A frame for no request, which clients pass over."""
    return '{"type":"heartbeat","requestId":""}'


class Envelope:
    """What is said to one request, its chunks numbered from 0 or from where they were left."""

    def __init__(self, request_id: str, number: int = 0) -> None:
        self._id = dumps(request_id)
        self._head = f'{{"type":"chunk","requestId":{self._id},"sequence":'
        self._next = number

    def chunks(self, stream: bytes) -> Iterator[str]:
        """A piece of an event stream as frames, a chunk each."""
        for event in stream.decode().split("\n\n")[:-1]:
            yield self.chunk(event.partition("data: ")[2])

    def chunk(self, text: str) -> str:
        """A chunk in its frame."""
        self._next += 1
        return f'{self._head}{self._next - 1},"chunk":{text}}}'

    def start(self) -> str:
        """There is something to resume."""
        return self._plain("start")

    def end(self) -> str:
        return self._plain("end")

    def no_active(self) -> str:
        """There is nothing to resume."""
        return self._plain("no-active")

    def error(self, text: str) -> str:
        """The request cannot be answered, for this reason."""
        return f'{{"type":"error","requestId":{self._id},"errorText":{dumps(text)}}}'

    def _plain(self, kind: str) -> str:
        return f'{{"type":"{kind}","requestId":{self._id}}}'
