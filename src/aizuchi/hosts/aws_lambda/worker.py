"""The function behind the messages' queue: `handler` is what Lambda calls with them.

Its event source gives it one message at a time and takes partial answers; the queue hides a message
for the function's own time and 10 s, until the worker itself says for how long.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aizuchi.hosts.aws_lambda.opening import open_assistant
from aizuchi.hosts.aws_lambda.shifts import Record, Shifts


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


class Handler:
    """What Lambda calls, over and over in one process, with one event loop."""

    def __init__(self, shifts: Shifts[Record]) -> None:
        self._shifts = shifts
        self._runner = asyncio.Runner()

    def __call__(self, event: Mapping[str, Any], context: Context) -> Mapping[str, Any]:
        records: Sequence[Record] = event["Records"]
        left_s = context.get_remaining_time_in_millis() / 1000
        again = self._runner.run(self._shifts.serve(records, left_s))
        return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in again]}


handler = Handler(Shifts(open_assistant))
