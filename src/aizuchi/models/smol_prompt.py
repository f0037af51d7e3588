"""What the demo model is given to read: English, and no more than it can hold."""

import re
import unicodedata
from collections.abc import Sequence

from aizuchi.errors import ContextOverflow
from aizuchi.models.smol import CONTEXT_TOKENS
from aizuchi.models.wording import WAYS
from aizuchi.ports import PromptMessage
from aizuchi.settings.sections import Persona
from aizuchi.words import language_of

ANSWER_TOKENS = 400
PROMPT_TOKENS = CONTEXT_TOKENS - ANSWER_TOKENS - 48
SYSTEM_CHARS = 800
REMINDED_OF = 4  # exchanges; more only confuses a model this small
INSTRUCTIONS = "You are a helpful assistant. Answer in short, clear English."
AROUND = 8  # tokens that the chat's format takes for a message


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))


# Words that English does not have, of the languages it is most often mistaken for.
GREETINGS = _words("""
    bonjour bonsoir salut merci hola gracias buenos buenas hallo danke guten ciao grazie
    buongiorno obrigado obrigada olá
""")
OTHERS = _words("""
    le la les des du est un une que pour avec dans je tu vous nous qui quel quelle quoi
    el los las es una por para con como cómo qué cuál dónde del mi
    der das und ist nicht ich sie wie wer ein eine einen mit für auf von zu kannst du bitte
    il lo gli di che per non sono cosa qual della o os não você uma em é são eu
""")
ENGLISH = _words("""
    the a an is are was were be what who how why when where which do does did can could i you
    me my your we it to of in on and or for with tell say write give please this that
""")


def is_english(text: str) -> bool:
    """Whether the demo model may try; text without words counts as English."""
    if language_of(text) == "ja":
        return False
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    return 2 * latin >= len(letters) and not _is_of_another_language(text)


def _is_of_another_language(text: str) -> bool:
    words = _words(text)
    ours, theirs = len(words & ENGLISH), len(words & OTHERS)
    return (theirs >= 2 and theirs > ours) or (not ours and bool(words & GREETINGS))


def tokens_in(text: str) -> int:
    """How many tokens a text is at most, near enough: three letters each, all else one by one."""
    runs = re.findall(r"[A-Za-z]{1,3}|[^A-Za-z ]| {2,}", text)
    return AROUND + sum(1 if run.isascii() else len(run.encode("utf-8", "replace")) for run in runs)


def fitted(prompt: Sequence[PromptMessage]) -> list[PromptMessage]:
    """The prompt with as much of its history as the model can hold, and understand.

    Raises:
        ContextOverflow: the question alone is too long.
    """
    asked = max(index for index, message in enumerate(prompt) if message.role == "user")
    before, question = prompt[:asked], prompt[asked]
    after = [message for message in prompt[asked + 1 :] if message.role == "system"]
    systems = [_short(message) for message in (*before, *after) if message.role == "system"]
    left = PROMPT_TOKENS - sum(tokens_in(message.text) for message in (*systems, question))
    if left < 0:
        raise ContextOverflow("the question is longer than the demo model can read")
    history = _history([message for message in before if message.role != "system"], left)
    opening = [_short(message) for message in before if message.role == "system"]
    return [*opening, *history, question, *map(_short, after)]


def _history(before: Sequence[PromptMessage], left: int) -> list[PromptMessage]:
    """The last exchanges that fit, without those that it could only take as a bad example."""
    kept: list[PromptMessage] = []
    exchanges = list(zip(before[::2], before[1::2], strict=False))
    good = [pair for pair in exchanges if is_english(pair[0].text) and not _is_ours(pair[1].text)]
    for pair in reversed(good[-REMINDED_OF:]):
        left -= sum(tokens_in(message.text) for message in pair)
        if left < 0:
            break
        kept[:0] = pair
    return kept


def _is_ours(answer: str) -> bool:
    """Whether the echo said it, or we did in the model's place."""
    return answer.endswith(tuple(WAYS.values()))


def _short(message: PromptMessage) -> PromptMessage:
    """A line of the persona; to speak of languages makes the model change to one it cannot."""
    if message.text == Persona().instructions:
        return message._replace(text=INSTRUCTIONS)
    return message._replace(text=message.text[:SYSTEM_CHARS])
