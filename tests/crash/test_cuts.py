"""A connection that is lost again and again: what is read is what is stored, byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

import pytest

from aizuchi.attempt import cancel
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text

from .lives import Lives
from .people import InTheUnderground
from .socketeers import OnATrain

CUTS = 200
LONGEST_READ = 10_000  # bytes of a stream
LONGEST_LISTENING = 120  # frames of a socket
PIECES = ("聞いて", "います", "。🙂", " **so**\n\n", "\u2028", "e\u0301", '"\\', "\r\n", "naïve ")


class Talkative:
    """Says a long text of awkward characters, a little at a time."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        for _ in range(400):
            await asyncio.sleep(self._chance.choice((0, 0.01, 0.07)))
            yield Text("".join(self._chance.choices(PIECES, k=self._chance.randrange(1, 9))))
        yield Ending("stop")


@pytest.mark.parametrize(
    ("traveller", "longest"), [(InTheUnderground, LONGEST_READ), (OnATrain, LONGEST_LISTENING)]
)
async def test_two_hundred_cuts_lose_and_double_nothing(
    traveller: type[InTheUnderground | OnATrain], longest: int, tmp_path: Path
) -> None:
    chance, cuts, number = Random(20261121), 0, 0
    lives = Lives(tmp_path, None, Talkative(chance))
    running = asyncio.create_task(lives.run())
    while cuts < CUTS:
        number += 1
        person = traveller(lives, chance, longest)
        read = await person.say("talk", str(number), asyncio.Event())
        cuts += person.cuts
        assert read.outcome == "answered"
        assert (await person.history("talk"))[-1] == (str(number), read)
    await cancel(running)
