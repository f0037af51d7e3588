"""From a request to what it asks us to store: refuse, authenticate, read. Pure, light to import.

On a cold function this runs against a clock of three seconds, so it imports almost nothing.
"""

import json
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from aizuchi.errors import BadJson
from aizuchi.events import Event, HttpRequest, HttpResponse, Reception

if TYPE_CHECKING:
    from aizuchi.ports import Surface

MOST_BRACKETS = 10_000
MOST_VALUES = 50_000
MOST_QUOTES = 200_000
DEEPEST = 64
LARGEST_INTEGER = 2**63


class Door(NamedTuple):
    """What a route lets in at all, before anybody looks at it."""

    most_bytes: int = 256 * 1024
    methods: tuple[str, ...] = ("POST",)


WEBHOOK = Door()
API = Door(most_bytes=1024 * 1024)


class Closed:
    """The surface of a platform that is not set up: without a secret nothing is authentic."""

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        return HttpResponse(401, b"nothing is set up here to verify this with\n")

    def read(self, event: Event, *, now: float) -> Reception:
        return Reception()

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        return ()


def receive(
    surface: "Surface", request: HttpRequest, *, now: float, door: Door = WEBHOOK
) -> Reception | HttpResponse:
    """What an authentic request asks us to store, or the answer to any other."""
    refused = refuse(request, door)
    if refused is not None:
        return refused
    event = surface.authenticate(request, now=now)
    return event if isinstance(event, HttpResponse) else surface.read(event, now=now)


def refuse(request: HttpRequest, door: Door) -> HttpResponse | None:
    """The answer to a request that does not even get to be authenticated."""
    if request.method not in door.methods:
        allow = ", ".join(door.methods).encode()
        return HttpResponse(405, b"method not allowed", headers=((b"allow", allow),))
    if len(request.body) > door.most_bytes:
        return too_large(door.most_bytes)
    encodings = {value for name, value in request.headers if name == b"content-encoding"}
    if encodings - {b"identity"}:
        return HttpResponse(415, b"send the body as it is, without Content-Encoding")
    if _has_too_many_brackets(request.body):
        return HttpResponse(400, b"too many brackets")
    return None


def too_large(most_bytes: int) -> HttpResponse:
    """The answer to a body over the limit; the rest of it is not read."""
    said = f"the body is larger than {most_bytes // 1024} KiB".encode()
    return HttpResponse(413, said, headers=((b"connection", b"close"),))


# ── strict JSON ───────────────────────────────────────────────────────────────


def read_json(data: bytes) -> Any:
    """The value of a JSON text, in time that its size bounds.

    Raises:
        BadJson: it is not JSON, or it holds what no message does: NaN, an infinity or a number no
            database takes, a key twice, half of a surrogate pair, values without end.
    """
    _weigh(data)
    try:
        value = _DECODER.decode(data.decode())
    except (ValueError, RecursionError):
        raise BadJson("the body is not JSON that a message could be") from None
    if _brackets(data) > DEEPEST or _has_half_pairs(data):
        _inspect(value)
    return value


def read_object(data: bytes) -> dict[str, Any]:
    """The same for a body that must be an object."""
    value = read_json(data)
    if not isinstance(value, dict):
        raise BadJson("the body is not a JSON object")
    return value


def _brackets(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _has_too_many_brackets(data: bytes) -> bool:
    return len(data) > MOST_BRACKETS and _brackets(data) > MOST_BRACKETS


def _has_half_pairs(data: bytes) -> bool:
    """Whether it may hold half of a surrogate pair."""
    return b"\\" in data and (b"\\ud" in data or b"\\uD" in data)


def _weigh(data: bytes) -> None:
    """Refuses by counting what would cost time to parse; text inside strings costs none."""
    if _has_too_many_brackets(data):
        raise BadJson("the body has too many brackets")
    if len(data) <= MOST_VALUES or data.count(b",") <= MOST_VALUES:
        return
    pieces = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    if pieces.count(b'"') > MOST_QUOTES:
        raise BadJson("the body has too many strings")
    if b"".join(pieces.split(b'"')[::2]).count(b",") > MOST_VALUES:
        raise BadJson("the body has too many values")


def _inspect(value: Any) -> None:
    """Walks a parsed value without recursion, for what the parser lets through."""
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        _inspect_texts(level)
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise BadJson("the body is nested too deeply")


def _inside(value: Any) -> Iterable[Any]:
    if type(value) is dict:
        return (*value, *value.values())
    return value if type(value) is list else ()


def _inspect_texts(values: list[Any]) -> None:
    try:
        for value in values:
            if type(value) is str and not value.isascii():
                value.encode()
    except UnicodeEncodeError:
        raise BadJson("the body holds half of a surrogate pair") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key stands there twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _integer(digits: str) -> int:
    value = int(digits)
    if not -LARGEST_INTEGER <= value < LARGEST_INTEGER:
        raise ValueError("no database takes that number")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError("a number without end")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once,
    parse_constant=_no_constant,
    parse_int=_integer,
    parse_float=_number,
)
