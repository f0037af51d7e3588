"""One invocation of a function, what came of it, and Lambda's limits for both."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Literal, NamedTuple

MOST_SYNC = 6 * 1024 * 1024
MOST_ASYNC = 1024 * 1024
MOST_RETURNED = MOST_SYNC + 100
MOST_STREAMED = 200 * 1024 * 1024
END_OF_PRELUDE = b"\0" * 8

Kind = Literal["returned", "failed", "timed_out", "exited", "throttled"]


class Outcome(NamedTuple):
    """What came of an invocation. `payload` is what was returned, or Lambda's words for why not."""

    kind: Kind
    payload: bytes

    @property
    def is_good(self) -> bool:
        return self.kind == "returned"

    def json(self) -> Any:
        return json.loads(self.payload)


def trouble(kind: Kind, error_type: str, message: str) -> Outcome:
    return Outcome(kind, json.dumps({"errorType": error_type, "errorMessage": message}).encode())


class TooLarge(Exception):
    """Lambda takes no event of this size; it says 413."""


class Invocation:
    """An event on its way through a function. A streamed answer comes in `chunks`; its head is
    `prelude` once the first of them is there."""

    def __init__(self, event: bytes, request_id: str) -> None:
        self.event, self.request_id = event, request_id
        self.prelude: dict[str, Any] = {}
        self.streamed = bytearray()
        self.began = asyncio.Event()
        self._head: bytes | None = None
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def outcome(self) -> Outcome:
        return await asyncio.shield(self._outcome)

    @property
    def is_over(self) -> bool:
        return self._outcome.done()

    def end(self, outcome: Outcome) -> None:
        """The first end counts."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)
            self._chunks.put_nowait(None)

    def expect_prelude(self) -> None:
        """The stream begins with its status and headers, and eight zero bytes."""
        self._head = b""

    def show(self, chunk: bytes) -> None:
        if self._head is not None:
            self._head += chunk
            if END_OF_PRELUDE not in self._head:
                return
            prelude, _, chunk = self._head.partition(END_OF_PRELUDE)
            self._head, self.prelude = None, json.loads(prelude)
        self.streamed += chunk
        self._chunks.put_nowait(chunk)

    async def chunks(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk


def check_size(event: bytes, most: int) -> None:
    if len(event) > most:
        raise TooLarge(
            f"Request must be smaller than {most} bytes for the InvokeFunction operation; "
            f"it has {len(event)}"
        )
