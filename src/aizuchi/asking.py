"""Asking the model: one call, and a second one where that may help."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing
from typing import NamedTuple

from aizuchi.answers import ToolCall
from aizuchi.errors import ContextOverflow, ModelCut, ModelEmpty, ModelError, PicturesRefused
from aizuchi.ports import Declared, Ending, Model, PromptMessage, Text
from aizuchi.prompt import shortened, unseen
from aizuchi.tracing import note, used
from aizuchi.writing import Draft

PATIENCE_S = 5.0
PAUSE_S = 0.5

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
    model: Model, prompt: Sequence[PromptMessage], tools: Sequence[Declared], draft: Draft
) -> Reply:
    """One call of the model, and a second one where that may help."""
    try:
        return await _stream(model, prompt, tools, draft)
    except ModelError as error:
        wait_s = pause_before_retry(error)
        if wait_s is None:
            raise
        logger.warning("model failed, asking again: %s", description(error))
        note("asked_again", error.code)
        blind = isinstance(error, PicturesRefused)
        prompt = _eased(prompt, error)
    await draft.restart()
    await asyncio.sleep(wait_s)
    return (await _stream(model, prompt, tools, draft))._replace(blind=blind)


def _eased(prompt: Sequence[PromptMessage], error: ModelError) -> Sequence[PromptMessage]:
    """The prompt without what stood in the way of an answer."""
    match error:
        case ContextOverflow():
            return shortened(prompt)
        case PicturesRefused():
            return unseen(prompt)
        case _:
            return prompt


async def _stream(
    model: Model, prompt: Sequence[PromptMessage], tools: Sequence[Declared], draft: Draft
) -> Reply:
    calls: list[ToolCall] = []
    async with aclosing(model.stream(prompt, tools)) as parts:  # type: ignore[type-var]
        async for part in parts:
            match part:
                case Text(text):
                    await draft.add(text)
                case ToolCall():
                    calls.append(part)
                case Ending():
                    used(part)
                    if not (calls or draft.text.strip()):
                        raise ModelEmpty("the answer has no text")
                    return Reply(part, tuple(calls))
    raise ModelCut("the stream ended before the answer did")


def pause_before_retry(error: ModelError) -> float | None:
    """Seconds to wait before a second call; None where it would not help or take too long."""
    if isinstance(error, ContextOverflow | PicturesRefused):
        return 0.0
    if not error.retry:
        return None
    wait_s = PAUSE_S if error.retry_after_s is None else error.retry_after_s
    return wait_s if wait_s <= PATIENCE_S else None


def description(error: ModelError) -> str:
    """What happened, for the log."""
    return f"{error.code}: {error.what} {error.detail}".strip()
