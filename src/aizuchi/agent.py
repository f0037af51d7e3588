"""The one loop around the model: memory and persona in, the pieces of an answer out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import NamedTuple

from aizuchi.answers import Entry, Finished, Restarted, TextDelta
from aizuchi.errors import (
    ContentFiltered,
    ContextOverflow,
    ModelCut,
    ModelEmpty,
    ModelError,
    ModelRateLimited,
)
from aizuchi.events import Message
from aizuchi.orders import FORGET_ME, RESET, Order, order_of
from aizuchi.ports import (
    Ending,
    Memory,
    Model,
    Overhear,
    Overheard,
    PromptMessage,
    Text,
)
from aizuchi.prompt import Brief, prompt_of, prompt_of_caller, shortened
from aizuchi.recall import Scope, person_of
from aizuchi.tracing import note, used
from aizuchi.words import Language, language_of, say

GREETING = "greeting"
PATIENCE_S = 5.0
PAUSE_S = 0.5
OVERHEAR_S = 2.0

log = logging.getLogger(__name__)


class Ended(NamedTuple):
    """How an answer ended, the tokens it used, and what it made us forget: a scope, a person."""

    finished: Finished
    tokens: int = 0
    forget: Scope = "none"
    forget_person: bool = False


class Draft:
    """The answer so far, as its readers see it."""

    def __init__(self, write: Callable[[Sequence[Entry]], Awaitable[None]]) -> None:
        self._write = write
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    async def add(self, piece: str) -> None:
        self._pieces.append(piece)
        await self._write((TextDelta(piece),))

    async def restart(self) -> None:
        """Takes back what was said, where anything was."""
        if self._pieces:
            self._pieces.clear()
            await self._write((Restarted(),))


class Agent:
    """Answers messages with one model and one persona."""

    def __init__(
        self,
        model: Model,
        memory: Memory,
        brief: Brief,
        new_incident: Callable[[], str],
        overhear: Mapping[str, Overhear] = {},
    ) -> None:
        self._model, self._memory, self._brief = model, memory, brief
        self._new_incident, self._overhear = new_incident, overhear

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
            ending = await self._ask(prompt, draft)
        except ModelError as error:
            if isinstance(error, ContentFiltered):
                await draft.restart()  # what is withheld is not left standing
            return Ended(self._failed(error, draft, language))
        return Ended(_answered(ending, draft, language), ending.tokens_in + ending.tokens_out)

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

    async def _ask(self, prompt: Sequence[PromptMessage], draft: Draft) -> Ending:
        """One call of the model, and a second one where that may help."""
        try:
            return await self._stream(prompt, draft)
        except ModelError as error:
            wait_s = pause_before_retry(error)
            if wait_s is None:
                raise
            log.warning("model failed, asking again: %s", _description(error))
            note("asked_again", error.code)
            prompt = shortened(prompt) if isinstance(error, ContextOverflow) else prompt
        await draft.restart()
        await asyncio.sleep(wait_s)
        return await self._stream(prompt, draft)

    async def _stream(self, prompt: Sequence[PromptMessage], draft: Draft) -> Ending:
        async with aclosing(self._model.stream(prompt)) as parts:  # type: ignore[type-var]
            async for part in parts:
                match part:
                    case Text(text):
                        await draft.add(text)
                    case Ending() as ending:
                        used(ending)
                        if not draft.text.strip():
                            raise ModelEmpty("the answer has no text")
                        return ending
        raise ModelCut("the stream ended before the answer did")

    def _failed(self, error: ModelError, draft: Draft, language: Language) -> Finished:
        incident = self._new_incident()
        log.error("incident %s: %s", incident, _description(error))
        wait_s = error.retry_after_s
        code = f"{error.code}_for" if wait_s and isinstance(error, ModelRateLimited) else error.code
        said = say(code, language, incident=incident, wait=round(wait_s or 0))
        return Finished("failed", draft.text, said, error.code, incident)


def pause_before_retry(error: ModelError) -> float | None:
    """Seconds to wait before a second call; None where it would not help or take too long."""
    if isinstance(error, ContextOverflow):
        return 0.0
    if not error.retry:
        return None
    wait_s = PAUSE_S if error.retry_after_s is None else error.retry_after_s
    return wait_s if wait_s <= PATIENCE_S else None


def _answered(ending: Ending, draft: Draft, language: Language) -> Finished:
    if ending.reason == "length":
        said = say("token_limit", language)
        return Finished("answered", draft.text, said, "token_limit")
    return Finished("answered", draft.text)


def _description(error: ModelError) -> str:
    return f"{error.code}: {error.what} {error.detail}".strip()
