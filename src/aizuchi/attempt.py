"""One attempt at a turn: answer it or end it, deliver what was said, settle it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from aizuchi.access import enter, refusal_line
from aizuchi.agent import Agent, Ended
from aizuchi.answers import Entry, Finished, Logged, Outcome, Restarted, Step, fold
from aizuchi.errors import LeaseLost, StoreError
from aizuchi.happenings import Claimed, EndWritten, Settled
from aizuchi.loop import account_of
from aizuchi.orders import order_of
from aizuchi.ports import Engine, Settlement
from aizuchi.rounds import rounds_of
from aizuchi.summaries import Summariser
from aizuchi.tracing import Meter, Recorder, begin, tell
from aizuchi.turns import Bounds, Claim, Refusal
from aizuchi.words import THINKING, language_of, say
from aizuchi.writing import Draft

T = TypeVar("T")
RETRY_STORE_S = 1.0
OUTCOMES: Mapping[str, Outcome] = {
    "full": "refused",
    "stopped": "cancelled",
    "waited_too_long": "timed_out",
    "took_too_long": "timed_out",
    "gave_up": "failed",
}

BROKEN_OFF: tuple[Outcome, ...] = ("failed", "timed_out", "cancelled")

log = logging.getLogger(__name__)


class Outlet(Protocol):
    """Writes an answer to a pushed surface while it is made, until all of it stands there."""

    async def __call__(
        self, claim: Claim, lease_left_s: Callable[[], float], /
    ) -> Settlement | None:
        """None when it is shown; a settlement that says why it never can be."""
        ...


class Gate(NamedTuple):
    """Whom `[access]` lets in besides a surface's own people, and who can let in more."""

    allow: tuple[str, ...] = ()
    owner: str = ""


class Office(NamedTuple):
    """What every attempt works with. `clock` is the time of day, in seconds since the epoch."""

    engine: Engine
    agent: Agent
    bounds: Bounds
    clock: Callable[[], float]
    new_incident: Callable[[], str]
    outlets: Mapping[str, Outlet] = {}
    gate: Gate = Gate()
    summariser: Summariser | None = None
    recorder: Recorder | None = None


class Attempt:
    """A claimed turn on its way to its end."""

    def __init__(self, office: Office, claim: Claim, lease_left_s: Callable[[], float]) -> None:
        self._office, self._claim, self._lease_left_s = office, claim, lease_left_s
        self._message = claim.turn.message
        self._language = language_of(self._message.text, self._message.locale)
        self._meter = Meter()
        self._draft = Draft(self._write, self._keep)

    async def work(self) -> None:
        """Returns when the turn is settled, or somebody else has it."""
        turn = self._claim.turn
        self._meter = begin(self._office.recorder, turn.message, turn.accepted_at)
        tell(Claimed(turn.attempt, self._office.clock() - turn.accepted_at))
        outlet = self._office.outlets.get(self._message.surface)
        try:
            if outlet is None:
                await self._settle(await self._finish(), None)
            else:
                await self._work_and_deliver(outlet)
        except LeaseLost as lost:
            log.warning("%s: another attempt goes on", lost.what)

    async def _work_and_deliver(self, outlet: Outlet) -> None:
        delivering = asyncio.create_task(outlet(self._claim, self._lease_left_s))
        try:
            ended = await self._finish()
            await self._settle(ended, await delivering)
        finally:
            await cancel(delivering)

    async def _finish(self) -> Ended:
        """The end of the answer, durable."""
        if self._claim.work.kind == "deliver":
            return self._office.agent.ended(await self._stored_end())
        try:
            ended = await self._accounted(await self._end())
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - the border: whatever it is, the person is told
            ended = Ended(self._bug(error))
        await self._keep((ended.finished,))
        tell(EndWritten(ended.finished))
        return ended

    async def _write(self, entries: Sequence[Entry]) -> None:
        await self._office.engine.log.append(self._claim, entries)

    async def _keep(self, entries: Sequence[Entry]) -> None:
        await self._keep_trying(lambda: self._write(entries))

    async def _settle(self, ended: Ended, undelivered: Settlement | None) -> None:
        settlement = (undelivered or Settlement(ended.finished.outcome))._replace(
            tokens=ended.tokens,
            forget=ended.forget,
            forget_person=ended.forget_person,
            written=self._meter.tokens_out,
        )
        await self._keep_trying(lambda: self._office.engine.queue.settle(self._claim, settlement))
        turn, at = self._claim.turn, self._office.clock()
        tell(Settled(turn.accepted_at, at, turn.attempt, ended.finished, settlement))
        self._shadow(ended)

    def _shadow(self, ended: Ended) -> None:
        """What follows an answer without anybody waiting for it."""
        summariser = self._office.summariser
        if summariser and ended.forget_person:
            summariser.forgot()
        elif summariser and ended.finished.outcome == "answered" and self._message.history is None:
            summariser.answered(self._message)

    async def _end(self) -> Ended:
        """Answers, or says why not."""
        if self._claim.work.kind == "end":
            return await self._end_because(self._claim.work.reason)
        if refusal := await self._refusal():
            return Ended(self._refused(refusal))
        sign = Step(THINKING, say(THINKING, self._language))
        if self._claim.turn.attempt > 1:
            self._draft = Draft(self._write, self._keep, rounds_of(await self._read()))
            await self._write((Restarted(), sign))
        else:
            await self._write((sign,))
        return await self._answer()

    async def _refusal(self) -> Refusal | None:
        """Why this person is not answered now; what starts afresh is answered always."""
        if refusal := enter(self._message, self._office.gate.allow):
            return refusal
        if order_of(self._message) or self._message.decides:
            return None
        return await self._office.engine.usage.admit(self._claim)

    async def _answer(self) -> Ended:
        """The agent's answer, unless it is stopped or takes too long: then what there is of it."""
        office, turn = self._office, self._claim.turn
        answering = asyncio.create_task(office.agent.answer(self._message, self._draft))
        stopped = asyncio.create_task(office.engine.log.stopped(self._message.turn_id))
        within_s = turn.deadline - office.bounds.call_timeout_s - office.clock()
        try:
            done, _ = await asyncio.wait(
                {answering, stopped},
                timeout=max(0.0, within_s),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if answering in done:
                return answering.result()
        finally:
            await cancel(answering, stopped)
        return await self._end_because("stopped" if done else "took_too_long")

    async def _end_because(self, reason: str) -> Ended:
        """The end of a turn that gets no (further) answer, with the text that stands there."""
        bounds = self._office.bounds
        text = self._draft.text or fold(await self._read()).text
        incident = self._office.new_incident() if reason == "gave_up" else ""
        said = (
            ""
            if self._is_told_later()
            else say(
                reason,
                self._language,
                within=round(bounds.answer_within_s),
                tries=bounds.tries,
                waiting=bounds.waiting,
                incident=incident,
            )
        )
        log.warning("%s ended: %s %s", self._message.turn_id, reason, incident)
        return Ended(Finished(OUTCOMES[reason], text, said, reason, incident))

    async def _accounted(self, ended: Ended) -> Ended:
        """An end that is no answer, with what was done before it of what somebody had allowed."""
        finished = ended.finished
        if not self._message.decides or finished.outcome not in BROKEN_OFF:
            return ended
        if not (verdict := await self._office.agent.allowed_by(self._message)):
            return ended
        account = account_of(rounds_of(await self._read()), verdict)
        lines = [
            say(code, self._language, tools=", ".join(tools))
            for code, tools in (("was_done", account.done), ("in_doubt", account.doubtful))
            if tools
        ]
        said = "\n\n".join(filter(None, [finished.said, *lines]))
        return ended._replace(finished=finished._replace(said=said))

    def _is_told_later(self) -> bool:
        pushed = self._message.surface in self._office.outlets
        return pushed and self._claim.work.told_later

    def _refused(self, refusal: Refusal) -> Finished:
        said = refusal_line(refusal, self._language, self._office.gate.owner)
        return Finished("refused", "", said, refusal.code)

    def _bug(self, error: Exception) -> Finished:
        """Our own fault: the whole story goes to the log, an apology and its number to them."""
        incident = self._office.new_incident()
        turn_id = self._message.turn_id
        log.error("incident %s: bug while answering %s", incident, turn_id, exc_info=error)
        said = say("bug", self._language, incident=incident)
        return Finished("failed", self._draft.text, said, "bug", incident)

    async def _stored_end(self) -> Finished:
        finished = fold(await self._read()).finished
        if finished is None:
            raise LeaseLost(f"{self._message.turn_id} has no end to deliver")
        return finished

    async def _read(self) -> Sequence[Logged]:
        return await self._office.engine.log.read(self._message.turn_id)

    async def _keep_trying(self, step: Callable[[], Awaitable[T]]) -> T:
        """Repeats a step that the store refuses, for as long as the lease lives."""
        while True:
            try:
                return await step()
            except StoreError as error:
                log.error("%s", error)
                if self._lease_left_s() < RETRY_STORE_S:
                    raise LeaseLost("the store refused everything until the lease ended") from None
            await asyncio.sleep(RETRY_STORE_S)


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks and waits until they have let go of what they held."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
