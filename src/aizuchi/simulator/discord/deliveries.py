"""Delivering interactions to the app's endpoint: signed, within three seconds, never again."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx2
from nacl.signing import SigningKey

from aizuchi.simulator.clock import Clock
from aizuchi.simulator.discord.signing import new_key, signed_headers
from aizuchi.simulator.discord.state import ANSWER_WITHIN_S

USER_AGENT = "Discord-Interactions/1.0 (+https://discord.com)"


class Ack(NamedTuple):
    """How the app took a delivery: a status, or why there was none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}
    reason: str = ""

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].strip() == "application/json"

    def json(self) -> dict[str, Any] | None:
        """The response in it; None where there is none."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


class Endpoint:
    """The app's address for interactions. A request that was not answered in time goes on."""

    def __init__(self, clock: Clock, key: SigningKey, client: httpx2.AsyncClient, url: str) -> None:
        self.url = url
        self._clock, self._key, self._client = clock, key, client
        self._late: set[asyncio.Task[Ack]] = set()

    async def deliver(self, payload: Mapping[str, Any], *, bad_signature: bool = False) -> Ack:
        key = new_key() if bad_signature else self._key
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            **signed_headers(key, self._clock(), body),
        }
        task = asyncio.create_task(self._post(body, headers))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_WITHIN_S)
        return task.result() if done else Ack(0, reason="timeout")

    async def close(self) -> None:
        late = tuple(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _post(self, body: bytes, headers: Mapping[str, str]) -> Ack:
        try:
            response = await self._client.post(
                self.url, content=body, headers=headers, timeout=60.0
            )
        except httpx2.TransportError:
            return Ack(0, reason="connection_failed")
        return Ack(response.status_code, response.content, response.headers)


async def probe(endpoint: Endpoint, ping: Mapping[str, Any]) -> list[str]:
    """What is wrong with an endpoint, as Discord finds it when the address is entered and at any
    time afterwards: a PING that is signed, and one that is signed wrongly."""
    good = await endpoint.deliver(ping)
    bad = await endpoint.deliver(ping, bad_signature=True)
    wrong = []
    if good.status != 200 or (good.json() or {}).get("type") != 1:
        wrong.append(f"a PING was answered with {good.status} {good.body[:80]!r}, not with type 1")
    elif not good.is_json:
        wrong.append("the answer to a PING has no Content-Type of application/json")
    if bad.status != 401:
        wrong.append(f"a wrong signature was answered with {bad.status}, not with 401")
    return wrong
