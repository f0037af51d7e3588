"""One call of an AWS service, repeated while there is time: every call of ours may be done twice.

Whoever writes makes it so: by a condition that shows whether a write of before was ours, or by a
token that AWS knows again. So a lost reply is never a reason to give up, and a connection that went
stale while the process was frozen costs one more try.
"""

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2

from aizuchi.engines.aws.identity import Identity
from aizuchi.engines.aws.sigv4 import Request, Scope, signed
from aizuchi.errors import StoreUnavailable

WITHIN_S = 6.0
TRY_S = 2.5
CONNECT_S = 2.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0

BUSY = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottledException",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
        "LimitExceededException",
    }
)
"""What passes by itself."""

PASSING = frozenset({"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"})
"""Why a transaction may not have gone through, but for its conditions."""

OUTDATED = frozenset({"ExpiredToken", "ExpiredTokenException"})
NO_RIGHT = "Give this role the right to do it, on the table and the queues."
MENDS = {
    "AccessDenied": NO_RIGHT,
    "AccessDeniedException": NO_RIGHT,
    "ResourceNotFoundException": "Check [aws] table and the region, or deploy first.",
    "QueueDoesNotExist": "Check the queues' addresses in [aws] and the region, or deploy first.",
    "UnrecognizedClientException": "Check the AWS credentials and the region.",
    "InvalidSignatureException": "Check the AWS credentials, and this machine's clock.",
    "InvalidClientTokenId": "Check the AWS credentials and the region.",
    "ExpiredTokenException": "Fetch new AWS credentials.",
}


class Service(NamedTuple):
    """`target` begins the header that names an operation."""

    name: str
    target: str
    url: str


class Refused(Exception):
    """What a service said no to, by its own name for why."""

    def __init__(self, code: str, body: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code, self.body = code, body


class _Again(Exception):
    """A try that came to nothing and may be repeated; `at_once` where it was never heard."""

    def __init__(self, why: str, *, at_once: bool = False) -> None:
        super().__init__(why)
        self.at_once = at_once


class Caller:
    """Calls AWS with one pool of connections."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        identity: Identity,
        region: str,
        clock: Callable[[], float],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http, self._identity, self._region = http, identity, region
        self._clock, self._chance = clock, chance

    async def call(
        self,
        service: Service,
        operation: str,
        arguments: Mapping[str, Any],
        *,
        within_s: float = WITHIN_S,
        try_s: float = TRY_S,
    ) -> Mapping[str, Any]:
        """What the service answers.

        Raises:
            Refused: it will not do that, however often it is asked.
            StoreUnavailable: it could not be asked in time, or lets nobody in like this.
        """
        body = json.dumps(arguments, ensure_ascii=False, separators=(",", ":")).encode()
        loop, tried = asyncio.get_running_loop(), 0
        until = loop.time() + within_s
        while True:
            try:
                left_s = min(try_s, until - loop.time())
                return await self._try(service, operation, body, left_s, anew=tried > 0)
            except _Again as again:
                pause_s = 0.0 if again.at_once and not tried else self.pause_s(tried)
                tried += 1
                if loop.time() + pause_s >= until:
                    raise _unavailable(service, operation, again) from again.__cause__
            await asyncio.sleep(pause_s)

    async def ask(self, method: str, url: str, service: str, body: bytes, within_s: float) -> int:
        """The status of one call that has no operation but its address.

        Raises:
            StoreUnavailable: there was no answer.
        """
        place = urlsplit(url)
        request = Request(method, place.netloc, place.path, (), body)
        credentials = await self._identity.credentials()
        sent = signed(request, credentials, Scope(self._region, service), self._clock())
        timeout = httpx2.Timeout(within_s, connect=min(CONNECT_S, within_s))
        try:
            response = await self._http.request(
                method, url, content=body, headers=list(sent.headers), timeout=timeout
            )
        except httpx2.TransportError as error:
            raise StoreUnavailable(
                f"{service} could not be asked: {type(error).__name__}.", "It is tried again."
            ) from error
        return response.status_code

    def pause_s(self, tried: int) -> float:
        """How long to wait after so many tries."""
        most: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**tried)
        return most * (0.5 + self._chance() / 2)

    async def _try(
        self, service: Service, operation: str, body: bytes, within_s: float, *, anew: bool
    ) -> Mapping[str, Any]:
        request = await self._signed(service, operation, body)
        try:
            response = await self._send(service, request, within_s)
        except (httpx2.ConnectError, httpx2.RemoteProtocolError, httpx2.ReadError) as error:
            raise _Again(type(error).__name__, at_once=True) from error
        except httpx2.TransportError as error:
            raise _Again(type(error).__name__) from error
        if response.status_code == HTTPStatus.OK:
            answer: Mapping[str, Any] = json.loads(response.content)
            return answer
        code, said = _refusal(response)
        if code in OUTDATED and not anew:
            await self._identity.credentials(anew=True)
            raise _Again(code, at_once=True)
        if _passes(response.status_code, code, said):
            raise _Again(code or str(response.status_code))
        if code in MENDS:
            raise StoreUnavailable(f"AWS refused {service.name}:{operation}: {code}.", MENDS[code])
        raise Refused(code, said)

    async def _signed(self, service: Service, operation: str, body: bytes) -> Request:
        headers = (
            ("Content-Type", "application/x-amz-json-1.0"),
            ("X-Amz-Target", f"{service.target}.{operation}"),
        )
        request = Request("POST", urlsplit(service.url).netloc, "/", headers, body)
        credentials = await self._identity.credentials()
        return signed(request, credentials, Scope(self._region, service.name), self._clock())

    async def _send(self, service: Service, request: Request, within_s: float) -> httpx2.Response:
        return await self._http.post(
            service.url,
            content=request.body,
            headers=list(request.headers),
            timeout=httpx2.Timeout(within_s, connect=min(CONNECT_S, within_s)),
        )


def _passes(status: int, code: str, said: Mapping[str, Any]) -> bool:
    """Whether it is well worth asking again: also where a transaction only met another."""
    if code == "TransactionCanceledException":
        reasons = {each.get("Code") for each in said.get("CancellationReasons", ())}
        return bool(reasons & PASSING) and "ConditionalCheckFailed" not in reasons
    return code in BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _refusal(response: httpx2.Response) -> tuple[str, Mapping[str, Any]]:
    """The error's own name, without what stands before it, and all that came with it."""
    try:
        said = json.loads(response.content)
    except ValueError:
        return "", {}
    if not isinstance(said, dict):
        return "", {}
    kind = str(said.get("__type", ""))
    return kind.rpartition("#")[2].rpartition(".")[2], said


def _unavailable(service: Service, operation: str, again: _Again) -> StoreUnavailable:
    return StoreUnavailable(
        f"AWS could not be asked for {service.name}:{operation} in time: {again}.",
        "It is tried again; if it stays so, look at AWS's own health page.",
    )
