"""The pure half of Plaza: what is signed, what it says, and how it is acknowledged."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.edge import read_object
from aizuchi.errors import BadJson
from aizuchi.events import (
    Event,
    HttpRequest,
    HttpResponse,
    Message,
    Place,
    Reception,
    Sender,
    Signal,
)
from aizuchi.limits import Limits
from aizuchi.testing.plaza import STREAMS
from aizuchi.testing.plaza.render import render

TIMESTAMP = b"x-plaza-timestamp"
SIGNATURE = b"x-plaza-signature"
FRESH_S = 300
UNSIGNED = HttpResponse(401)
MALFORMED = HttpResponse(400)


class PlazaSurface:
    """Reads what Plaza sends: a message in a thread, or a reader's stop."""

    def __init__(self, secret: str, limits: Limits = STREAMS) -> None:
        self._secret = secret.encode()
        self._limits = limits

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        if not self._is_signed(request, now):
            return UNSIGNED
        try:
            return Event("events", None, read_object(request.body))
        except BadJson:
            return MALFORMED

    def read(self, event: Event, *, now: float) -> Reception:
        body = event.body
        fields = [body.get(name) for name in ("team", "channel", "thread", "id", "user", "text")]
        if not all(isinstance(field, str) for field in fields):
            return Reception(accepted=MALFORMED)
        match body.get("type"):
            case "message":
                return Reception((_message(body),))
            case "stop":
                return Reception(signals=(Signal("stop", _conversation(body), body["user"]),))
            case _:
                return Reception()

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        return render(markdown, self._limits, growing=growing)

    def _is_signed(self, request: HttpRequest, now: float) -> bool:
        timestamp, given = request.header(TIMESTAMP), request.header(SIGNATURE)
        if not self._secret or timestamp is None or given is None:
            return False
        if not (len(timestamp) < 16 and timestamp.isdigit()):
            return False
        if abs(now - int(timestamp)) > FRESH_S:
            return False
        return hmac.compare_digest(given, signature(self._secret, timestamp, request.body))


def signature(secret: bytes, timestamp: bytes, body: bytes) -> bytes:
    """The signature over the raw bytes, as Plaza makes it."""
    mac = hmac.new(secret, b"p1:%b:%b" % (timestamp, body), hashlib.sha256)
    return b"p1=" + mac.hexdigest().encode()


def _message(body: Mapping[str, Any]) -> Message:
    team, channel = body["team"], body["channel"]
    return Message(
        turn_id=f"plaza:{body['id']}:{team}:{channel}",
        surface="plaza",
        tenant=team,
        conversation=_conversation(body),
        place=Place(f"plaza:{team}:{channel}", "shared"),
        sender=Sender(body["user"], body["user"]),
        text=body["text"],
        ref=body["id"],
        reply_to={"channel": channel, "thread": _thread(body)},
    )


def _thread(body: Mapping[str, Any]) -> str:
    return str(body["thread"] or body["id"])


def _conversation(body: Mapping[str, Any]) -> str:
    return f"plaza:{_thread(body)}:{body['team']}:{body['channel']}"
