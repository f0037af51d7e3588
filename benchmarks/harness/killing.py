"""An assistant that is killed in the middle of an answer, at random moments."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import NamedTuple, TypeVar

from benchmarks.harness.apps import App
from benchmarks.harness.lives import ANSWER_S, Lives
from benchmarks.harness.process import Failed

SEED = 4
GIVEN_UP_AFTER_S = 15.0
SETTLED_S = 1.5
Said = TypeVar("Said")
Open = Callable[[App], AbstractAsyncContextManager[Lives[Said]]]


class Killed(NamedTuple):
    """What came of a message in whose answer the assistant was killed: how many messages stood in
    its conversation, how soon after the next start its answer did, whether the next was answered,
    and how often it is shown in the end that somebody is at work."""

    at_s: float
    warm: bool
    messages: int
    final_s: float | None
    next_s: float | None
    left: int


async def killed(app: App, times: int, opened: Open[Said]) -> Sequence[Killed]:
    """So often cold, and so often when it has answered before; the moments are always the same."""
    return [await _killed(app, opened, at_s, warm) for at_s, warm in _moments(times)]


def _moments(times: int) -> Iterator[tuple[float, bool]]:
    chance = Random(SEED)
    for warm in (False, True):
        for _ in range(times):
            yield chance.uniform(0, ANSWER_S), warm


async def _killed(app: App, opened: Open[Said], at_s: float, warm: bool) -> Killed:
    async with opened(app) as life:
        await life.start()
        if warm:
            await answer(life, "Warm?")
        said = await life.ask("Is it so?")
        await asyncio.sleep(at_s)
        await life.kill()
        await life.start()
        final_s = await life.answered(said, 1, GIVEN_UP_AFTER_S)
        await asyncio.sleep(SETTLED_S)
        messages = len(life.shown(said))
        await life.ask("And now?", said)
        whole = 1 if final_s is None else 2
        next_s = await life.answered(said, whole, GIVEN_UP_AFTER_S)
        return Killed(at_s, warm, messages, final_s, next_s, life.left(said))


async def answer(life: Lives[Said], text: str) -> Said:
    """Asks, and returns when it is answered."""
    said = await life.ask(text)
    if await life.answered(said, 1, GIVEN_UP_AFTER_S) is None:
        raise Failed(f"{text} was not answered: {life.shown(said)}")
    return said
