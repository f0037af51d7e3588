"""A function behind HTTP, as an ASGI app: API Gateway of either format, or a function URL."""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from aizuchi.testing.lambda_.events import Answer, Asked, Form, answer_of, event_of, headers_of
from aizuchi.testing.lambda_.functions import Function
from aizuchi.testing.lambda_.invocations import Invocation, TooLarge

MOST_REQUESTED = 10 * 1024 * 1024
TOO_LARGE = Answer(413, [], b'{"message":"Request Too Long"}')


def gateway_of(
    function: Function,
    form: Form = "v2",
    *,
    streams: bool = False,
    clock: Callable[[], float] = time.time,
) -> ASGIApp:
    """With `streams`, what a function streams is passed on as it comes (RESPONSE_STREAM); where
    it breaks off, so does the connection. That a client has left, no function is told."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        asked = asked_of(scope, await body_of(receive), clock())
        if len(asked.body) > MOST_REQUESTED:
            await _send(send, TOO_LARGE)
            return
        try:
            invocation = function.begin(event_of(asked, form))
        except TooLarge:
            await _send(send, TOO_LARGE)
            return
        if streams:
            await _stream(send, invocation)
        else:
            await _send(send, await _answer(invocation, form))

    return app


async def _answer(invocation: Invocation, form: Form) -> Answer:
    outcome = await invocation.outcome()
    if outcome.kind == "throttled":
        return Answer(429 if form == "url" else 503, [], b'{"message":"Service Unavailable"}')
    if not outcome.is_good:
        return answer_of(b"", form)
    return answer_of(outcome.payload, form)


async def _stream(send: Send, invocation: Invocation) -> None:
    started = False
    async for chunk in invocation.chunks():
        if not started:
            started = True
            await _start(send, _head(invocation))
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if not started:
        await _send(send, await _answer(invocation, "url"))
    elif (await invocation.outcome()).is_good:
        await send({"type": "http.response.body", "body": b""})


def _head(invocation: Invocation) -> Answer:
    prelude = invocation.prelude
    return Answer(prelude.get("statusCode", 200), headers_of(prelude), b"")


async def _send(send: Send, answer: Answer) -> None:
    await _start(send, answer)
    await send({"type": "http.response.body", "body": answer.body})


async def _start(send: Send, answer: Answer) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


def asked_of(scope: Scope, body: bytes, now: float) -> Asked:
    """A request of an ASGI server's."""
    client = scope.get("client") or ("127.0.0.1", 0)
    return Asked(
        scope["method"],
        (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("ascii"),
        scope["query_string"].decode("ascii"),
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body,
        client[0],
        now,
    )


async def body_of(receive: Receive) -> bytes:
    """The whole body that it comes with."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)
