"""A response as it is made, said to Lambda's Runtime API: for each piece a chunk."""

import asyncio
import json
import logging
import time
from base64 import b64encode

from aizuchi.hosts.aws_lambda.bridge import STREAMED, Head, prelude_of
from aizuchi.hosts.aws_lambda.chat import answered, open_chat
from aizuchi.hosts.aws_lambda.runtime_api import PLACE, Invocation
from aizuchi.hosts.aws_lambda.shifts import Shifts

SAID_WITHIN_S = 10.0
ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
BROKEN_OFF = {"errorType": "BrokenOff", "errorMessage": "The log says why a response broke off."}

log = logging.getLogger(__name__)
shifts = Shifts(open_chat)


async def serve(address: str, invocation: Invocation) -> None:
    """Answers it, and returns when nothing that came of it is under way any more."""
    response = Response(address, invocation.request_id)
    await answered(shifts, invocation.event, response, invocation.until - time.time())


class Response:
    """What is said to one invocation, over a connection of its own."""

    def __init__(self, address: str, request_id: str) -> None:
        self._address, self._request_id = address, request_id
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def begin(self, head: Head) -> None:
        host, _, port = self._address.partition(":")
        async with asyncio.timeout(SAID_WITHIN_S):
            self._reader, self._writer = await asyncio.open_connection(host, int(port or 80))
        self._writer.write(_request_head(self._address, self._request_id))
        await self.say(prelude_of(head))

    async def say(self, body: bytes) -> None:
        """Waits where Lambda takes no more for now; an invocation has its own end."""
        assert self._writer
        if body:
            self._writer.write(b"%x\r\n%b\r\n" % (len(body), body))
            await self._writer.drain()

    async def end(self, *, is_all: bool) -> None:
        """Lambda is told whether that was all that there was to say."""
        assert self._reader and self._writer
        self._writer.write(b"0\r\n%b\r\n" % (b"" if is_all else _trailers()))
        try:
            async with asyncio.timeout(SAID_WITHIN_S):
                taken = await self._reader.readline()
        finally:
            self._writer.close()
        if taken.split(b" ")[1:2] != [b"202"]:
            log.error("Lambda did not take a response: %r", taken[:80])


def _request_head(host: str, request_id: str) -> bytes:
    lines = (
        f"POST {PLACE}/invocation/{request_id}/response HTTP/1.1",
        f"Host: {host}",
        f"Content-Type: {STREAMED}",
        "Lambda-Runtime-Function-Response-Mode: streaming",
        "Transfer-Encoding: chunked",
        f"Trailer: {ERROR_TYPE}, {ERROR_BODY}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _trailers() -> bytes:
    told = b64encode(json.dumps(BROKEN_OFF).encode()).decode()
    kind = f"Aizuchi.{BROKEN_OFF['errorType']}"
    return f"{ERROR_TYPE}: {kind}\r\n{ERROR_BODY}: {told}\r\n".encode()
