"""Processes that die or freeze at one chosen call on a port, in simulated time."""

import asyncio
import inspect
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Literal, NamedTuple

from aizuchi.ports import Engine

FROZEN_S = 100.0  # past every lease

Kind = Literal["die", "freeze"]
Moment = Literal["before", "after"]


class Call(NamedTuple):
    """The n-th call of a method in a run."""

    port: str
    method: str
    n: int


class Fault(NamedTuple):
    kind: Kind
    moment: Moment
    call: Call

    def __str__(self) -> str:
        return f"{self.kind} {self.moment} {self.call.port}.{self.call.method} #{self.call.n}"


class Sudden(NamedTuple):
    """A fault at whatever call comes then: the so-many-th moment of its process."""

    kind: Kind
    at: int


class ProcessDied(BaseException):
    """Nothing of the process runs any more: not even what would clean up."""


class Process:
    """One process: all its calls go through `call`, and none after its death or while frozen."""

    def __init__(self, fault: Fault | Sudden | None = None) -> None:
        self.fault = fault
        self._counts: Counter[tuple[str, str]] = Counter()
        self.moments: list[tuple[Moment, Call]] = []
        self.died = asyncio.Event()
        self.frozen = asyncio.Event()
        self.reached = False
        self._frozen_until = 0.0

    async def at(self, call: Call, moment: Moment) -> None:
        await self._alive()
        self.moments.append((moment, call))
        if self.fault and not self.reached and self._is_struck(self.fault):
            self.reached = True
            if self.fault.kind == "die":
                self.died.set()
            else:
                self.frozen.set()
                self._frozen_until = asyncio.get_running_loop().time() + FROZEN_S
            await self._alive()

    def strike_after(self, kind: Kind, calls: int) -> None:
        """Has it die or freeze so many moments from now."""
        if not self.reached:
            self.fault = Sudden(kind, len(self.moments) + calls)

    def _is_struck(self, fault: Fault | Sudden) -> bool:
        if isinstance(fault, Sudden):
            return len(self.moments) >= fault.at
        return self.moments[-1] == fault[1:]

    def begin(self, port: str, method: str) -> Call:
        self._counts[port, method] += 1
        return Call(port, method, self._counts[port, method])

    async def _alive(self) -> None:
        if self.died.is_set():
            raise ProcessDied
        left_s = self._frozen_until - asyncio.get_running_loop().time()
        if left_s > 0:
            await asyncio.sleep(left_s)


class Wrapped:
    """A port as one process sees it."""

    def __init__(self, name: str, inner: Any, process: Process) -> None:
        self._name, self._inner, self._process = name, inner, process

    def __getattr__(self, method: str) -> Any:
        inner = getattr(self._inner, method)
        if inspect.isasyncgenfunction(inner):
            return lambda *args, **named: self._stream(method, inner(*args, **named))
        return lambda *args, **named: self._call(method, inner, args, named)

    async def _call(self, method: str, inner: Any, args: Any, named: Any) -> Any:
        call = self._process.begin(self._name, method)
        await self._process.at(call, "before")
        result = await inner(*args, **named)
        await self._process.at(call, "after")
        return result

    async def _stream(self, method: str, inner: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """Every step of a stream is a call."""
        while True:
            call = self._process.begin(self._name, method)
            await self._process.at(call, "before")
            try:
                item = await anext(inner)
            except StopAsyncIteration:
                return
            await self._process.at(call, "after")
            yield item


def wrapped(engine: Engine, process: Process) -> Engine:
    """The engine as one process sees it: every port can fail."""
    ports: dict[str, Any] = {
        name: Wrapped(name, getattr(engine, name), process)
        for name in Engine._fields
        if name != "run"
    }
    return engine._replace(**ports)
