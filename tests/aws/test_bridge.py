"""A request of a function URL as our app takes it, and the app's response as the URL takes that."""

import json
from base64 import b64encode
from typing import Any

import pytest

from aizuchi.events import HttpRequest
from aizuchi.hosts.aws_lambda.bridge import Call, call_of, head_of, prelude_of, returned
from aizuchi.hosts.aws_lambda.gateway import NotHttp
from aizuchi.surfaces.web.auth import Gate
from aizuchi.surfaces.web.calls import OWN_HOST
from aizuchi.testing.lambda_.events import Asked, answer_of, event_of

NAME = "abc.lambda-url.eu-west-1.on.aws"


def event(body: bytes = b"", *more: tuple[str, str], path: str = "/api/chat") -> dict[str, Any]:
    headers = [("Host", NAME), ("Content-Type", "application/json"), *more]
    made: dict[str, Any] = json.loads(
        event_of(Asked("POST", path, "a=1&b=%20", headers, body, "203.0.113.7"), "url")
    )
    return made


def headers(call: Call) -> dict[bytes, bytes]:
    return dict(call.scope["headers"])


def test_a_request_comes_apart() -> None:
    call = call_of(event("{…}".encode(), ("X-A", "1"), ("X-A", "2")))
    scope = call.scope
    assert (scope["method"], scope["path"], scope["query_string"]) == (
        "POST",
        "/api/chat",
        b"a=1&b=%20",
    )
    assert (scope["client"][0], scope["scheme"], scope[OWN_HOST]) == ("203.0.113.7", "https", NAME)
    assert headers(call)[b"host"] == NAME.encode()
    assert headers(call)[b"x-a"] == b"1,2"
    assert call.body.decode() == "{…}"


def test_cookies_are_one_header_again() -> None:
    call = call_of(event(b"", ("Cookie", "a=1; aizuchi=2")))
    assert headers(call)[b"cookie"] == b"a=1; aizuchi=2"


def test_cookies_that_stand_among_the_headers_too_are_not_doubled() -> None:
    both = event(b"", ("Cookie", "a=1; aizuchi=2"))
    both["headers"]["cookie"] = "a=1; aizuchi=2"
    named = [name for name, _ in call_of(both).scope["headers"]]
    assert named.count(b"cookie") == 1


@pytest.mark.parametrize("body", [b"\xff\x00", b"", b'{"a":1}'])
def test_a_body_is_whole_again(body: bytes) -> None:
    assert call_of(event(body)).body == body


@pytest.mark.parametrize("path", ["/api/chat/a%2Fb", "/api/chat/a/b", "/チャット"])
def test_a_path_may_be_quoted_or_not(path: str) -> None:
    """The documents of AWS do not say whether `rawPath` is."""
    given = {**event(), "rawPath": path}
    assert call_of(given).scope["path"] == path.replace("%2F", "/")


def test_a_request_came_over_tls_where_nobody_says_otherwise() -> None:
    bare = event()
    del bare["headers"]["x-forwarded-proto"]
    assert headers(call_of(bare))[b"x-forwarded-proto"] == b"https"


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        "GET /",
        {},
        {"Records": []},
        {"rawPath": "/"},
        {"rawPath": 1, "requestContext": {"http": {"method": "GET"}}},
        {"rawPath": "/", "requestContext": {"http": {"method": None}}},
        {"rawPath": "/", "requestContext": "x"},
        {"rawPath": "/", "requestContext": {"http": {"method": "GET"}}, "body": 7},
        {
            "rawPath": "/",
            "requestContext": {"http": {"method": "GET"}},
            "body": "§",
            "isBase64Encoded": True,
        },
    ],
)
def test_what_is_no_request_is_told_apart(wrong: object) -> None:
    with pytest.raises(NotHttp):
        call_of(wrong)


def test_odd_values_harm_nothing() -> None:
    odd: dict[str, Any] = {
        "rawPath": "/\ud800",
        "rawQueryString": None,
        "cookies": "a=1",
        "headers": {"X-Number": 1, "x-none": None},
        "requestContext": {"http": {"method": "GET"}, "domainName": None},
    }
    call = call_of(odd)
    assert headers(call)[b"x-number"] == b"1"
    assert call.scope[OWN_HOST] == ""


# ── responses ────────────────────────────────────────────────────────────────

START = {
    "type": "http.response.start",
    "status": 201,
    "headers": [
        (b"Content-Type", b"text/plain"),
        (b"set-cookie", b"a=1; HttpOnly"),
        (b"set-cookie", b"b=2, c"),
        (b"vary", b"cookie"),
        (b"vary", b"accept"),
        (b"connection", b"close"),
        (b"content-length", b"3"),
    ],
}


def test_a_head_has_its_cookies_apart() -> None:
    assert head_of(START) == {
        "statusCode": 201,
        "headers": {"content-type": "text/plain", "vary": "cookie, accept"},
        "cookies": ["a=1; HttpOnly", "b=2, c"],
    }


def test_a_stream_begins_with_its_head() -> None:
    head, zeros, rest = prelude_of(head_of(START)).partition(b"\0" * 8)
    assert json.loads(head) == head_of(START)
    assert (len(zeros), rest) == (8, b"")


@pytest.mark.parametrize("body", ["いいね".encode(), b"", b"\xff\xfe\x00"])
def test_a_whole_response_comes_through_a_gateway_as_it_is(body: bytes) -> None:
    answer = answer_of(json.dumps(returned(head_of(START), body)).encode(), "url")
    assert (answer.status, answer.body) == (201, body)
    assert ("set-cookie", "b=2, c") in answer.headers


def test_what_is_compressed_is_told_as_base64() -> None:
    told = returned({"statusCode": 200, "headers": {"content-encoding": "gzip"}}, b"abc")
    assert (told["body"], told["isBase64Encoded"]) == (b64encode(b"abc").decode(), True)


# ── who is let in ────────────────────────────────────────────────────────────


class Nobody:
    def person_of(self, token: str) -> str | None:
        return None

    def person_of_cookie(self, cookie: str) -> str | None:
        return None


@pytest.mark.parametrize(
    ("host", "origin", "own_host", "is_let_in"),
    [
        (NAME, f"https://{NAME}", NAME, True),
        (NAME.upper(), "", NAME, True),
        (NAME, "https://chat.example", NAME, True),
        (NAME, "https://evil.example", NAME, False),
        (NAME, "", "", False),
        ("evil.example", "", NAME, False),
        ("", "", "", False),
    ],
)
def test_its_own_name_opens_the_door_and_no_other(
    host: str, origin: str, own_host: str, is_let_in: bool
) -> None:
    """A domain of the operator's own stands in front, where `[web] hosts` names it."""
    gate = Gate(Nobody(), hosts=("chat.example",))
    given = ((b"host", host.encode()), *([(b"origin", origin.encode())] if origin else ()))
    request = HttpRequest("POST", "/api/chat", "", given, b"", own_host=own_host)
    assert (gate.refuse_place(request) is None) is is_let_in
