"""Slack's Web API: one call, one reply; what none came of is told apart from what was refused."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from aizuchi.operations import Busy, Doubtful, Refused
from aizuchi.surfaces.slack.mends import MENDS

CALL_S = 5.0
CONNECT_S = 3.0
SOON_S = 2.0
"""How long to wait where Slack cannot be reached, or says no time itself."""

LONGEST_PAUSE_S = 3_600.0
"""No limit of Slack's lasts longer, whatever a reply says."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LIMITED = ("ratelimited", "rate_limited")
IN_DOUBT = ("fatal_error", "internal_error", "request_timeout", "service_unavailable")
"""Errors of Slack's own side: some of the call may have been done."""


class Answer(NamedTuple):
    """The reply to a call that was done."""

    fields: Mapping[str, Any]

    @property
    def ts(self) -> str:
        return str(self.fields.get("ts", ""))


Reply = Answer | Busy | Doubtful | Refused


@asynccontextmanager
async def open_client(base: str) -> AsyncIterator[httpx2.AsyncClient]:
    """The one client of the process; it repeats nothing by itself."""
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
    timeout = httpx2.Timeout(CALL_S, connect=CONNECT_S)
    proxied = urlsplit(base).hostname not in LOOPBACK
    async with httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=proxied) as client:
        yield client


class WebApi:
    """Calls methods with the token of a team: its own or, without one, the one under no name."""

    def __init__(self, client: httpx2.AsyncClient, base: str, tokens: Mapping[str, str]) -> None:
        self._client, self._base, self._tokens = client, base.rstrip("/"), tokens
        self.scopes: dict[str, frozenset[str]] = {}

    @property
    def teams(self) -> Collection[str]:
        """Those with a token; an empty name stands for any other."""
        return self._tokens.keys()

    async def call(self, method: str, team: str, arguments: Mapping[str, Any]) -> Reply:
        """A call that writes."""
        return await self._send(method, team, json=_given(arguments))

    async def read(self, method: str, team: str, arguments: Mapping[str, Any]) -> Reply:
        """A call that reads: those take no JSON."""
        return await self._send(method, team, data=_given(arguments))

    async def respond(self, url: str, body: Mapping[str, Any]) -> Reply:
        """A use of a `response_url`, which needs no token and answers in words."""
        try:
            response = await self._client.post(url, json=body)
        except httpx2.InvalidURL:
            return refused("invalid_url")
        except httpx2.RequestError as error:
            return _unanswered(error)
        if response.is_success:
            return Answer({})
        return _failed(response) or refused(_error(response) or "invalid_url")

    async def _send(self, method: str, team: str, **content: Any) -> Reply:
        token = self._tokens.get(team) or self._tokens.get("")
        if not token:
            return refused("no_token")
        headers = {"authorization": f"Bearer {token}"}
        try:
            response = await self._client.post(f"{self._base}/{method}", headers=headers, **content)
        except httpx2.RequestError as error:
            return _unanswered(error)
        if scopes := response.headers.get("x-oauth-scopes"):
            self.scopes[team] = frozenset(scope.strip() for scope in scopes.split(","))
        return _failed(response) or _reply(response)


def refused(code: str) -> Refused:
    return Refused(code, MENDS.get(code, ""))


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are there; an empty text may mean something, None does not."""
    return {name: value for name, value in arguments.items() if value is not None}


def _unanswered(error: httpx2.RequestError) -> Busy | Doubtful:
    """Where no connection was made, nothing was done."""
    never_left = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    return Busy(SOON_S) if never_left else Doubtful()


def _failed(response: httpx2.Response) -> Busy | Doubtful | None:
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return Busy(_retry_after_s(response))
    return Doubtful() if response.is_server_error else None


def _reply(response: httpx2.Response) -> Reply:
    fields = _json(response)
    if not isinstance(fields, dict):
        return Doubtful()
    if fields.get("ok"):
        return Answer(fields)
    error = str(fields.get("error", "unknown_error"))
    if error in LIMITED:
        return Busy(_retry_after_s(response))
    return Doubtful() if error in IN_DOUBT else refused(error)


def _retry_after_s(response: httpx2.Response) -> float:
    value = response.headers.get("retry-after", "")
    given = float(value) if value.isascii() and value.isdigit() else SOON_S
    return min(given, LONGEST_PAUSE_S)


def _error(response: httpx2.Response) -> str:
    """The error of a `response_url`: plain text or, as some say, JSON."""
    fields = _json(response)
    return str(fields.get("error", "")) if isinstance(fields, dict) else response.text.strip()[:100]


def _json(response: httpx2.Response) -> Any:
    """What it says, if that is JSON at all."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None
