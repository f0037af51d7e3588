"""The loop of an answer: ask the model, have done what it wants, ask again."""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, NamedTuple

from aizuchi.answers import Step, ToolCall, ToolReturned, ToolsCalled
from aizuchi.asking import Reply, ask
from aizuchi.endpoints import Endpoints
from aizuchi.events import Message
from aizuchi.ports import Declared, PromptMessage
from aizuchi.prompt import unseen
from aizuchi.rounds import Round, named, with_rounds
from aizuchi.toolbox import NOBODY_KNOWS, Occasion, Result, Toolbox
from aizuchi.words import Language, say
from aizuchi.writing import Draft

MOST_ROUNDS = 8
NOT_OF_A_NAME = re.compile(r"[^\w.-]+")
LONGEST_NAME = 60

DENIED = "The person did not allow this, so it was not done. Do not try it again unless asked to."
IN_DOUBT = (
    "It was begun, and then the assistant was interrupted: nobody knows whether it was done. It is "
    "not tried again. Say so, and how that could be looked up."
)


class Wanted(NamedTuple):
    """What the model wants to have done that somebody has to allow first."""

    calls: tuple[ToolCall, ...]


class Verdict(NamedTuple):
    """What was decided of these calls of a round, each a tool and its arguments. `is_fresh`: by
    this attempt, so that none of them is under way or was."""

    round: int
    allowed: bool
    is_fresh: bool
    calls: Sequence[tuple[str, str]]

    def is_about(self, called: ToolsCalled, place: int) -> bool:
        call = called.calls[place]
        return called.round == self.round and (call.name, call.arguments) in self.calls


class Loop:
    """The way to one answer, in rounds of calls that run at once; what an earlier attempt has asked
    and done is not asked and done again."""

    def __init__(
        self,
        endpoints: Endpoints,
        tools: Toolbox,
        message: Message,
        draft: Draft,
        language: Language,
        verdict: Verdict | None = None,
    ) -> None:
        self._endpoints, self._tools, self._message = endpoints, tools, message
        self._draft, self._language, self._verdict = draft, language, verdict
        self.is_blind = False

    async def run(self, prompt: Sequence[PromptMessage]) -> Reply | Wanted:
        """The last words of the model, or what it wants and may not do without being allowed."""
        draft = self._draft
        while len(draft.rounds) < MOST_ROUNDS or draft.is_open:
            if past := draft.next_past():
                await draft.replay(past)
            elif not draft.is_open:
                reply = await self._ask(prompt, self._tools.declared)
                if not reply.calls:
                    return reply
                calls = map(self._tools.readied, named(reply.calls, draft.rounds))
                await draft.begin(tuple(calls), reply.tokens)
            if wanted := await self._call():
                return Wanted(wanted)
        return await self._ask(prompt, ())

    async def _ask(self, prompt: Sequence[PromptMessage], tools: Sequence[Declared]) -> Reply:
        """What the model says next; once it took no pictures, it is not shown them again."""
        asked = with_rounds(unseen(prompt) if self.is_blind else prompt, self._draft.rounds)
        reply = await ask(self._endpoints, asked, tools, self._draft)
        self.is_blind = self.is_blind or reply.blind
        return reply

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The tools of which nobody knows whether they did what they were asked."""
        return tuple(
            each.called.calls[place].name
            for each in self._draft.rounds
            for place, result in each.returned.items()
            if _is_doubtful(result)
        )

    async def _call(self) -> tuple[ToolCall, ...]:
        """Makes the calls of the last round that have not returned, all at once; returns those
        that somebody has to allow first."""
        called, returned = self._draft.rounds[-1]
        places = [place for place in range(len(called.calls)) if place not in returned]
        wanted = [place for place in places if self._must_be_allowed(called, place)]
        occasion = Occasion(self._message, tuple(self._draft.returned))
        steps = {n: self._step(called, n) for n in range(len(called.calls)) if n not in wanted}
        await self._draft.show(*(_after(step, returned.get(n)) for n, step in steps.items()))

        async def call(place: int) -> None:
            result = await self._run(called, place, occasion)
            told = ToolReturned(called.round, place, *result)
            await self._draft.result(told)
            await self._draft.show(_after(steps[place], told))

        await together(call(place) for place in places if place not in wanted)
        return tuple(called.calls[place] for place in wanted)

    def _must_be_allowed(self, called: ToolsCalled, place: int) -> bool:
        decided = self._verdict is not None and self._verdict.round == called.round
        return not decided and self._tools.asks_first(called.calls[place])

    async def _run(self, called: ToolsCalled, place: int, occasion: Occasion) -> Result:
        """What comes of a call. One that had to be allowed is made by the attempt that was told
        so, and by no other."""
        call, verdict = called.calls[place], self._verdict
        if verdict is None or not verdict.is_about(called, place):
            return await self._tools.run(call, occasion)
        if not verdict.allowed:
            return Result(DENIED, failed=True)
        if not verdict.is_fresh:
            return Result(IN_DOUBT, failed=True)
        return await self._tools.run(call, occasion, allowed=True)

    def _step(self, called: ToolsCalled, place: int) -> Step:
        name = NOT_OF_A_NAME.sub("", called.calls[place].name)[:LONGEST_NAME]
        title = say("using_tool", self._language, tool=name)
        return Step(f"{called.round}.{place}", title)


class Account(NamedTuple):
    """What became of calls that somebody had allowed: the tools that did them, and those of which
    nobody knows it."""

    done: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def account_of(rounds: Iterable[Round], verdict: Verdict) -> Account:
    """By the rounds that a log has. What was not begun is in neither."""
    done, doubtful = [], []
    for called, returned in rounds:
        for place in range(len(called.calls)):
            if not verdict.is_about(called, place):
                continue
            result = returned.get(place)
            if result is None or _is_doubtful(result):
                doubtful.append(called.calls[place].name)
            elif not result.failed:
                done.append(called.calls[place].name)
    return Account(tuple(done), tuple(doubtful))


def _is_doubtful(result: ToolReturned) -> bool:
    return result.failed and result.text.endswith((IN_DOUBT, NOBODY_KNOWS))


def _after(step: Step, returned: ToolReturned | None) -> Step:
    if returned is None:
        return step
    return step._replace(state="failed" if returned.failed else "done")


async def together(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Does all at once; where one fails, or nobody waits any more, none goes on."""
    tasks = [asyncio.create_task(step) for step in steps]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
