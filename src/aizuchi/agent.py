"""The one loop around the model: memory and persona in, the pieces of an answer out."""

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from aizuchi.answers import Finished, Step, ToolCall, ToolReturned, ToolsCalled
from aizuchi.asking import Reply, ask, description
from aizuchi.errors import ContentFiltered, ModelError, ModelRateLimited
from aizuchi.events import Message
from aizuchi.orders import FORGET_ME, RESET, Order, order_of
from aizuchi.ports import Memory, Model, Overhear, Overheard, PromptMessage
from aizuchi.prompt import Brief, prompt_of, prompt_of_caller
from aizuchi.recall import Scope, person_of
from aizuchi.rounds import named, with_rounds
from aizuchi.toolbox import Occasion, Result, Toolbox
from aizuchi.words import Language, language_of, say
from aizuchi.writing import Draft

GREETING = "greeting"
OVERHEAR_S = 2.0
MOST_ROUNDS = 8
NOT_OF_A_NAME = re.compile(r"[^\w.-]+")
LONGEST_NAME = 60

log = logging.getLogger(__name__)


class Ended(NamedTuple):
    """How an answer ended, the tokens it used, and what it made us forget: a scope, a person."""

    finished: Finished
    tokens: int = 0
    forget: Scope = "none"
    forget_person: bool = False


class Agent:
    """Answers messages with one model and one persona."""

    def __init__(
        self,
        model: Model,
        memory: Memory,
        brief: Brief,
        new_incident: Callable[[], str],
        overhear: Mapping[str, Overhear] = {},
        tools: Toolbox = Toolbox(),
    ) -> None:
        self._model, self._memory, self._brief = model, memory, brief
        self._new_incident, self._overhear, self._tools = new_incident, overhear, tools

    async def answer(self, message: Message, draft: Draft) -> Ended:
        """Writes the answer into the draft; a model that fails is told, never raised."""
        language = language_of(message.text, message.locale)
        if order := order_of(message):
            return self.ended(await self._obey(order, message, draft, language))
        if message.command == GREETING:
            greeting = self._brief.greetings.get(message.surface) or say(GREETING, language)
            await draft.add(greeting)
            return Ended(Finished("asks", draft.text, code=GREETING))  # so it is not remembered
        brief = self._brief.for_message(message)
        prompt = await self._prompt(message, brief)
        try:
            reply = await self._converse(message, prompt, draft, language)
        except ModelError as error:
            if isinstance(error, ContentFiltered):
                await draft.restart()  # what is withheld is not left standing
            return Ended(self._failed(error, draft, language), draft.tokens)
        return Ended(_answered(reply, draft, language), draft.tokens + reply.tokens)

    def ended(self, finished: Finished) -> Ended:
        """An end with what it makes us forget, whichever attempt has written it."""
        scope: Scope = self._brief.scope if finished.code == RESET else "none"
        return Ended(finished, forget=scope, forget_person=finished.code == FORGET_ME)

    async def _obey(
        self, order: Order, message: Message, draft: Draft, language: Language
    ) -> Finished:
        """The end of a turn that is an order. What is said of it is ours, and not remembered."""
        if order == FORGET_ME:
            held = await self._memory.holds(person_of(message))
            return Finished("answered", "", say(FORGET_ME, language, **held._asdict()), FORGET_ME)
        await draft.add(say("forgotten", language))
        return Finished("answered", draft.text, code=RESET)

    async def _prompt(self, message: Message, brief: Brief) -> Sequence[PromptMessage]:
        if message.history is not None:
            return prompt_of_caller(brief, message.history)
        recalled = await self._memory.recall(message, brief.scope, brief.window)
        return prompt_of(brief, recalled, message.text, await self._overheard(message))

    async def _overheard(self, message: Message) -> Sequence[Overheard]:
        """What others said there; if that takes too long, it is answered without."""
        listen = self._overhear.get(message.surface)
        with suppress(TimeoutError):
            async with asyncio.timeout(OVERHEAR_S):
                return await listen(message) if listen else ()
        return ()

    async def _converse(
        self, message: Message, prompt: Sequence[PromptMessage], draft: Draft, language: Language
    ) -> Reply:
        """Asks, and does what the model wants done, until it wants nothing more; what an earlier
        attempt has asked and done is not asked and done again."""
        while len(draft.rounds) < MOST_ROUNDS:
            if past := draft.next_past():
                await draft.replay(past)
            else:
                asked = with_rounds(prompt, draft.rounds)
                reply = await ask(self._model, asked, self._tools.declared, draft)
                if not reply.calls:
                    return reply
                await draft.begin(named(reply.calls, draft.rounds), reply.tokens)
            await self._call(message, draft, language)
        return await ask(self._model, with_rounds(prompt, draft.rounds), (), draft)

    async def _call(self, message: Message, draft: Draft, language: Language) -> None:
        """Makes the calls of the last round that have not returned, all at once."""
        called, returned = draft.rounds[-1]
        occasion = Occasion(message, tuple(draft.returned))
        steps = [_step(called, place, language) for place in range(len(called.calls))]
        await draft.show(*(_after(step, returned.get(n)) for n, step in enumerate(steps)))

        async def call(place: int, step: Step) -> None:
            result = await self._run(called.calls[place], occasion)
            told = ToolReturned(called.round, place, *result)
            await draft.result(told)
            await draft.show(_after(step, told))

        await together(call(n, step) for n, step in enumerate(steps) if n not in returned)

    async def _run(self, call: ToolCall, occasion: Occasion) -> Result:
        if self._tools.is_unsafe(call):
            return Result("This needs somebody's consent, and nobody can be asked here.", True)
        return await self._tools.run(call, occasion)

    def _failed(self, error: ModelError, draft: Draft, language: Language) -> Finished:
        incident = self._new_incident()
        log.error("incident %s: %s", incident, description(error))
        wait_s = error.retry_after_s
        code = f"{error.code}_for" if wait_s and isinstance(error, ModelRateLimited) else error.code
        said = say(code, language, incident=incident, wait=round(wait_s or 0))
        return Finished("failed", draft.text, said, error.code, incident)


def _step(called: ToolsCalled, place: int, language: Language) -> Step:
    name = NOT_OF_A_NAME.sub("", called.calls[place].name)[:LONGEST_NAME]
    title = say("using_tool", language, tool=name)
    return Step(f"{called.round}.{place}", title)


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


def _answered(reply: Reply, draft: Draft, language: Language) -> Finished:
    if reply.calls:
        said = say("too_many_rounds", language, rounds=MOST_ROUNDS)
        return Finished("failed", draft.text, said, "too_many_rounds")
    if reply.ending.reason == "length":
        said = say("token_limit", language)
        return Finished("answered", draft.text, said, "token_limit")
    return Finished("answered", draft.text)
