"""How API Gateway and function URLs hand over a request, and take its response."""

from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aizuchi.events import HttpRequest, HttpResponse

Event = Mapping[str, Any]

LONGEST_WAY_S = 30.0
"""A gateway gives up after so long, so an older time of arrival is another clock's."""

HOP_BY_HOP = frozenset({b"connection"})
"""What is between the gateway and its client, and not ours to say."""


class NotHttp(Exception):
    """The event is no request that a gateway handed over."""


class Arrived(NamedTuple):
    """A request, and when the gateway got it: by its clock, which is AWS's as ours is."""

    request: HttpRequest
    at: float


def read_event(event: object, now: float) -> Arrived:
    """The request of an event: of an HTTP API or a function URL (payload 2.0), or of a REST API.

    Raises:
        NotHttp: it is none.
    """
    if not isinstance(event, Mapping):
        raise NotHttp
    context = mapping(event, "requestContext")
    method = mapping(context, "http").get("method") or event.get("httpMethod")
    path = event.get("rawPath") or event.get("path")
    if not isinstance(method, str) or not isinstance(path, str):
        raise NotHttp
    request = HttpRequest(method, path, "", tuple(_headers(event)), body_of(event))
    return Arrived(request, _arrived(context, now))


def write_response(answer: HttpResponse) -> Mapping[str, Any]:
    """A response as any of the gateways takes it."""
    headers = {
        name.decode(): value.decode() for name, value in answer.headers if name not in HOP_BY_HOP
    }
    if answer.body:
        headers["content-type"] = answer.content_type
    body = answer.body.decode()
    return {"statusCode": answer.status, "headers": headers, "body": body, "isBase64Encoded": False}


def mapping(event: object, name: str) -> Event:
    value = event.get(name) if isinstance(event, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _headers(event: Event) -> Iterator[tuple[bytes, bytes]]:
    """What stands there twice does so in the multi-value form; the newer payload joins the values
    with a comma, and a signature is then none."""
    single = {name: (value,) for name, value in mapping(event, "headers").items()}
    for name, values in {**single, **mapping(event, "multiValueHeaders")}.items():
        yield from ((raw(name).lower(), raw(value)) for value in values)


def raw(text: object) -> bytes:
    """A value of a header."""
    return str(text).encode("utf-8", "replace")


def body_of(event: Event) -> bytes:
    body = event.get("body") or ""
    if not isinstance(body, str):
        raise NotHttp
    if not event.get("isBase64Encoded"):
        return body.encode("utf-8", "replace")
    try:
        return a2b_base64(body, strict_mode=True)
    except ValueError:
        raise NotHttp from None


def _arrived(context: Event, now: float) -> float:
    stamp = context.get("timeEpoch") or context.get("requestTimeEpoch")
    at = stamp / 1000 if isinstance(stamp, int) else now
    return at if now - LONGEST_WAY_S < at <= now else now
