"""Asking the model: one call, and a second one where that may help."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial
from typing import NamedTuple

from aizuchi.answers import ToolCall
from aizuchi.endpoints import Call, Endpoint, Endpoints
from aizuchi.errors import ContextOverflow, ModelCut, ModelEmpty, ModelError, PicturesRefused
from aizuchi.happenings import Asked, ModelCalled
from aizuchi.ports import Declared, Ending, PromptMessage, Text
from aizuchi.prompt import has_pictures, shortened, unseen
from aizuchi.recall import tokens_of
from aizuchi.traces import Elsewhere
from aizuchi.tracing import asked, asks, note, now, tell, used
from aizuchi.writing import Draft

logger = logging.getLogger(__name__)


class Reply(NamedTuple):
    """How a call of the model ended, and which tools it asks for; its text is in the draft. It is
    `blind` where the model took no pictures, so that it answered without them."""

    ending: Ending
    calls: tuple[ToolCall, ...] = ()
    blind: bool = False

    @property
    def tokens(self) -> int:
        return self.ending.tokens_in + self.ending.tokens_out


async def ask(
    endpoints: Endpoints, prompt: Sequence[PromptMessage], tools: Sequence[Declared], draft: Draft
) -> Reply:
    """One call of a model, and a second one where that may help: elsewhere, or in the same place.
    What the first one has said gives way to the second."""
    first = endpoints.first()
    try:
        return await _call(endpoints, first, prompt, tools, draft)
    except ModelError as error:
        eased, took_pictures = _eased(prompt, error), not isinstance(error, PicturesRefused)
        second = endpoints.second(first, error, can_shorten=len(eased) < len(prompt))
        if second is None:
            raise
        _tell(first.endpoint, error, second.endpoint)
    await draft.restart()
    await asyncio.sleep(second.pause_s)
    reply = await _call(endpoints, second, eased, tools, draft)
    return reply if took_pictures else reply._replace(blind=True)


def _eased(prompt: Sequence[PromptMessage], error: ModelError) -> Sequence[PromptMessage]:
    """The prompt without what stood in the way of an answer."""
    match error:
        case ContextOverflow():
            return shortened(prompt)
        case PicturesRefused():
            return unseen(prompt)
        case _:
            return prompt


async def _call(
    endpoints: Endpoints,
    call: Call,
    prompt: Sequence[PromptMessage],
    tools: Sequence[Declared],
    draft: Draft,
) -> Reply:
    """One call, which is told however it ends; without pictures where they cannot be seen."""
    blind = has_pictures(prompt) and not call.endpoint.sees
    shown = unseen(prompt) if blind else prompt
    asks(Asked())
    told = partial(_told, call.endpoint, now(), shown, draft)
    try:
        with endpoints.calling(call):
            reply = await _stream(call.endpoint, shown, tools, draft)
    except asyncio.CancelledError:
        tell(told(error="cancelled"))
        raise
    except ModelError as error:
        tell(told(error=error.code))
        if draft.said.strip():  # it tells what it has used only at its end: that is our estimate
            read, written = tokens_of(*(line.text for line in prompt)), tokens_of(draft.said)
            draft.waste(_count(call.endpoint, Ending("stop", read, written)))
        raise
    tell(told(reply.calls, reply.ending))
    _count(call.endpoint, reply.ending)
    return reply._replace(blind=blind)


def _told(
    endpoint: Endpoint,
    began: float,
    prompt: Sequence[PromptMessage],
    draft: Draft,
    calls: Sequence[ToolCall] = (),
    ending: Ending | None = None,
    error: str = "",
) -> ModelCalled:
    """A call that has just ended."""
    said = (prompt, draft.said, calls, ending, error)
    return ModelCalled(began, now(), endpoint.name, asked(), *said)


async def _stream(
    endpoint: Endpoint, prompt: Sequence[PromptMessage], tools: Sequence[Declared], draft: Draft
) -> Reply:
    calls: list[ToolCall] = []
    async with aclosing(endpoint.model.stream(prompt, tools)) as parts:  # type: ignore[type-var]  # a generator in practice
        async for part in parts:
            match part:
                case Text(text):
                    await draft.add(text)
                case ToolCall():
                    calls.append(part)
                case Ending():
                    if not (calls or draft.text.strip()):
                        draft.waste(_count(endpoint, part))
                        raise ModelEmpty("the answer has no text")
                    return Reply(part, tuple(calls))
    raise ModelCut("the stream ended before the answer did")


def _count(endpoint: Endpoint, ending: Ending) -> int:
    """Counts what a call has used; returns its tokens."""
    used(ending)
    tokens = ending.tokens_in + ending.tokens_out
    if not endpoint.is_main:
        note("used_at", Elsewhere(endpoint.name, tokens, ending.tokens_out).noted)
    return tokens


def _tell(first: Endpoint, error: ModelError, second: Endpoint) -> None:
    """Says why there is a second call, in the log and in the life of the message."""
    if second is first:
        logger.warning("%s failed, asking again: %s", first, description(error))
        note("asked_again", error.code)
    else:
        logger.warning("%s failed, asking %s: %s", first, second, description(error))
        note("fell_back", f"{error.code}: {second}")


def description(error: ModelError) -> str:
    """What happened, for the log."""
    return f"{error.code}: {error.what} {error.detail}".strip()
