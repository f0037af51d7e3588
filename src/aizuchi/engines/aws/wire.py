"""The way to a socket that API Gateway holds: one signed call, repeated for a short while.

A frame may so come twice; it has its number, by which its client knows it again.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Literal
from urllib.parse import quote

from aizuchi.engines.aws.calling import Caller
from aizuchi.errors import StoreUnavailable
from aizuchi.followers import Posted

ENDPOINT = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"
"""Names another place for these calls, as AWS's own programs read it."""

SERVICE = "execute-api"
WITHIN_S = 5.0
TRY_S = 2.0
MEND = "Give this role the right to execute-api:ManageConnections on the WebSocket API."

Method = Literal["POST", "DELETE"]

log = logging.getLogger(__name__)


class AwsWire:
    """The Wire port; `base` is the address of the API's stage."""

    def __init__(self, caller: Caller, base: str) -> None:
        self._caller, self._base = caller, base.rstrip("/")

    async def post(self, socket: str, frame: str) -> Posted:
        status = await self._call("POST", socket, frame.encode())
        match status:
            case HTTPStatus.GONE:
                return "gone"
            case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                return "too_large"
        return "sent" if status and status < HTTPStatus.BAD_REQUEST else "failed"

    async def hang_up(self, socket: str) -> None:
        await self._call("DELETE", socket, b"")

    async def _call(self, method: Method, socket: str, body: bytes) -> int:
        """The status; 0 where there was none in time."""
        loop, tried, status = asyncio.get_running_loop(), 0, 0
        until = loop.time() + WITHIN_S
        url = f"{self._base}/@connections/{quote(socket, safe='')}"
        while (left_s := until - loop.time()) > 0:
            try:
                status = await self._caller.ask(method, url, SERVICE, body, min(TRY_S, left_s))
            except StoreUnavailable as error:
                log.debug("a socket could not be told: %s", error)
                status = 0
            if status and not _passes(status):
                break
            await asyncio.sleep(self._caller.pause_s(tried))
            tried += 1
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            log.error("API Gateway refused to tell a socket: %d. %s", status, MEND)
        return status


def _passes(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
