"""A request of a platform as AWS's gateways hand it to a function."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from aizuchi.events import HttpRequest
from aizuchi.testing.lambda_.events import Asked, Form, event_of
from aizuchi.testing.virtual_time import EPOCH

Event = dict[str, Any]
Shape = Callable[[HttpRequest], Event]


def http_api(request: HttpRequest, at: float = EPOCH, form: Form = "v2") -> Event:
    headers = [(name.decode(), value.decode("latin-1")) for name, value in request.headers]
    asked = Asked(request.method, request.path, request.query, headers, request.body, at=at)
    event: Event = json.loads(event_of(asked, form))
    return event


def http_api_as_text(request: HttpRequest) -> Event:
    """With a body that is told to be text, as JSON is."""
    typed = request._replace(headers=(*request.headers, (b"content-type", b"application/json")))
    return http_api(typed)


def staged_http_api(request: HttpRequest) -> Event:
    """A stage of its own stands in the path."""
    return {**http_api(request), "rawPath": f"/prod{request.path}"}


def function_url(request: HttpRequest) -> Event:
    return http_api(request, form="url")


def rest_api(request: HttpRequest) -> Event:
    """One that takes what is no text for binary. It keeps the letters of names."""
    named = tuple((name.title(), value) for name, value in request.headers)
    event = http_api(request._replace(headers=named), form="v1")
    try:
        request.body.decode()
    except UnicodeDecodeError:
        return {**event, "body": b64encode(request.body).decode(), "isBase64Encoded": True}
    return event


SHAPES = (http_api, http_api_as_text, staged_http_api, function_url, rest_api)
