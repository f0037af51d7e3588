"""SQS for the event source, found and signed for by a function's environment variables."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from aizuchi.engines.aws.account import credentials_of, endpoint_of, region_of
from aizuchi.engines.aws.sigv4 import Request, Scope, signed

WITHIN_S = 30.0


class SqsClient:
    """A failed call is a ConnectionError, whatever it was; the event source tries again."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        environ: Mapping[str, str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._http, self._clock = http, clock
        self._credentials, self._region = credentials_of(environ), region_of(environ)
        self._url = endpoint_of(environ, "sqs", self._region)

    async def __call__(self, operation: str, **parameters: Any) -> Any:
        try:
            answer = await self._send(operation, json.dumps(parameters).encode())
        except httpx2.TransportError as error:
            raise ConnectionError(f"{operation}: {error}") from error
        if not answer.is_success:
            raise ConnectionError(f"{operation}: {answer.status_code} {answer.text}")
        return answer.json()

    async def _send(self, operation: str, body: bytes) -> httpx2.Response:
        headers = (
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", f"AmazonSQS.{operation}"),
        )
        request = Request("POST", urlsplit(self._url).netloc, "/", headers, body)
        proved = signed(request, self._credentials, Scope(self._region, "sqs"), self._clock())
        return await self._http.post(
            self._url, content=body, headers=list(proved.headers), timeout=WITHIN_S
        )
