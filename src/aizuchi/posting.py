"""Carries an answer to a platform: follows its log, asks the planner, performs what it says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import TypeVar, assert_never

from aizuchi.answers import (
    BEGINNING,
    Entry,
    Heard,
    Logged,
    Posting,
    Shown,
    TextDelta,
    ToolReturned,
    ToolsCalled,
)
from aizuchi.calling import Caller
from aizuchi.delivery import Assignment, Do, Done, Wait, next_operation
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.events import Message, Signal
from aizuchi.hearing import FirstSigns
from aizuchi.operations import (
    Delivered,
    Ended,
    Find,
    OpenStream,
    Operation,
    PostPage,
    Sent,
    Undeliverable,
)
from aizuchi.ports import AnswerLog, Courier, Inbox, Limits, Pace, Settlement, Surface
from aizuchi.receipts import did, found
from aizuchi.standing import Standing
from aizuchi.turns import Bounds, Claim
from aizuchi.words import language_of, say

T = TypeVar("T")
Posts = PostPage | OpenStream
"""What leaves doubt where its reply is lost."""

RETRY_STORE_S = 1.0
LEASE_LOOK_S = 0.5
"""How soon a lease that is too short for a call is looked at again."""

logger = logging.getLogger(__name__)

QUIET = (Heard, TextDelta, ToolsCalled, ToolReturned, Posting, Shown)
"""Entries for which nobody needs to wake, unless there is text to wait for."""


async def deliver(
    claim: Claim,
    *,
    log: AnswerLog,
    courier: Courier,
    surface: Surface,
    limits: Limits,
    pace: Pace,
    bounds: Bounds,
    clock: Callable[[], float],
    key: bytes,
    lease_left: Callable[[], float],
    signs: FirstSigns | None = None,
    on_stop: Callable[[], Awaitable[None]] | None = None,
) -> Delivered | Undeliverable:
    """Brings an answer to its platform while it is made, until all of it stands there.

    Runs beside whoever writes the log and ends after Finished, or before where the platform
    refuses for good. `clock` is the time of day, `lease_left` the seconds the claim still lives,
    renewed by its owner; `key` belongs to the installation; `signs` were given at acceptance.
    `on_stop` is called when the reader ended the answer on the platform itself.

    Raises:
        LeaseLost: somebody else delivers this answer now, or nobody can any more.
    """
    message = claim.turn.message
    if claim.work.kind != "answer":
        limits = limits._replace(sign_s=0.0)
    standing = Standing(claim.turn.attempt, limits, deliver_within_s=bounds.deliver_within_s)
    if signs and (given := signs.given(message)):
        standing.signed(*given)
    line = say("in_file", language_of(message.text, message.locale))
    assignment = Assignment(
        message.turn_id,
        lambda text, growing: surface.render(text, growing=growing),
        key,
        line,
    )
    caller = Caller(courier, pace, message.tenant, message.reply_to, bounds.call_timeout_s)
    return await _Delivery(
        claim, log, standing, assignment, caller, lease_left, clock, signs, on_stop
    ).run()


def outlet(
    *,
    log: AnswerLog,
    courier: Courier,
    surface: Surface,
    limits: Callable[[Message], Awaitable[Limits]],
    pace: Pace,
    bounds: Bounds,
    clock: Callable[[], float],
    key: bytes,
    signs: FirstSigns | None = None,
    inbox: Inbox | None = None,
) -> Callable[[Claim, Callable[[], float]], Coroutine[None, None, Settlement | None]]:
    """A surface's way out, as a worker uses it: how a turn settles that could not be delivered.

    A stop on the platform itself goes to the `inbox`, like any other."""

    async def carry(claim: Claim, lease_left_s: Callable[[], float]) -> Settlement | None:
        message = claim.turn.message
        stop = Signal("stop", message.conversation, message.sender.id, message.turn_id)

        async def on_stop() -> None:
            if inbox:
                await inbox.accept((), (stop,))

        end = await deliver(
            claim,
            log=log,
            courier=courier,
            surface=surface,
            limits=await limits(message),
            pace=pace,
            bounds=bounds,
            clock=clock,
            key=key,
            lease_left=lease_left_s,
            signs=signs,
            on_stop=on_stop,
        )
        match end:
            case Undeliverable(code, mend):
                logger.error("%s is undeliverable: %s %s", message.turn_id, code, mend)
                return Settlement("undeliverable", reason=code)
            case Delivered():
                return None
            case never:
                assert_never(never)

    return carry


class _Delivery:
    """One claim's way with an answer."""

    def __init__(
        self,
        claim: Claim,
        log: AnswerLog,
        standing: Standing,
        assignment: Assignment,
        caller: Caller,
        lease_left: Callable[[], float],
        clock: Callable[[], float],
        signs: FirstSigns | None,
        on_stop: Callable[[], Awaitable[None]] | None,
    ) -> None:
        self._claim = claim
        self._log = log
        self._standing = standing
        self._assignment = assignment
        self._caller = caller
        self._lease_left = lease_left
        self._clock = clock
        self._now = asyncio.get_running_loop().time
        self._news = asyncio.Event()
        self._wants_text = False
        self._signs, self._on_stop = signs, on_stop

    async def run(self) -> Delivered | Undeliverable:
        history = await self._patiently(lambda: self._log.read(self._assignment.turn_id))
        self._standing.remember(history, self._now())
        self._bind_to_time()
        following = asyncio.create_task(self._follow(history))
        following.add_done_callback(lambda _: self._news.set())
        try:
            return await self._carry_out(following)
        finally:
            if self._signs:
                self._signs.forget(self._claim.turn.message)
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    def _bind_to_time(self) -> None:
        """What the claim says by the time of day, by the loop's clock."""
        turn, now = self._claim.turn, self._clock()
        self._standing.calls_from = self._now() + max(0.0, self._claim.calls_from - now)
        if turn.finished_at:
            self._standing.deliver_until -= max(0.0, now - turn.finished_at)

    async def _follow(self, history: Sequence[Logged]) -> None:
        if self._standing.finished:
            return
        after = history[-1].position if history else BEGINNING
        while True:
            try:
                async for lines in self._log.follow(self._assignment.turn_id, after):
                    self._saw(lines)
                    after = max(after, lines[-1].position)
            except StoreError as error:
                logger.error("%s", error)
                await asyncio.sleep(RETRY_STORE_S)
            else:
                return

    def _saw(self, lines: Sequence[Logged]) -> None:
        for line in lines:
            self._standing.saw(line.entry, self._now())
        if self._wants_text or not all(isinstance(line.entry, QUIET) for line in lines):
            self._news.set()

    async def _carry_out(self, following: asyncio.Task[None]) -> Delivered | Undeliverable:
        while True:
            self._news.clear()
            self._check(following)
            match next_operation(self._standing, self._assignment, self._now()):
                case Done(end):
                    return end
                case Wait(seconds, text):
                    await self._rest(seconds, text=text)
                case Find() as lost:
                    await self._look_for(lost)
                case Do() as do:
                    await self._perform(do)
                case never:
                    assert_never(never)

    def _check(self, following: asyncio.Task[None]) -> None:
        """A log that cannot be followed, or ends before the answer does, ends this."""
        if following.done():
            following.result()
            if not self._standing.finished:
                raise LeaseLost(f"the log of {self._assignment.turn_id} is closed")

    async def _rest(self, seconds: float | None, *, text: bool = False) -> None:
        self._wants_text = text
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        self._wants_text = False

    async def _look_for(self, lost: Find) -> None:
        if await self._has_to_wait(lost, final=self._standing.finished is not None):
            return
        result = await self._caller.find(lost)
        found(self._standing, lost, result, self._now())
        if isinstance(result, Sent):
            await self._keep(Shown(lost.page, result.ref))

    async def _perform(self, do: Do) -> None:
        operation = do.operation
        if self._signs and do.final:
            await self._signs.given_by_now(self._claim.turn.message)
        if await self._has_to_wait(operation, final=do.final):
            return
        if isinstance(operation, Posts) and not await self._announced(operation.page):
            return
        receipt = await self._caller.perform(operation)
        did(self._standing, operation, receipt, self._now())
        match receipt:
            case Sent(ref):
                if do.pauses:
                    self._standing.paused(self._now())
                if isinstance(operation, Posts):
                    await self._keep(Shown(operation.page, ref))
            case Ended("stopped_by_reader") if self._on_stop:
                await self._patiently(self._on_stop)
            case _:
                pass

    async def _announced(self, page: int) -> bool:
        """The log knows of a post before it is made; whether there is still time to make it."""
        at = self._clock()
        if self._standing.posting(page, at, self._now()):
            await self._keep(Posting(page, at))
        return self._may_call()

    async def _keep(self, entry: Entry) -> None:
        """In the log, however long the store refuses it: while the lease lives."""
        await self._patiently(lambda: self._log.append(self._claim, [entry]))

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await step()
            except StoreError as error:
                logger.error("%s", error)
            self._may_call()
            await asyncio.sleep(RETRY_STORE_S)

    async def _has_to_wait(self, operation: Operation | Find, *, final: bool) -> bool:
        if not self._may_call():
            await self._rest(LEASE_LOOK_S)
            return True
        wait_s = await self._caller.wait_for(operation, final=final)
        if wait_s:
            self._standing.held(operation, wait_s, self._now())
        return wait_s > 0 or not self._may_call()

    def _may_call(self) -> bool:
        """Whether a call that begins now is over before anybody else may make one."""
        left_s = self._lease_left()
        if left_s <= 0:
            raise LeaseLost(f"the lease of {self._assignment.turn_id} ran out")
        return left_s > self._caller.call_timeout_s
