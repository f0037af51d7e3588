"""Carries an answer to a platform: follows its log, asks the planner, performs what it says."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple, TypeVar, assert_never

from aizuchi.access import may_enter
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
from aizuchi.hearing import FirstSigns, Given
from aizuchi.limits import Limits
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
from aizuchi.ports import AnswerLog, Courier, Inbox, Pace, Settlement, Surface
from aizuchi.receipts import did, found
from aizuchi.standing import Standing
from aizuchi.turns import Bounds, Claim
from aizuchi.words import language_of, say

T = TypeVar("T")
LeaseLeft = Callable[[], float]
"""The seconds that a claim still lives."""

Posts = PostPage | OpenStream
"""What leaves doubt where its reply is lost."""

RETRY_STORE_S = 1.0
LEASE_LOOK_S = 0.5
"""How soon a lease that is too short for a call is looked at again."""

logger = logging.getLogger(__name__)

QUIET = (Heard, TextDelta, ToolsCalled, ToolReturned, Posting, Shown)
"""Entries for which nobody needs to wake, unless there is text to wait for."""


class Desk(NamedTuple):
    """What the answers of one surface are carried with, whosever they are.

    `limits` says what the answer to a message may do, `signs` were given at acceptance, and a stop
    on the platform itself goes to the `inbox` like any other. `clock` is the time of day, `key`
    belongs to the installation, and `allow` is whom `[access]` lets in.
    """

    log: AnswerLog
    pace: Pace
    surface: Surface
    courier: Courier
    limits: Callable[[Message], Awaitable[Limits]]
    bounds: Bounds
    clock: Callable[[], float]
    key: bytes
    signs: FirstSigns | None = None
    inbox: Inbox | None = None
    allow: Collection[str] = ()


def outlet(desk: Desk) -> Callable[[Claim, LeaseLeft], Coroutine[None, None, Settlement | None]]:
    """A surface's way out, as a worker uses it: how a turn settles that could not be delivered."""

    async def carry(claim: Claim, lease_left_s: LeaseLeft) -> Settlement | None:
        match await deliver(claim, desk, lease_left_s):
            case Undeliverable(code, mend):
                turn_id = claim.turn.message.turn_id
                logger.error("%s is undeliverable: %s %s", turn_id, code, mend)
                return Settlement("undeliverable", reason=code)
            case Delivered():
                return None
            case never:
                assert_never(never)

    return carry


async def deliver(claim: Claim, desk: Desk, lease_left_s: LeaseLeft) -> Delivered | Undeliverable:
    """Brings an answer to its platform while it is made, until all of it stands there.

    Runs beside whoever writes the log and ends after Finished, or before where the platform
    refuses for good. The claim's owner renews its lease.

    Raises:
        LeaseLost: somebody else delivers this answer now, or nobody can any more.
    """
    limits = await desk.limits(claim.turn.message)
    return await _Delivery(claim, desk, limits, lease_left_s).run()


def _standing(claim: Claim, desk: Desk, limits: Limits) -> Standing:
    """Nothing stands yet. What is only to be ended or delivered gets no sign, though it may have
    one; whoever may not be answered has none that others could see."""
    if not may_enter(claim.turn.message, desk.allow):
        limits = limits._replace(sign_s=0.0, sign_ends=False)
    elif claim.work.kind != "answer":
        limits = limits._replace(sign_s=0.0)
    return Standing(claim.turn.attempt, limits, deliver_within_s=desk.bounds.deliver_within_s)


def _assignment(message: Message, desk: Desk) -> Assignment:
    def render(text: str, growing: bool) -> Sequence[str]:
        return desk.surface.render(text, growing=growing)

    line = say("in_file", language_of(message.text, message.locale))
    return Assignment(message.turn_id, render, desk.key, line)


class _Delivery:
    """One claim's way with an answer."""

    def __init__(self, claim: Claim, desk: Desk, limits: Limits, lease_left_s: LeaseLeft) -> None:
        message, call_timeout_s = claim.turn.message, desk.bounds.call_timeout_s
        self._claim, self._desk, self._lease_left_s = claim, desk, lease_left_s
        self._standing = _standing(claim, desk, limits)
        self._assignment = _assignment(message, desk)
        self._caller = Caller(
            desk.courier, desk.pace, message.tenant, message.reply_to, call_timeout_s
        )
        self._now = asyncio.get_running_loop().time
        self._news = asyncio.Event()
        self._wants_text = False

    async def run(self) -> Delivered | Undeliverable:
        history = await self._patiently(lambda: self._desk.log.read(self._assignment.turn_id))
        self._standing.remember(history, self._now())
        self._bind_to_time()
        following = asyncio.create_task(self._follow(history))
        following.add_done_callback(lambda _: self._news.set())
        beside = [following, *self._minding_first_sign()]
        try:
            return await self._carry_out(following)
        finally:
            if self._desk.signs:
                self._desk.signs.forget(self._claim.turn.message)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    def _minding_first_sign(self) -> Iterator[asyncio.Task[None]]:
        """A first sign is counted on until it is known to have failed."""
        signs = self._desk.signs
        if signs and (given := signs.given(self._claim.turn.message)):
            self._standing.signed(given.text, given.since)
            yield asyncio.create_task(self._give_again(given))

    async def _give_again(self, given: Given) -> None:
        await given.failed.wait()
        self._standing.unsigned(given.text, given.since)
        self._news.set()

    def _bind_to_time(self) -> None:
        """What the claim says by the time of day, by the loop's clock."""
        turn, now = self._claim.turn, self._desk.clock()
        self._standing.bind(self._now())
        self._standing.calls_from = self._now() + max(0.0, self._claim.calls_from - now)
        if turn.finished_at:
            self._standing.deliver_until -= max(0.0, now - turn.finished_at)

    async def _follow(self, history: Sequence[Logged]) -> None:
        if self._standing.finished:
            return
        after = history[-1].position if history else BEGINNING
        while True:
            try:
                async for lines in self._desk.log.follow(self._assignment.turn_id, after):
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
        precedes = self._standing.limits.sign_precedes and isinstance(operation, Posts)
        if self._desk.signs and (do.final or precedes):
            await self._desk.signs.given_by_now(self._claim.turn.message)
        if await self._has_to_wait(operation, final=do.final):
            return
        if isinstance(operation, Posts) and not await self._announced(operation.page, do.final):
            return
        receipt = await self._caller.perform(operation)
        did(self._standing, operation, receipt, self._now())
        match receipt:
            case Sent(ref):
                if do.pauses:
                    self._standing.paused(self._now())
                if isinstance(operation, Posts):
                    await self._keep(Shown(operation.page, ref))
            case Ended("stopped_by_reader"):
                await self._patiently(self._stop)
            case _:
                pass

    async def _stop(self) -> None:
        """The reader ended the answer on the platform itself: nobody writes on."""
        message = self._claim.turn.message
        if self._desk.inbox:
            stop = Signal("stop", message.conversation, message.sender.id, message.turn_id)
            await self._desk.inbox.accept((), (stop,))

    async def _announced(self, page: int, final: bool) -> bool:
        """The log knows of a post before it is made; whether there is still time to make it. An
        answer that has ended meanwhile is posted whole instead."""
        at = self._desk.clock()
        if self._standing.posting(page, at, self._now()):
            await self._keep(Posting(page, at))
        has_ended = self._standing.finished is not None and not final
        return self._may_call() and not has_ended

    async def _keep(self, entry: Entry) -> None:
        """In the log, however long the store refuses it: while the lease lives."""
        await self._patiently(lambda: self._desk.log.append(self._claim, [entry]))

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
        left_s = self._lease_left_s()
        if left_s <= 0:
            raise LeaseLost(f"the lease of {self._assignment.turn_id} ran out")
        return left_s > self._caller.call_timeout_s
