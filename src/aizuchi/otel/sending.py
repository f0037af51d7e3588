"""Brings spans to where they are wanted, in batches and beside all work.

Nobody waits for it. What cannot be sent waits in a queue of a fixed length, and what no longer fits
is dropped, the oldest first; the log says so in one line, and in one more when it is over.
"""

import asyncio
import logging
from collections import deque

import httpx2
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from aizuchi.settings.tracing import Destination

MOST_WAITING = 2048
MOST_AT_ONCE = 100  # some 10 ms of work, which hold up everything else
MOST_CHARS_AT_ONCE = 1_000_000  # backends take a few megabytes in a request
GATHER_S = 1.0
AGAIN_S = 5.0
SEND_WITHIN_S = 10.0
PASSING = (408, 429, 502, 503, 504)
"""Statuses after which the same may be sent again; after any other it is dropped."""

log = logging.getLogger(__name__)


class Sending(SpanProcessor):
    """A queue of spans that have ended, and the way to their destination."""

    def __init__(self, destination: Destination, client: httpx2.AsyncClient) -> None:
        self._url, self._client = httpx2.URL(destination.url), client
        self._headers = {**destination.headers, "content-type": "application/x-protobuf"}
        self._waiting: deque[ReadableSpan] = deque(maxlen=MOST_WAITING)
        self._batch: list[ReadableSpan] = []
        self._news, self._sending = asyncio.Event(), asyncio.Lock()
        self._dropped, self._is_in_trouble = 0, False

    def on_end(self, span: ReadableSpan) -> None:
        if len(self._waiting) == MOST_WAITING:
            self._drop(1, "it takes them too slowly")
        self._waiting.append(span)
        self._news.set()

    async def run(self) -> None:
        """Sends what comes, until it is cancelled."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_S)
            self._news.clear()
            while self._is_left():
                if not await self._send_some():
                    await asyncio.sleep(AGAIN_S)

    async def flush(self, within_s: float) -> None:
        """Sends what is there, if that can be done in this time."""
        try:
            async with asyncio.timeout(within_s):
                while self._is_left() and await self._send_some():
                    pass
        except TimeoutError:
            self._trouble("it takes too long")

    def _is_left(self) -> bool:
        return bool(self._batch or self._waiting)

    async def _send_some(self) -> bool:
        """Sends a batch; False where it waits for another time."""
        async with self._sending:
            self._fill()
            try:
                body = encode_spans(self._batch).SerializeToString()
                response = await self._client.post(self._url, content=body, headers=self._headers)
            except httpx2.HTTPError as error:
                self._trouble(type(error).__name__)
                return False
            except Exception as error:  # noqa: BLE001 - a border: no answer ends for a trace
                self._drop(len(self._batch), f"bug: {type(error).__name__}")
                self._batch = []
                return True
            return self._came_of(response)

    def _fill(self) -> None:
        """Takes what goes in one request, unless an earlier one is still to be sent."""
        chars = sum(map(_chars, self._batch))
        while self._waiting and len(self._batch) < MOST_AT_ONCE and chars < MOST_CHARS_AT_ONCE:
            span = self._waiting.popleft()
            self._batch.append(span)
            chars += _chars(span)

    def _came_of(self, response: httpx2.Response) -> bool:
        why = f"it answers {response.status_code}"
        if response.status_code in PASSING:
            self._trouble(why)
            return False
        if response.is_success:
            self._well()
        else:
            self._drop(len(self._batch), why)
        self._batch = []
        return True

    def _drop(self, spans: int, why: str) -> None:
        self._dropped += spans
        self._trouble(why)

    def _trouble(self, why: str) -> None:
        if not self._is_in_trouble:
            self._is_in_trouble = True
            log.warning(
                "no traces reach %s (%s); messages are answered as ever", self._url.host, why
            )

    def _well(self) -> None:
        if self._is_in_trouble:
            self._is_in_trouble = False
            log.warning("traces reach %s again; lost: %d", self._url.host, self._dropped)
            self._dropped = 0


def _chars(span: ReadableSpan) -> int:
    return sum(len(value) for value in (span.attributes or {}).values() if isinstance(value, str))
