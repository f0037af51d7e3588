"""Messages of a queue reach real functions as Lambda's event source brings them.

The fake SQS is reached over HTTP; the function is a process that notes what it got, and when.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from aizuchi.attempt import cancel
from aizuchi.simulator.aws import FakeAWS, Fault, serving
from aizuchi.testing.lambda_ import EventSource, Function, Source, Spec, SqsClient, running
from aizuchi.testing.lambda_.event_source import failures

FOLDER = Path(__file__).parent / "functions"
HIDDEN_S = 2


class Noted(NamedTuple):
    what: str
    name: str
    at: float
    request: str


class Plant:
    """A FIFO queue, its event source and a function behind it."""

    def __init__(
        self, aws: FakeAWS, queue: str, source: EventSource, function: Function, notes: Path
    ) -> None:
        self.aws, self.queue, self.source, self.function = aws, queue, source, function
        self._notes = notes

    def send(self, name: str, **order: Any) -> None:
        """Into the group that the name begins with."""
        body = json.dumps({"name": name, **order})
        self.aws.sqs.queue(self.queue).send(body, delay_s=None, group=name[0], deduplication=name)

    @property
    def noted(self) -> Sequence[Noted]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        return [Noted(*json.loads(line)) for line in lines]

    def names(self, what: str = "ended") -> list[str]:
        return [one.name for one in self.noted if one.what == what]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - a file of another process is looked at
                await asyncio.sleep(0.02)

    async def until_empty(self) -> None:
        await self.until(lambda: not self.aws.sqs.queue(self.queue).messages)


@asynccontextmanager
async def plant(folder: Path, **more: Any) -> AsyncIterator[Plant]:
    notes = folder / "notes"
    async with serving(FakeAWS()) as aws, httpx2.AsyncClient() as http:
        queues = SqsClient(http, aws.environment())
        attributes = {"FifoQueue": "true", "VisibilityTimeout": str(HIDDEN_S)}
        made = await queues("CreateQueue", QueueName="q.fifo", Attributes=attributes)
        spec = Spec("handlers.note", FOLDER, {"TICKS": str(notes)}, **more)
        async with running(spec) as function:
            source = EventSource(Source(made["QueueUrl"], at_once=4), queues, function.invoke)
            polling = asyncio.create_task(source.run())
            try:
                yield Plant(aws, "q.fifo", source, function, notes)
            finally:
                await cancel(polling)


pytestmark = pytest.mark.real_time


async def test_groups_run_side_by_side_and_each_in_its_order(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        for name in ("a1", "a2", "b1"):
            one.send(name, seconds=0.4)
        await one.until_empty()
        began = {noted.name: noted.at for noted in one.noted if noted.what == "began"}
        ended = {noted.name: noted.at for noted in one.noted if noted.what == "ended"}
        assert began["b1"] < ended["a1"]
        assert ended["a1"] <= began["a2"]


async def test_what_was_not_done_comes_again_when_its_time_is_over(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        sent_at = one.aws.clock()
        one.send("a1", fails=1)
        one.send("a2")
        await one.until_empty()
        assert one.names("began") == ["a1", "a1", "a2"]
        assert one.noted[1].at >= sent_at + HIDDEN_S


async def test_a_message_of_a_killed_function_is_taken_up_again(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        one.send("a1", seconds=1)
        await one.until(lambda: "a1" in one.names("began"))
        await one.function.kill()
        await one.until_empty()
        assert (one.names("began"), one.names("ended")) == (["a1", "a1"], ["a1"])


async def test_a_message_whose_deletion_is_lost_comes_again(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        one.source.forget()
        one.send("a1")
        await one.until_empty()
        assert one.names() == ["a1", "a1"]


async def test_a_message_may_be_given_to_two_at_once(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        one.source.double()
        one.send("a1", seconds=0.3)
        await one.until_empty()
        first, second = (noted for noted in one.noted if noted.what == "began")
        assert first.request != second.request
        assert abs(first.at - second.at) < 0.3


async def test_a_queue_that_cannot_be_reached_for_a_while_is_asked_again(tmp_path: Path) -> None:
    async with plant(tmp_path) as one:
        one.aws.faults.order(Fault(status=503), "SQS.ReceiveMessage", times=4)
        one.send("a1")
        await one.until_empty()
        assert one.names() == ["a1"]
        assert one.aws.calls["SQS.ReceiveMessage"] > 4


@pytest.mark.parametrize(
    ("returned", "left"),
    [
        (b"", set()),
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', {"b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "x"}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": ""}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{}]}', {"a", "b"}),
        (b'"done"', {"a", "b"}),
    ],
)
def test_a_partial_answer_names_what_is_left(returned: bytes, left: set[str]) -> None:
    assert failures(returned, {"a", "b"}) == left
