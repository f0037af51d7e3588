"""A brain of one's own: whatever answers in the place of the loop around the model."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import NamedTuple

from aizuchi.answers import Step
from aizuchi.attachments import Attached
from aizuchi.events import Message, Picture
from aizuchi.history import Exchange, Recollection
from aizuchi.ports import Ending
from aizuchi.prompt import with_files
from aizuchi.words import Language
from aizuchi.writing import Draft


class Turn(NamedTuple):
    """What is to be answered: the words, what was said before (each a question and an answer, the
    oldest first; `notes` tell of what was before that, the newest first), whose words they are, and
    where. `person` is unique in the installation. The text holds that of attached files."""

    text: str
    history: tuple[Exchange, ...]
    notes: tuple[str, ...]
    person: str
    name: str
    surface: str
    conversation: str
    language: Language
    pictures: tuple[Picture, ...] = ()


Saying = str | Step | Ending
Brain = Callable[[Turn], AsyncIterator[Saying]]
"""Yields the answer piece by piece; between them steps, to be shown, and at the end perhaps an
`Ending` with the tokens it used. It may be called again for the same turn after a crash."""


def turn_of(
    message: Message,
    recalled: Recollection,
    person: str,
    of: Language,
    attached: Attached = Attached(),
) -> Turn:
    """A message as a brain is given it."""
    history, notes = tuple(recalled.exchanges), tuple(recalled.summaries)
    place, text = (message.surface, message.conversation), with_files(message.text, attached)
    pictures = tuple(one for some in attached.pictures.values() for one in some)
    return Turn(text, history, notes, person, message.sender.name, *place, of, pictures)


async def think(brain: Brain, turn: Turn, draft: Draft) -> int:
    """Writes what a brain says into the draft; returns the tokens that it says it used."""
    tokens = 0
    async with aclosing(brain(turn)) as parts:  # type: ignore[type-var]  # a generator in practice
        async for part in parts:
            match part:
                case str():
                    await draft.add(part) if part else None
                case Step():
                    await draft.show(part)
                case Ending():
                    tokens += part.tokens_in + part.tokens_out
                case _:
                    raise TypeError(f"an answer yields text or steps, not {type(part).__name__}")
    return tokens
