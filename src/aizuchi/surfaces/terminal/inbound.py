"""What a person typed: a question, or something that the terminal does itself."""

import re
from typing import Literal, NamedTuple, get_args

Verb = Literal["new", "stop", "help", "quit"]
NAMES: dict[str, Verb] = {
    **{verb: verb for verb in get_args(Verb)},
    "exit": "quit",
    "q": "quit",
    "?": "help",
}
COMMAND = re.compile(r"/([a-z?]+)", re.IGNORECASE)

VERDICTS: dict[str, Literal["yes", "no"]] = {
    **dict.fromkeys(("yes", "y", "はい"), "yes"),
    **dict.fromkeys(("no", "n", "いいえ"), "no"),
}

HELP = """\
/new    begin another conversation
reset   stay here, but forget what was said
/stop   stop the answer that is still being written, as Ctrl-C does
/quit   end, as Ctrl-D does
A line that ends in \\ goes on in the next one."""


class Ask(NamedTuple):
    """A message for the assistant."""

    text: str


class Do(NamedTuple):
    """Something for the terminal itself."""

    verb: Verb


class Unknown(NamedTuple):
    """A command that does not exist."""

    name: str


def read(typed: str) -> Ask | Do | Unknown | None:
    """What is meant by what was typed; None where it is nothing."""
    text = question(typed)
    if not text:
        return None
    command = COMMAND.fullmatch(text)
    if command is None:
        return Ask(text)
    name = command.group(1).lower()
    return Do(NAMES[name]) if name in NAMES else Unknown(name)


def verdict(typed: str) -> Literal["yes", "no"] | None:
    """What is meant by what was typed where a yes or no is asked for."""
    return VERDICTS.get(question(typed).lower())


def question(text: str) -> str:
    """A text as it is sent; what is not text in it becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def goes_on(typed: str) -> bool:
    """Whether the next line belongs to this one."""
    return typed.endswith("\\")
