"""What an interaction is answered with at once, in Discord's numbers."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from aizuchi.events import HttpResponse

SUPPRESS_EMBEDS, EPHEMERAL = 4, 64
SILENT: Mapping[str, Any] = {"allowed_mentions": {"parse": []}}
"""Nobody is called, whatever stands in the text."""

# What every acknowledgement has is made once: it is on the way of the three seconds.


def pong() -> HttpResponse:
    return _response({"type": 1})


@lru_cache
def thinking(*, ephemeral: bool) -> HttpResponse:
    """“Thinking…”; who sees that will see the answer."""
    data = {"data": {"flags": EPHEMERAL}} if ephemeral else {}
    return _response({"type": 5, **data})


@lru_cache(maxsize=100)
def told_alone(text: str) -> HttpResponse:
    """A line that only the person sees."""
    return _response(
        {"type": 4, "data": {"content": text, "flags": EPHEMERAL | SUPPRESS_EMBEDS, **SILENT}}
    )


def taken() -> HttpResponse:
    """A click was taken; nothing shows of it."""
    return _response({"type": 6})


def choices(found: Sequence[str | int | float]) -> HttpResponse:
    listed = [{"name": str(each), "value": each} for each in found]
    return _response({"type": 8, "data": {"choices": listed}})


def reply(text: str) -> HttpResponse:
    """For who answers a message over the Gateway: what to reply to it."""
    return _response({"content": text})


def _response(value: Mapping[str, Any]) -> HttpResponse:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpResponse(200, body, "application/json; charset=utf-8")
