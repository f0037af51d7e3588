"""How AWS's gateways hand a request to a function, in the shapes that its guide gives."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from aizuchi.events import HttpRequest
from aizuchi.testing.virtual_time import EPOCH

Shape = Callable[[HttpRequest], dict[str, Any]]


def http_api(request: HttpRequest, at: float = EPOCH) -> dict[str, Any]:
    """An HTTP API, payload 2.0: names in small letters, values of the same name joined."""
    headers: dict[str, str] = {}
    for name, value in request.headers:
        key, text = name.decode().lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "agent",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": int(at * 1000),
        },
        **_body(request.body),
    }


def http_api_encoded(request: HttpRequest) -> dict[str, Any]:
    """The same, which encodes what is no JSON: forms, too."""
    return {**http_api(request), **_encoded(request.body)}


def staged_http_api(request: HttpRequest) -> dict[str, Any]:
    """A stage of its own stands in the path."""
    return {**http_api(request), "rawPath": f"/prod{request.path}"}


def function_url(request: HttpRequest) -> dict[str, Any]:
    event = http_api(request)
    domain = {"domainName": "abc.lambda-url.eu-west-1.on.aws", "domainPrefix": "abc"}
    return {**event, "requestContext": {**event["requestContext"], **domain}}


def rest_api(request: HttpRequest) -> dict[str, Any]:
    """A REST API: names as they were sent, the last value of each, and all of them."""
    several: dict[str, list[str]] = {}
    for name, value in request.headers:
        several.setdefault(name.decode().title(), []).append(value.decode("latin-1"))
    return {
        "resource": "/{proxy+}",
        "path": request.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": None,
        "requestContext": {
            "httpMethod": request.method,
            "path": f"/prod{request.path}",
            "stage": "prod",
            "requestTimeEpoch": int(EPOCH * 1000),
        },
        **_body(request.body),
    }


def http_api_as_rest(request: HttpRequest) -> dict[str, Any]:
    """An HTTP API that was told to use payload 1.0."""
    return {**rest_api(request), "version": "1.0"}


SHAPES: tuple[Shape, ...] = (
    http_api,
    http_api_encoded,
    staged_http_api,
    function_url,
    rest_api,
    http_api_as_rest,
)


def _body(body: bytes) -> Mapping[str, Any]:
    """Text as it is; bytes that are none can only be encoded."""
    try:
        return {"body": body.decode() or None, "isBase64Encoded": False}
    except UnicodeDecodeError:
        return _encoded(body)


def _encoded(body: bytes) -> Mapping[str, Any]:
    return {"body": b64encode(body).decode(), "isBase64Encoded": True}
