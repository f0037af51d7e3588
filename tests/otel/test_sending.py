"""Traces never hold up a message: what cannot be sent waits, within bounds, and is then dropped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Tracer
from tests.otel.collector import Collector

from aizuchi.otel.sending import (
    AGAIN_S,
    GATHER_S,
    MOST_AT_ONCE,
    MOST_CHARS_AT_ONCE,
    MOST_WAITING,
    Sending,
)
from aizuchi.settings.tracing import Destination

DESTINATION = Destination("http://collector/v1/traces", {"x-api-key": "k"})


class Line:
    """A way to a collector, which can be cut."""

    def __init__(self, collector: Collector, client: httpx2.AsyncClient) -> None:
        self.collector, self.sending = collector, Sending(DESTINATION, client)
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(self.sending)
        self._tracer: Tracer = provider.get_tracer("test")

    def trace(self, *names: str, text: str = "") -> None:
        for name in names:
            self._tracer.start_span(name, attributes={"text": text}).end()

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.collector.spans]


class Cut(httpx2.AsyncBaseTransport):
    """The network to an app, which answers nothing once it `is_cut`, or only after a while."""

    def __init__(self, app: httpx2.ASGITransport) -> None:
        self._app, self.is_cut, self.takes_s = app, False, 0.0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(self.takes_s)
        if self.is_cut:
            raise httpx2.ConnectError("nobody is there")
        return await self._app.handle_async_request(request)


@asynccontextmanager
async def line(*, runs: bool = True) -> AsyncIterator[tuple[Line, Cut]]:
    collector = Collector()
    network = Cut(httpx2.ASGITransport(collector.app))
    async with httpx2.AsyncClient(transport=network) as client:
        opened = Line(collector, client)
        running = asyncio.create_task(opened.sending.run() if runs else asyncio.Event().wait())
        try:
            yield opened, network
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_what_ends_in_a_second_goes_in_one_request_with_its_key() -> None:
    async with line() as (open_line, _):
        open_line.trace("one", "two")
        assert open_line.names == []
        await asyncio.sleep(GATHER_S + 0.1)
        assert open_line.names == ["one", "two"]
        [got] = open_line.collector.got
        assert got.path == "/v1/traces"
        assert got.headers["x-api-key"] == "k"


async def test_many_go_in_several_requests() -> None:
    async with line() as (open_line, _):
        open_line.trace(*map(str, range(MOST_AT_ONCE + 1)))
        await asyncio.sleep(GATHER_S + 0.1)
        assert [
            len(got.content.resource_spans[0].scope_spans[0].spans)
            for got in open_line.collector.got
        ] == [MOST_AT_ONCE, 1]


async def test_what_is_large_does_not_go_with_much_else() -> None:
    async with line() as (open_line, _):
        open_line.trace("one", "two", "three", text="x" * (MOST_CHARS_AT_ONCE // 2))
        await asyncio.sleep(GATHER_S + 0.1)
        assert [
            len(got.content.resource_spans[0].scope_spans[0].spans)
            for got in open_line.collector.got
        ] == [2, 1]


async def test_nothing_is_lost_where_it_is_away_for_a_while_and_the_log_says_it_in_two_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with line() as (open_line, network):
        network.is_cut = True
        open_line.trace("one")
        await asyncio.sleep(20 * AGAIN_S)
        open_line.trace("two")
        network.is_cut = False
        await asyncio.sleep(2 * AGAIN_S)
        assert open_line.names == ["one", "two"]
    assert [record.message for record in caplog.records] == [
        "no traces reach collector (ConnectError); messages are answered as ever",
        "traces reach collector again; lost: 0",
    ]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_collector_is_asked_again(status: int) -> None:
    async with line() as (open_line, _):
        open_line.collector.status = status
        open_line.trace("one")
        await asyncio.sleep(3 * AGAIN_S)
        open_line.collector.status = 200
        await asyncio.sleep(2 * AGAIN_S)
        assert open_line.names == ["one"]


async def test_what_it_refuses_is_dropped_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with line() as (open_line, _):
        open_line.collector.status = 401
        for name in ("one", "two", "three"):
            open_line.trace(name)
            await asyncio.sleep(2 * GATHER_S)
        open_line.collector.status = 200
        open_line.trace("four")
        await asyncio.sleep(2 * GATHER_S)
        assert open_line.names == ["four"]
    assert [record.message for record in caplog.records] == [
        "no traces reach collector (it answers 401); messages are answered as ever",
        "traces reach collector again; lost: 3",
    ]


async def test_the_queue_is_bounded_and_the_oldest_go_first(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with line(runs=False) as (open_line, _):
        open_line.trace(*map(str, range(MOST_WAITING + 7)))
        await open_line.sending.flush(5)
        assert open_line.names == [str(number) for number in range(7, MOST_WAITING + 7)]
    assert [record.message for record in caplog.records] == [
        "no traces reach collector (it takes them too slowly); messages are answered as ever",
        "traces reach collector again; lost: 7",
    ]


async def test_the_end_waits_for_it_no_longer_than_it_may() -> None:
    async with line(runs=False) as (open_line, network):
        network.takes_s = 3600
        open_line.trace("one")
        began = asyncio.get_running_loop().time()
        await open_line.sending.flush(0.5)
        assert asyncio.get_running_loop().time() - began == pytest.approx(0.5)


async def test_what_was_under_way_at_the_end_is_sent_with_the_rest() -> None:
    async with line() as (open_line, network):
        network.takes_s = 60
        open_line.trace("one")
        await asyncio.sleep(GATHER_S + 1)
    network.takes_s = 0
    async with httpx2.AsyncClient(transport=network) as client:
        open_line.sending._client = client
        open_line.trace("two")
        await open_line.sending.flush(1)
    assert open_line.names == ["one", "two"]
