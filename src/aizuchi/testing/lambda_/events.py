"""HTTP requests as API Gateway (v1, v2) and function URLs hand them over, and answers back."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote

Form = Literal["v1", "v2", "url"]
TEXT = ("text/", "application/json", "application/javascript", "application/xml")
FAILED = json.dumps({"message": "Internal Server Error"}).encode()


class Asked(NamedTuple):
    """A request over HTTP; headers in their order, with the letters that they came in."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    from_address: str = "127.0.0.1"
    at: float = 0.0


class Answer(NamedTuple):
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def event_of(asked: Asked, form: Form) -> bytes:
    """The event that the function gets."""
    event = _v1(asked) if form == "v1" else _v2(asked, form)
    return json.dumps(event).encode()


# ── payload format 2.0 ────────────────────────────────────────────────────────


def _v2(asked: Asked, form: Form) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, value in asked.headers:
        small = name.lower()
        headers[small] = f"{headers[small]},{value}" if small in headers else value
    cookies = headers.pop("cookie", "")
    headers |= {"x-forwarded-proto": "https", "x-forwarded-for": asked.from_address}
    query: dict[str, str] = {}
    for name, value in parse_qsl(asked.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": unquote(asked.path),
        "rawQueryString": asked.query,
        **({"cookies": cookies.split("; ")} if cookies else {}),
        "headers": headers,
        **({"queryStringParameters": query} if query else {}),
        "requestContext": _context(asked, headers, form),
        **_body(asked, headers.get("content-type", "")),
    }


def _context(asked: Asked, headers: Mapping[str, str], form: Form) -> dict[str, Any]:
    """AWS finds the function by the name of the host, so that is its own."""
    place = "lambda-url" if form == "url" else "execute-api"
    own = f"aizuchi.{place}.us-east-1.{'on.aws' if form == 'url' else 'amazonaws.com'}"
    return {
        "accountId": "anonymous" if form == "url" else "000000000000",
        "apiId": "aizuchi",
        "domainName": headers.get("host", own),
        "domainPrefix": "aizuchi",
        "http": {
            "method": asked.method,
            "path": unquote(asked.path),
            "protocol": "HTTP/1.1",
            "sourceIp": asked.from_address,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": "00000000-0000-4000-8000-000000000000",
        "routeKey": "$default",
        "stage": "$default",
        "time": "",
        "timeEpoch": int(asked.at * 1000),
    }


def _body(asked: Asked, kind: str) -> dict[str, Any]:
    """Text of a few kinds comes plainly, everything else, forms too, in base64."""
    if not asked.body:
        return {"isBase64Encoded": False}
    plain = _as_text(asked.body) if kind.startswith(TEXT) else None
    if plain is None:
        return {"body": base64.b64encode(asked.body).decode(), "isBase64Encoded": True}
    return {"body": plain, "isBase64Encoded": False}


def _as_text(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


# ── payload format 1.0 ────────────────────────────────────────────────────────


def _v1(asked: Asked) -> dict[str, Any]:
    """Headers keep their letters; of a name that comes twice the last one stands alone. A REST API
    without binary media types reads every body as text."""
    several: dict[str, list[str]] = {}
    for name, value in asked.headers:
        several.setdefault(name, []).append(value)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(asked.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return {
        "version": "1.0",
        "resource": "/{proxy+}",
        "path": unquote(asked.path),
        "httpMethod": asked.method,
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": unquote(asked.path).lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "aizuchi",
            "httpMethod": asked.method,
            "identity": {"sourceIp": asked.from_address},
            "path": unquote(asked.path),
            "protocol": "HTTP/1.1",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "requestTimeEpoch": int(asked.at * 1000),
            "stage": "prod",
        },
        "body": asked.body.decode("utf-8", "replace") if asked.body else None,
        "isBase64Encoded": False,
    }


# ── answers ───────────────────────────────────────────────────────────────────


def answer_of(returned: bytes, form: Form) -> Answer:
    """What the caller gets; 502 (500 with payload 2.0) where the function returned no answer."""
    wrong = Answer(502 if form != "v2" else 500, [("content-type", "application/json")], FAILED)
    try:
        answer = json.loads(returned)
    except ValueError:
        return wrong
    if form != "v1" and not (isinstance(answer, dict) and "statusCode" in answer):
        plain = answer if isinstance(answer, str) else json.dumps(answer)
        return Answer(200, [("content-type", "application/json")], plain.encode())
    return _answer(answer, wrong)


def _answer(answer: Any, wrong: Answer) -> Answer:
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        return wrong
    body = answer.get("body") or ""
    if not isinstance(body, str):
        return wrong
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Answer(answer["statusCode"], headers_of(answer), content)


def headers_of(answer: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    several = answer.get("multiValueHeaders") or {}
    return [
        *((name, str(value)) for name, value in (answer.get("headers") or {}).items()),
        *((name, str(value)) for name, values in several.items() for value in values),
        *(("set-cookie", cookie) for cookie in answer.get("cookies") or ()),
    ]
