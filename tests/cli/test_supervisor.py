"""`aizuchi dev` keeps one server running, and ends it as it is told; in simulated time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from aizuchi.cli.dev.supervisor import KILL_AFTER_S, PAUSES_S, RELOAD_PATIENCE_S, Order, Supervisor

DRAIN_S = 8.0


class FakeServer:
    """A server that ends as the test wants it to; `ends_after_s` follows each signal."""

    def __init__(self, *ends_after_s: float | None) -> None:
        self._ends_after_s = list(ends_after_s)
        self._ended = asyncio.Event()
        self.code = 0
        self.log: list[str] = []

    async def wait(self) -> int:
        await self._ended.wait()
        return self.code

    def terminate(self) -> None:
        self.log.append("terminate")
        after_s = self._ends_after_s.pop(0) if self._ends_after_s else None
        if after_s is not None:
            asyncio.get_running_loop().call_later(after_s, self._ended.set)

    def kill(self) -> None:
        self.log.append("kill")
        self.die(-9)

    def die(self, code: int = 1) -> None:
        self.code = code
        self._ended.set()


class Bench:
    """A supervisor with the servers it started and the lines it said."""

    def __init__(self, make: Callable[[], FakeServer]) -> None:
        self._make = make
        self.servers: list[FakeServer] = []
        self.starts: list[float] = []
        self.said: list[str] = []
        self.supervisor = Supervisor(self._launch, self.said.append, DRAIN_S)
        self.running: asyncio.Task[None]

    async def _launch(self) -> FakeServer:
        self.servers.append(self._make())
        self.starts.append(asyncio.get_running_loop().time())
        return self.servers[-1]

    async def tell(self, order: Order, then_s: float = 0.0) -> None:
        self.supervisor.tell(order)
        await asyncio.sleep(then_s)

    @property
    def current(self) -> FakeServer:
        return self.servers[-1]


@asynccontextmanager
async def supervised(make: Callable[[], FakeServer]) -> AsyncIterator[Bench]:
    bench = Bench(make)
    bench.running = asyncio.create_task(bench.supervisor.run())
    await asyncio.sleep(0)
    yield bench
    bench.running.cancel()
    await asyncio.wait([bench.running])


def willing() -> FakeServer:
    return FakeServer(0.5)


def stubborn() -> FakeServer:
    return FakeServer()


async def test_a_stop_lets_the_server_end_by_itself() -> None:
    async with supervised(willing) as bench:
        await bench.tell(Order.STOP, 1)
        assert bench.running.done()
        assert bench.current.log == ["terminate"]


async def test_a_second_stop_does_not_wait() -> None:
    async with supervised(lambda: FakeServer(None, 0.1)) as bench:
        await bench.tell(Order.STOP, 1)
        assert not bench.running.done()
        await bench.tell(Order.STOP, 1)
        assert bench.running.done()
        assert bench.current.log == ["terminate", "terminate"]


async def test_a_server_that_does_not_end_is_killed_in_the_end() -> None:
    async with supervised(stubborn) as bench:
        await bench.tell(Order.STOP, DRAIN_S + KILL_AFTER_S + 1)
        assert bench.running.done()
        assert bench.current.log == ["terminate", "terminate", "kill"]


async def test_a_change_starts_a_new_server_once_the_old_one_has_ended() -> None:
    async with supervised(willing) as bench:
        await bench.tell(Order.RELOAD, 1)
        assert bench.starts == [0.0, 0.5]
        assert bench.servers[0].log == ["terminate"]


async def test_a_change_does_not_wait_long_for_answers() -> None:
    async with supervised(lambda: FakeServer(None, 0.1)) as bench:
        await bench.tell(Order.RELOAD, 5)
        assert bench.starts == [0.0, pytest.approx(RELOAD_PATIENCE_S + 0.1)]


async def test_a_stop_during_a_change_is_not_forgotten() -> None:
    async with supervised(lambda: FakeServer(None, 0.1)) as bench:
        await bench.tell(Order.RELOAD, 1)
        await bench.tell(Order.STOP, 5)
        assert bench.running.done()
        assert len(bench.servers) == 1


async def test_the_kill_button_is_a_crash_and_a_new_start_at_once() -> None:
    async with supervised(willing) as bench:
        await bench.tell(Order.KILL, 0.01)
        assert bench.servers[0].log == ["kill"]
        assert len(bench.servers) == 2
        assert bench.said == ["Killed, as asked. It starts again."]


async def test_a_server_that_keeps_dying_is_started_ever_more_slowly() -> None:
    async with supervised(willing) as bench:
        for pause_s in PAUSES_S:
            bench.current.die(3)
            await asyncio.sleep(pause_s + 0.01)
        gaps = [
            after - before for before, after in zip(bench.starts, bench.starts[1:], strict=False)
        ]
        assert gaps == pytest.approx(PAUSES_S, abs=0.02)
        assert bench.said[0] == (
            "The server ended by itself (exit code 3). It starts again at once."
        )
        assert "in 30 s, or when a file changes" in bench.said[-1]


async def test_one_that_lived_long_is_started_at_once_again() -> None:
    async with supervised(willing) as bench:
        for _ in range(3):
            bench.current.die()
            await asyncio.sleep(1)
        await asyncio.sleep(60)
        bench.current.die(-11)
        await asyncio.sleep(0.01)
        assert "by signal 11" in bench.said[-1]
        assert bench.said[-1].endswith("at once.")


@pytest.mark.parametrize("order", [Order.RELOAD, Order.KILL])
async def test_a_pause_ends_when_something_changes(order: Order) -> None:
    async with supervised(willing) as bench:
        for _ in range(4):
            bench.current.die()
            await asyncio.sleep(2.5)
        bench.current.die()
        await asyncio.sleep(0.1)
        started = len(bench.servers)
        await bench.tell(order, 0.1)
        assert len(bench.servers) == started + 1


async def test_a_stop_during_a_pause_ends_everything() -> None:
    async with supervised(willing) as bench:
        for _ in range(3):
            bench.current.die()
            await asyncio.sleep(0.6)
        bench.current.die()
        await asyncio.sleep(0.1)
        started = len(bench.servers)
        await bench.tell(Order.STOP, 0.1)
        assert bench.running.done()
        assert len(bench.servers) == started
