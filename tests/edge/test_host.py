"""The ASGI app around the edge: bodies, webhooks, probes, the last border."""

import logging
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from starlette.types import Message as AsgiMessage
from starlette.types import Receive, Scope, Send
from tests.edge.test_receive import Post

from aizuchi.errors import StoreUnavailable
from aizuchi.events import HttpResponse, Message, Signal
from aizuchi.hosts.asgi import make_app
from aizuchi.hosts.probes import Probes
from aizuchi.metrics import Metric, figure
from aizuchi.testing.asgi_client import AsgiClient, Response

SIGNED = {"x-signed": "yes"}


class Shelf:
    """An inbox that remembers, and can be full."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.is_full = False

    async def accept(
        self, messages: Sequence[Message], signals: Sequence[Signal]
    ) -> Collection[str]:
        if self.is_full:
            raise StoreUnavailable("no space left on device")
        self.messages += messages
        return {message.turn_id for message in messages}


def client(shelf: Shelf | None = None, probes: Probes = Probes()) -> AsgiClient:
    webhooks = {"/post/events": Post()}
    inbox = shelf or Shelf()
    return AsgiClient(make_app(inbox=inbox, clock=lambda: 0, webhooks=webhooks, probes=probes))


async def post(asking: AsgiClient, **more: object) -> Response:
    return await asking.request("POST", "/post/events", headers=SIGNED, **more)  # type: ignore[arg-type]


async def test_a_message_is_stored_before_it_is_acknowledged() -> None:
    shelf = Shelf()
    assert (await post(client(shelf))).status == 200
    assert [message.text for message in shelf.messages] == ["Hi"]


async def test_a_message_that_cannot_be_stored_is_never_acknowledged() -> None:
    shelf = Shelf()
    shelf.is_full = True
    assert (await post(client(shelf))).status == 503


async def test_an_unsigned_request_stores_nothing() -> None:
    shelf = Shelf()
    assert (await client(shelf).request("POST", "/post/events")).status == 401
    assert shelf.messages == []


async def test_a_large_body_is_refused_at_the_byte_that_is_too_much() -> None:
    async with client().open("POST", "/post/events", body=[b"x" * 1024] * 10_000) as connection:
        assert connection.status == 413
        assert connection.pieces_taken == 257
        assert connection.headers["connection"] == "close"


@pytest.mark.parametrize("length", [str(256 * 1024 + 1), "9" * 30])
async def test_a_body_that_announces_too_much_is_not_read_at_all(length: str) -> None:
    headers = {"content-length": length}
    async with client().open("POST", "/post/events", headers=headers) as connection:
        assert connection.status == 413
        assert connection.pieces_taken == 0


async def test_a_client_that_leaves_is_no_message() -> None:
    shelf = Shelf()
    scope = client(shelf)
    endless = iter(lambda: b"x", b"")
    async with scope.open("POST", "/post/events", body=endless) as connection:
        connection.hang_up()
    assert shelf.messages == []


async def test_other_methods_are_405_and_read_no_body() -> None:
    for method in ("GET", "PUT", "DELETE"):
        async with client().open(method, "/post/events", body=[b"x"] * 10) as connection:
            assert (connection.status, connection.pieces_taken) == (405, 0)
            assert connection.headers["allow"] == "POST"


async def test_what_is_not_there_is_404() -> None:
    assert (await client().request("GET", "/nowhere")).status == 404


async def test_the_process_is_alive_even_where_it_is_not_ready() -> None:
    probes = Probes(ready=lambda: {"the store is open": True, "Slack is connected": False})
    assert (await client(probes=probes).request("GET", "/healthz")).status == 200
    unready = await client(probes=probes).request("GET", "/readyz")
    assert unready.status == 503
    assert unready.text.splitlines() == [
        "not ready: Slack is connected",
        "the store is open: yes",
        "Slack is connected: no",
    ]
    assert (await client().request("GET", "/readyz")).status == 200
    assert (await client().request("HEAD", "/readyz")).body == b""
    assert (await client().request("POST", "/readyz")).status == 405


async def test_probes_answer_to_every_host() -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        headers = {"host": "10.1.2.3:8765", "origin": "http://elsewhere"}
        assert (await client().request("GET", path, headers=headers)).status == 200


async def test_metrics_are_counted_by_route_and_status() -> None:
    answers: Mapping[tuple[tuple[str, str], ...], float] = {(("outcome", 'a"b\\'),): 2}
    extra = [
        Metric("aizuchi_answers_total", "counter", "Answers.", answers),
        figure("aizuchi_open", "gauge", "Open.", 3),
    ]

    async def metrics() -> Iterable[Metric]:
        return extra

    asking = client(probes=Probes(metrics=metrics))
    await post(asking)
    await asking.request("POST", "/post/events")
    lines = (await asking.request("GET", "/metrics")).text.splitlines()
    assert 'aizuchi_http_responses_total{route="/post/events",status="200"} 1' in lines
    assert 'aizuchi_http_responses_total{route="/post/events",status="401"} 1' in lines
    assert "# TYPE aizuchi_answers_total counter" in lines
    assert 'aizuchi_answers_total{outcome="a\\"b\\\\"} 2' in lines
    assert "aizuchi_open 3" in lines


async def test_off_loopback_metrics_need_the_token() -> None:
    asking = client(probes=Probes(open_metrics=False, knows=lambda token: token == "secret"))
    assert (await asking.request("GET", "/metrics")).status == 401
    for token, status in (("secret", 200), ("other", 401)):
        headers = {"authorization": f"Bearer {token}"}
        assert (await asking.request("GET", "/metrics", headers=headers)).status == status


class Broken(Post):
    """A surface with a defect."""

    def authenticate(self, request: object, *, now: float) -> HttpResponse:
        raise ZeroDivisionError("secret of ours")


async def test_a_defect_is_one_line_with_a_number_that_is_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = make_app(inbox=Shelf(), clock=lambda: 0, webhooks={"/post/events": Broken()})
    with caplog.at_level(logging.INFO):
        response = await AsgiClient(app).request("POST", "/post/events")
    assert response.status == 500
    assert "secret" not in response.text
    number = caplog.records[0].getMessage().split("number ")[1][:8]
    assert number in response.text
    assert "Traceback" not in caplog.text


async def test_a_defect_in_the_middle_of_a_stream_cuts_it() -> None:
    async def web(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError

    response = await AsgiClient(make_app(inbox=Shelf(), clock=lambda: 0, web=web)).request(
        "GET", "/"
    )
    assert (response.status, response.body) == (200, b"half")


async def test_a_websocket_is_closed() -> None:
    told: list[str] = []

    async def receive() -> AsgiMessage:
        return {"type": "websocket.connect"}

    async def send(message: AsgiMessage) -> None:
        told.append(message["type"])

    app = make_app(inbox=Shelf(), clock=lambda: 0)
    await app({"type": "websocket", "path": "/ws/chat"}, receive, send)
    assert told == ["websocket.close"]


async def test_the_servers_life_is_followed() -> None:
    lived: list[str] = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        lived.append("up")
        yield
        lived.append("down")

    told: list[str] = []
    asked = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> AsgiMessage:
        return next(asked)

    async def send(message: AsgiMessage) -> None:
        told.append(message["type"])

    app = make_app(inbox=Shelf(), clock=lambda: 0, lifespan=lifespan)
    await app({"type": "lifespan"}, receive, send)
    assert lived == ["up", "down"]
    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
