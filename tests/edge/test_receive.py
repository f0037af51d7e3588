"""The edge: doors, then authentication, then reading; and how little of Python it needs."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from aizuchi.edge import API, WEBHOOK, receive
from aizuchi.events import Event, HttpRequest, HttpResponse, Message, Place, Reception, Sender

HEAVY = {"asyncio", "dataclasses", "starlette", "http.client", "ssl", "inspect", "email", "logging"}


class Post:
    """A surface whose requests are authentic when they say so."""

    def __init__(self) -> None:
        self.asked: list[HttpRequest] = []

    def authenticate(self, request: HttpRequest, *, now: float) -> Event | HttpResponse:
        self.asked.append(request)
        authentic = request.header(b"x-signed") == b"yes"
        return Event("message", "ann", {"text": "Hi"}) if authentic else HttpResponse(401)

    def read(self, event: Event, *, now: float) -> Reception:
        sender = Sender(event.person or "")
        message = Message("t", "post", "home", "c", Place("c", "private"), sender, "Hi")
        return Reception((message,))

    def render(self, markdown: str, *, growing: bool = False) -> Sequence[str]:
        return [markdown]


def request(body: bytes = b"{}", method: str = "POST", **headers: str) -> HttpRequest:
    named = {"x_signed": "yes", **headers}
    pairs = tuple((key.replace("_", "-").encode(), value.encode()) for key, value in named.items())
    return HttpRequest(method, "/post", "", pairs, body)


def status(asked: HttpRequest) -> int:
    reception = receive(Post(), asked, now=0)
    return reception.status if isinstance(reception, HttpResponse) else 200


def test_an_authentic_request_becomes_a_reception() -> None:
    reception = receive(Post(), request(), now=0)
    assert isinstance(reception, Reception)
    assert [message.text for message in reception.messages] == ["Hi"]


def test_what_is_not_authentic_is_answered_by_the_surface() -> None:
    assert status(request(x_signed="no")) == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "post", ""])
def test_another_method_is_405(method: str) -> None:
    assert status(request(method=method)) == 405


@pytest.mark.parametrize(("size", "expected"), [(256 * 1024, 200), (256 * 1024 + 1, 413)])
def test_a_webhooks_body_has_a_limit(size: int, expected: int) -> None:
    assert status(request(b" " * size)) == expected


def test_the_web_takes_a_larger_body() -> None:
    large = request(b" " * (1024 * 1024))
    assert isinstance(receive(Post(), large, now=0, door=API), Reception)
    assert WEBHOOK.most_bytes < API.most_bytes


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", ""])
def test_an_encoded_body_is_415(encoding: str) -> None:
    assert status(request(content_encoding=encoding)) == 415


def test_a_body_that_says_it_is_as_it_is_is_taken() -> None:
    assert status(request(content_encoding="identity")) == 200


@pytest.mark.parametrize(("count", "expected"), [(10_000, 200), (10_001, 400)])
def test_too_many_brackets_are_400_before_anybody_looks(count: int, expected: int) -> None:
    surface = Post()
    reception = receive(surface, request(b"[{" * (count // 2) + b"[" * (count % 2)), now=0)
    assert (reception.status if isinstance(reception, HttpResponse) else 200) == expected
    assert len(surface.asked) == (expected == 200)


def test_the_edge_and_a_surface_need_almost_nothing() -> None:
    """It runs cold on a function, against a clock; the target is 60 ms over the interpreter."""
    script = (
        "import json, sys; before = set(sys.modules);"
        "import aizuchi.edge, aizuchi.surfaces.web;"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    loaded = set(json.loads(ran.stdout))
    assert not HEAVY & loaded
    assert len([name for name in loaded if name.startswith("aizuchi")]) <= 25
    assert len([name for name in loaded if not name.startswith("aizuchi")]) <= 60
