"""The function behind the page and the API: `handler` is what Lambda calls with each request.

AWS's own client, under which it runs here, streams nothing: the answer comes as a whole, when it is
whole. `runtime.py` is what runs the same function in its place, and streams.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from aizuchi.hosts.aws_lambda.bridge import Head, returned
from aizuchi.hosts.aws_lambda.chat import Exchange, answered, open_chat
from aizuchi.hosts.aws_lambda.shifts import Shifts
from aizuchi.hosts.aws_lambda.worker import Context


class Kept:
    """A response that is kept until it is whole."""

    def __init__(self) -> None:
        self._head: Head = {}
        self._pieces: list[bytes] = []

    async def begin(self, head: Head) -> None:
        self._head = head

    async def say(self, body: bytes) -> None:
        self._pieces.append(body)

    async def end(self, *, is_all: bool) -> None: ...

    @property
    def returned(self) -> Mapping[str, Any]:
        return returned(self._head, b"".join(self._pieces))


class Handler:
    """What Lambda calls, over and over in one process, with one event loop."""

    def __init__(self, shifts: Shifts[Exchange]) -> None:
        self._shifts = shifts
        self._runner = asyncio.Runner()

    def __call__(self, event: object, context: Context) -> Mapping[str, Any]:
        left_s, kept = context.get_remaining_time_in_millis() / 1000, Kept()
        self._runner.run(answered(self._shifts, event, kept, left_s))
        return kept.returned


handler = Handler(Shifts(open_chat))
