"""Whom we call AWS as: the keys of the environment, or those that a container is handed."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx2

from aizuchi.engines.aws.account import credentials_of
from aizuchi.engines.aws.sigv4 import Credentials
from aizuchi.errors import StoreUnavailable

CONTAINER_HOST = "http://169.254.170.2"
FETCH_S = 2.0
RENEW_BEFORE_S = 300.0
"""Keys that end so soon are asked for anew."""

MEND = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the task a role; a Lambda function "
    "has its role's."
)


class Identity(Protocol):
    async def credentials(self, *, anew: bool = False) -> Credentials:
        """`anew`: those of before were refused."""
        ...


class Given:
    """Keys that stay as they are for as long as the process lives."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def credentials(self, *, anew: bool = False) -> Credentials:
        return self._credentials


class Handed:
    """The keys of a container's role, which change every few hours."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        environ: Mapping[str, str],
        clock: Callable[[], float],
    ) -> None:
        self._http, self._environ, self._clock = http, environ, clock
        self._asking = asyncio.Lock()
        self._credentials: Credentials | None = None
        self._until = 0.0

    async def credentials(self, *, anew: bool = False) -> Credentials:
        async with self._asking:
            now = self._clock()
            if anew or not self._credentials or now > self._until - RENEW_BEFORE_S:
                await self._renew(now)
            assert self._credentials
            return self._credentials

    async def _renew(self, now: float) -> None:
        """Keys that still hold are kept where no new ones can be had."""
        try:
            self._read(await self._ask())
        except (httpx2.HTTPError, OSError, ValueError, KeyError) as error:
            if not self._credentials or now > self._until:
                raise StoreUnavailable(
                    f"The container's AWS credentials cannot be fetched: {type(error).__name__}.",
                    MEND,
                ) from error

    async def _ask(self) -> Mapping[str, Any]:
        environ = self._environ
        relative = environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        address = (
            CONTAINER_HOST + relative if relative else environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        )
        token = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")
        if file := environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"):
            token = Path(file).read_text("utf-8").strip()  # noqa: ASYNC240 - a few bytes, seldom
        headers = {"Authorization": token} if token else {}
        response = await self._http.get(address, headers=headers, timeout=FETCH_S)
        answer: Mapping[str, Any] = json.loads(response.raise_for_status().content)
        return answer

    def _read(self, answer: Mapping[str, Any]) -> None:
        key_id, secret, ends = (
            answer[name] for name in ("AccessKeyId", "SecretAccessKey", "Expiration")
        )
        self._credentials = Credentials(key_id, secret, answer.get("Token", ""))
        self._until = datetime.fromisoformat(ends).timestamp()


def identity_of(
    environ: Mapping[str, str], http: httpx2.AsyncClient, clock: Callable[[], float]
) -> Identity:
    """
    Raises:
        SettingsError: the environment names no keys and no place to ask for them.
    """
    is_container = any(name.startswith("AWS_CONTAINER_CREDENTIALS_") for name in environ)
    if is_container and "AWS_ACCESS_KEY_ID" not in environ:
        return Handed(http, environ, clock)
    return Given(credentials_of(environ))
