"""The echo: the model of somebody who has none yet. It repeats the question and says so."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence

from aizuchi.happenings import Asked
from aizuchi.models.wording import echo_of, pieces_of, question_in
from aizuchi.ports import Declared, Ending, Part, PromptMessage, Text
from aizuchi.tracing import asks
from aizuchi.words import language_of

LONGEST_S = 5.0


class EchoModel:
    """Repeats what it hears, `pause_s` seconds after each piece, in some five seconds at most: of
    what is long, more at once."""

    label = "echo: it only repeats what you say"

    def __init__(self, pause_s: float = 0.03) -> None:
        self._pause_s = pause_s

    async def stream(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Declared] = ()
    ) -> AsyncIterator[Part]:
        asks(Asked("echo", "aizuchi"))
        question = question_in(prompt)
        pieces = pieces_of(echo_of(question, language_of(question)))
        at_once = math.ceil(len(pieces) * self._pause_s / LONGEST_S) or 1
        for place in range(0, len(pieces), at_once):
            yield Text("".join(pieces[place : place + at_once]))
            await asyncio.sleep(self._pause_s)
        yield Ending("stop")
