"""A function with as many environments as its invocations need at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from aizuchi.attempt import cancel
from aizuchi.testing.lambda_.environments import Environment, Spec, environment
from aizuchi.testing.lambda_.invocations import (
    MOST_ASYNC,
    MOST_SYNC,
    Invocation,
    Outcome,
    check_size,
    trouble,
)

TRY_AGAIN_AFTER_S = (60.0, 120.0)
Sleep = Callable[[float], Awaitable[None]]


class Function:
    """Invoked synchronously by `invoke` or `begin`, asynchronously by `send`."""

    def __init__(self, spec: Spec, concurrency: int = 10) -> None:
        self.spec = spec
        self.environments: list[Environment] = []
        self.invocations: list[Invocation] = []
        self._concurrency = concurrency
        self._idle: list[Environment] = []
        self._busy: set[Environment] = set()
        self._runs: dict[Invocation, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[Outcome]] = set()
        self._opened = AsyncExitStack()

    @property
    def log(self) -> str:
        """All that its environments wrote."""
        return "".join(one.log for one in self.environments)

    async def invoke(self, event: bytes) -> Outcome:
        """Returns when its environment may be used again."""
        return await self._end_of(self.begin(event))

    def begin(self, event: bytes, most: int = MOST_SYNC, request_id: str = "") -> Invocation:
        """Raises TooLarge."""
        check_size(event, most)
        invocation = Invocation(event, request_id or str(uuid.uuid4()))
        self.invocations.append(invocation)
        if len(self._runs) >= self._concurrency:
            message = "Rate Exceeded."
            invocation.end(trouble("throttled", "TooManyRequestsException", message))
        else:
            self._runs[invocation] = asyncio.create_task(self._run(invocation))
        return invocation

    def send(self, event: bytes, sleep: Sleep = asyncio.sleep) -> asyncio.Task[Outcome]:
        """What `InvocationType=Event` does: taken now, run soon, twice more where it fails. The
        task ends with the last outcome. Raises TooLarge."""
        check_size(event, MOST_ASYNC)
        task = asyncio.create_task(self._try(event, sleep))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def kill(self) -> None:
        """Kills whatever runs now, in the middle of it."""
        for busy in tuple(self._busy):
            await busy.kill()

    async def _try(self, event: bytes, sleep: Sleep) -> Outcome:
        request_id = str(uuid.uuid4())
        outcome = await self._end_of(self.begin(event, MOST_ASYNC, request_id))
        for seconds in TRY_AGAIN_AFTER_S:
            if outcome.is_good:
                break
            await sleep(seconds)
            outcome = await self._end_of(self.begin(event, MOST_ASYNC, request_id))
        return outcome

    async def _end_of(self, invocation: Invocation) -> Outcome:
        if run := self._runs.get(invocation):
            await run
        return await invocation.outcome()

    async def _run(self, invocation: Invocation) -> None:
        try:
            one = self._idle.pop() if self._idle else await self._fresh()
            self._busy.add(one)
            await one.run(invocation)
            self._busy.discard(one)
            self._idle += [one] if one.is_alive else []
        finally:
            del self._runs[invocation]

    async def _fresh(self) -> Environment:
        number = len(self.environments)
        one = await self._opened.enter_async_context(environment(self.spec, number))
        self.environments.append(one)
        return one

    async def close(self) -> None:
        await cancel(*self._sending, *self._runs.values())
        await self._opened.aclose()


@asynccontextmanager
async def running(spec: Spec, concurrency: int = 10) -> AsyncIterator[Function]:
    """A function that can be invoked for as long as the block lasts."""
    function = Function(spec, concurrency)
    try:
        yield function
    finally:
        await function.close()
