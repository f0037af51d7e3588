"""Delivering to the app: over HTTP or a socket, within three seconds, again on Slack's schedule."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, assert_never
from urllib.parse import urlencode

import httpx2

from aizuchi.simulator.clock import Clock
from aizuchi.simulator.slack.events import Parcel
from aizuchi.simulator.slack.signing import signed_headers

ACK_WITHIN_S = 3.0
AGAIN_AFTER_S = (0.0, 60.0, 300.0)
WRONG_SECRET = "not-the-signing-secret"


class Ack(NamedTuple):
    """How the app took a delivery: a status, or why there was none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    reason: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class Attempt(NamedTuple):
    """Which delivery of a parcel it is, counted from 0, and why it is not the first."""

    number: int = 0
    reason: str = ""
    bad_signature: bool = False


Carrier = Callable[[Parcel, Attempt], Awaitable[Ack]]


class Delivery:
    """A parcel on its way. `acks` has one for each attempt; `first` is the first of them."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.acks: list[Ack] = []
        self.first: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()

    def taken(self, ack: Ack) -> None:
        self.acks.append(ack)
        if not self.first.done():
            self.first.set_result(ack)


class Deliveries:
    """Everything that is under way; `close` ends it."""

    def __init__(self, clock: Clock, carry: Carrier) -> None:
        self.log: list[Delivery] = []
        self._clock, self._carry = clock, carry
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, parcel: Parcel, attempt: Attempt = Attempt()) -> Delivery:
        """Delivers in the background, again and again until it is acknowledged."""
        delivery = Delivery(parcel)
        self.log.append(delivery)
        task = asyncio.create_task(self._deliver(delivery, attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    @property
    def waiting(self) -> int:
        """How many are not over yet."""
        return len(self._tasks)

    async def close(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, delivery: Delivery, attempt: Attempt) -> None:
        for wait_s in (*AGAIN_AFTER_S, None):
            ack = await self._carry(delivery.parcel, attempt)
            delivery.taken(ack)
            refused_for_good = ack.headers.get("x-slack-no-retry") == "1"
            over = ack.is_good or refused_for_good or not delivery.parcel.comes_again
            if over or wait_s is None or attempt.number >= len(AGAIN_AFTER_S):
                return
            await self._clock.sleep(wait_s)
            attempt = attempt._replace(number=attempt.number + 1, reason=ack.reason)


class HttpCarrier:
    """Signed requests to the app's one address. One that was not answered in time goes on."""

    def __init__(self, clock: Clock, secret: str, client: httpx2.AsyncClient, url: str) -> None:
        self._clock, self._secret = clock, secret
        self._client, self._url = client, url
        self._late: set[asyncio.Task[Ack]] = set()

    async def __call__(self, parcel: Parcel, attempt: Attempt) -> Ack:
        body, kind = body_of(parcel)
        secret = WRONG_SECRET if attempt.bad_signature else self._secret
        headers = {"content-type": kind, **signed_headers(secret, self._clock(), body)}
        if attempt.number:
            headers["x-slack-retry-num"] = str(attempt.number)
            headers["x-slack-retry-reason"] = attempt.reason or "http_timeout"
        return await self._within(asyncio.create_task(self._post(body, headers)))

    async def close(self) -> None:
        late = tuple(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _within(self, task: asyncio.Task[Ack]) -> Ack:
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        done, _ = await asyncio.wait({task}, timeout=ACK_WITHIN_S)
        return task.result() if done else Ack(0, reason="http_timeout")

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Ack:
        try:
            response = await self._client.post(
                self._url, content=body, headers=headers, timeout=60.0
            )
        except httpx2.TransportError:
            return Ack(0, reason="connection_failed")
        reason = "" if response.is_success else "http_error"
        return Ack(response.status_code, response.content, response.headers, reason)


def body_of(parcel: Parcel) -> tuple[bytes, str]:
    """A parcel as the body of a request, and its content type."""
    match parcel.kind:
        case "events_api":
            return _json(parcel), "application/json"
        case "slash_commands":
            fields = {name: value for name, value in parcel.payload.items() if value is not None}
        case "interactive":
            fields = {"payload": _json(parcel).decode()}
        case _:
            assert_never(parcel.kind)
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _json(parcel: Parcel) -> bytes:
    return json.dumps(parcel.payload, ensure_ascii=False, separators=(",", ":")).encode()
