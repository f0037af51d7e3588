"""Discord's HTTP API: one call, one reply; what nobody knows of is apart from what was refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx2

from aizuchi.operations import Busy, Doubtful, Refused
from aizuchi.surfaces.discord.buckets import SOON_S, Buckets, Route
from aizuchi.surfaces.discord.mends import ERRORS, MENDS

CALL_S = 5.0
CONNECT_S = 3.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
USER_AGENT = "DiscordBot (https://aizuchi.example, 0.1)"
"""Of the form that Discord asks for; others are turned away by what guards it."""


class Answer(NamedTuple):
    """The reply to a call that was done: an object, or the objects of a list."""

    fields: Mapping[str, Any] = {}
    listed: Sequence[Mapping[str, Any]] = ()

    @property
    def id(self) -> str:
        return str(self.fields.get("id", ""))


Reply = Answer | Busy | Doubtful | Refused


class File(NamedTuple):
    """What is sent along with a call."""

    name: str
    content: bytes


class Call(NamedTuple):
    """A call: `ids` stand in the address in the order of its places, the first one is counted by.
    One that is not `by_bot` has the token of an interaction in its address instead."""

    method: str
    template: str
    ids: tuple[str, ...] = ()
    by_bot: bool = True

    @property
    def path(self) -> str:
        return self.template.format(*(quote(each, safe="@") for each in self.ids))

    @property
    def route(self) -> Route:
        major = self.ids[: 1 if self.by_bot else 2]
        return Route(self.method, self.template, "/".join(major))


@asynccontextmanager
async def open_client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
    """The one client of the process; it repeats nothing by itself."""
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
    timeout = httpx2.Timeout(CALL_S, connect=CONNECT_S)
    proxied = urlsplit(base).hostname not in LOOPBACK
    async with httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=proxied) as client:
        yield client


class Rest:
    """Calls Discord, with the bot's token where there is one, and never before it may."""

    def __init__(self, client: httpx2.AsyncClient, base: str, token: str) -> None:
        self._client, self._base, self._token = client, base.rstrip("/"), token
        self._buckets = Buckets()

    @property
    def has_token(self) -> bool:
        return bool(self._token)

    async def call(
        self,
        call: Call,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        file: File | None = None,
    ) -> Reply:
        if call.by_bot and not self._token:
            return refused("no_token")
        if wait_s := self._buckets.wait_s(call.route, _now(), by_bot=call.by_bot):
            return Busy(wait_s)
        try:
            response = await self._client.request(
                call.method,
                f"{self._base}{call.path}",
                headers=self._headers(call),
                params=query,
                **_content(body, file),
            )
        except httpx2.TransportError as error:
            return _unanswered(error)
        return self._reply(call.route, response)

    def _headers(self, call: Call) -> dict[str, str]:
        identity = {"user-agent": USER_AGENT}
        return {**identity, "authorization": f"Bot {self._token}"} if call.by_bot else identity

    def _reply(self, route: Route, response: httpx2.Response) -> Reply:
        said, now = _said(response), _now()
        self._buckets.saw(route, response.headers, now)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return Busy(self._buckets.limited(route, response.headers, said, now) or SOON_S)
        if response.is_success:
            return _answer(said)
        if response.is_server_error or not response.is_client_error:
            return Doubtful()
        return refused(_error(response.status_code, said))


def _now() -> float:
    return asyncio.get_running_loop().time()


def refused(code: str) -> Refused:
    return Refused(code, MENDS.get(code, ""))


def _content(body: Mapping[str, Any] | None, file: File | None) -> dict[str, Any]:
    if file is None:
        return {} if body is None else {"json": body}
    attached = {**(body or {}), "attachments": [{"id": 0, "filename": file.name}]}
    payload = json.dumps(attached, ensure_ascii=False).encode()
    return {
        "files": {
            "payload_json": (None, payload, "application/json"),
            "files[0]": (file.name, file.content, "text/markdown; charset=utf-8"),
        }
    }


def _said(response: httpx2.Response) -> Any:
    try:
        return response.json() if response.content else {}
    except ValueError:
        return None


def _answer(said: Any) -> Reply:
    """What nobody can read was done nevertheless, perhaps."""
    if isinstance(said, list):
        return Answer(listed=[each for each in said if isinstance(each, dict)])
    return Answer(said) if isinstance(said, dict) else Doubtful()


def _error(status: int, said: Any) -> str:
    code = said.get("code") if isinstance(said, dict) else None
    named = ERRORS.get(code) if isinstance(code, int) else None
    return named or {401: "unauthorized", 403: "forbidden", 404: "not_found"}.get(
        status, f"error_{code or status}"
    )


def _unanswered(error: httpx2.TransportError) -> Busy | Doubtful:
    """Where no connection was made, nothing was done."""
    never_left = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    return Busy(SOON_S) if never_left else Doubtful()
