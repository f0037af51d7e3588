"""Orders to a fake platform from outside: who may give them, and what they say."""

import hmac
import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

MOST_COPIES = 100
LOOPBACK = ("127.0.0.1", "::1")


class BadOrder(Exception):
    """An order to a fake platform that cannot be; the message says why."""


def is_allowed(request: Request, token: str) -> bool:
    """Whether the order comes from this machine, with the token of this run."""
    here = request.client is not None and request.client.host in LOOPBACK
    given = request.headers.get("authorization", "").encode()
    return here and hmac.compare_digest(given, f"Bearer {token}".encode())


def read(body: bytes, usual: Mapping[str, Any]) -> dict[str, Any]:
    """An order, with what it does not say as usual."""
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise BadOrder("the order is not JSON") from None
    if not isinstance(given, dict):
        raise BadOrder("the order is not a JSON object")
    for name, value in given.items():
        _check(name, value, usual)
    if not 1 <= given.get("times", 1) <= MOST_COPIES:
        raise BadOrder(f"times={given['times']} is not between 1 and {MOST_COPIES}")
    return {**usual, **given}


def file_in(order: Mapping[str, Any]) -> tuple[str, bytes, str] | None:
    """The name, the content and the type of the file that an order comes with."""
    if not (file := order["file"]):
        return None
    try:
        name, kind, content = (str(file[key]) for key in ("name", "type", "content"))
        return name, b64decode(content, validate=True), kind
    except (KeyError, ValueError):
        raise BadOrder("a file has a name, a type, and its content in base64") from None


def _check(name: str, value: Any, usual: Mapping[str, Any]) -> None:
    known = usual.get(name)
    kinds = (int, float) if isinstance(known, float) else type(known)
    if known is None or not isinstance(value, kinds):
        raise BadOrder(f"{name}={value!r} is not understood; there are {', '.join(usual)}")
