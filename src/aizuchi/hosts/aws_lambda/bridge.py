"""Between the events of a function URL or an HTTP API (payload 2.0) and our ASGI app. Pure."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.types import Message, Scope

from aizuchi.hosts.aws_lambda.gateway import Event, NotHttp, body_of, mapping, raw
from aizuchi.surfaces.web.calls import OWN_HOST

END_OF_PRELUDE = b"\0" * 8
STREAMED = "application/vnd.awslambda.http-integration-response"
"""The type of a response that begins with its head, as JSON, and those eight zeros."""

PROTO = b"x-forwarded-proto"
GATEWAYS_OWN = frozenset({b"connection", b"content-length", b"transfer-encoding"})
"""What a gateway says to its client by itself."""

Head = Mapping[str, Any]


class Call(NamedTuple):
    """A request as an ASGI app takes it, with its whole body."""

    scope: Scope
    body: bytes


def call_of(event: object) -> Call:
    """The request of an event; AWS routes it by the name in it, and lets nobody in but by TLS.

    Raises:
        NotHttp: it is none.
    """
    if not isinstance(event, Mapping):
        raise NotHttp
    context = mapping(event, "requestContext")
    http, name = mapping(context, "http"), str(context.get("domainName") or "").lower()
    method, path = http.get("method"), event.get("rawPath")
    if not isinstance(method, str) or not isinstance(path, str):
        raise NotHttp
    raw_path = path.encode("utf-8", "replace")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(raw_path.decode()),
        "raw_path": raw_path,
        "query_string": str(event.get("rawQueryString") or "").encode("utf-8", "replace"),
        "root_path": "",
        "headers": _headers(event),
        "client": (str(http.get("sourceIp", "")), 0),
        "server": (name, 443),
        OWN_HOST: name,
    }
    return Call(scope, body_of(event))


def head_of(start: Message) -> Head:
    """The head of a response; cookies stand apart, as each is a header of its own."""
    told: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in start["headers"]:
        text, key = value.decode("latin-1"), name.decode("latin-1").lower()
        if key == "set-cookie":
            cookies.append(text)
        elif name not in GATEWAYS_OWN:
            told[key] = f"{told[key]}, {text}" if key in told else text
    return {"statusCode": start["status"], "headers": told, "cookies": cookies}


def prelude_of(head: Head) -> bytes:
    """What a streamed response begins with."""
    return json.dumps(head, separators=(",", ":")).encode() + END_OF_PRELUDE


def returned(head: Head, body: bytes) -> Mapping[str, Any]:
    """A whole response as a function returns it: what is no text is told as base64."""
    text = None if "content-encoding" in head["headers"] else _text(body)
    if text is None:
        return {**head, "body": b64encode(body).decode("ascii"), "isBase64Encoded": True}
    return {**head, "body": text, "isBase64Encoded": False}


def _headers(event: Event) -> list[tuple[bytes, bytes]]:
    """Of each name there is one; cookies come apart, and belong together."""
    told = {PROTO: b"https"}
    told |= {raw(name).lower(): raw(value) for name, value in mapping(event, "headers").items()}
    cookies = event.get("cookies")
    if isinstance(cookies, list) and cookies:
        told[b"cookie"] = raw("; ".join(map(str, cookies)))
    return [*told.items()]


def _text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None
