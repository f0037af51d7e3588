"""What is done to an assistant on Discord: it is killed, and asked for a long answer with code."""

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from aizuchi.simulator.discord import Said
from aizuchi.simulator.model import Behaviour
from benchmarks.harness.apps import App
from benchmarks.harness.discord import text_of
from benchmarks.harness.discord_lives import DiscordLives, discord_lives
from benchmarks.harness.killing import GIVEN_UP_AFTER_S, SETTLED_S, Killed, killed
from benchmarks.harness.seen import letters, share

CHARS = 5_000
FENCE = "```"
PARAGRAPH = "The tide comes in twice a day, and nobody on the quay looks up from their work.\n\n"
BLOCKS, BLOCK_LINES, PARAGRAPHS = 3, 25, 6


class Long(NamedTuple):
    """What came of a long answer: the part of it that stands there, and the pages on which a block
    of code is begun and not ended, or the other way round."""

    share: float
    pages: int
    torn: int


class Found(NamedTuple):
    """All that was tried with one assistant."""

    killed: Sequence[Killed]
    long: Long


async def tried(app: App, quick: bool) -> Found:
    return Found(await killed(app, 2 if quick else 10, discord_lives), await _long(app))


async def _long(app: App) -> Long:
    async with discord_lives(app) as life:
        life.model.script(Behaviour(text=TEXT))
        await life.start()
        said = await life.ask("Tell me all of it")
        await life.until(lambda: _share(life, said) == 1.0, GIVEN_UP_AFTER_S)
        await asyncio.sleep(SETTLED_S)
        pages = life.shown(said)
        return Long(_share(life, said), len(pages), sum(map(_is_torn, pages)))


def _share(life: DiscordLives, said: Said) -> float:
    return share(_without_fences(text_of(life.messages(said))), _without_fences(TEXT))


def _is_torn(page: str) -> bool:
    return sum(map(_is_fence, page.splitlines())) % 2 == 1


def _is_fence(line: str) -> bool:
    return line.lstrip().startswith(FENCE)


def _without_fences(text: str) -> str:
    """What a block of code is begun and ended with is said again where a page ends inside it."""
    return letters("\n".join(line for line in text.splitlines() if not _is_fence(line)))


def _text() -> str:
    """Paragraphs and blocks of code by turns, in which every line has a number."""
    numbers, parts = count(1), []
    for _ in range(BLOCKS):
        lines = (f"quay[{next(numbers)}].rope = tie(boat)" for _ in range(BLOCK_LINES))
        parts += [PARAGRAPH * PARAGRAPHS, "\n".join((f"{FENCE}python", *lines, FENCE, "", ""))]
    return f"{''.join(parts)}{PARAGRAPH * CHARS}"[:CHARS]


TEXT = _text()
