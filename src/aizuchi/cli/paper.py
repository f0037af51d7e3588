"""Where an answer is written: on a terminal as it grows, or into a pipe once it is whole."""

import os
import shutil
import sys
from collections.abc import Mapping
from typing import Protocol, TextIO

from aizuchi.surfaces.terminal.render import clean
from aizuchi.surfaces.terminal.screen import Screen, Size
from aizuchi.surfaces.terminal.tail import Again, End, Sign, Words
from aizuchi.words import Language


class Paper(Protocol):
    """Takes the signs of answers."""

    def show(self, sign: Sign) -> None: ...

    def leave(self) -> None:
        """Nobody follows the answer any more."""
        ...


def paper_for(out: TextIO, environment: Mapping[str, str] = os.environ) -> Paper:
    """The paper that fits where our output goes."""
    if not out.isatty() or environment.get("TERM") == "dumb":
        return Whole(out, sys.stderr)
    screen = Screen(_size, language(environment), colours=not environment.get("NO_COLOR"))
    return Live(out, screen)


def language(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of this terminal."""
    named = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ja" if named.startswith("ja") else "en"


def _size() -> Size:
    return Size(*shutil.get_terminal_size())


class Live:
    """A terminal, on which what is void can be taken back."""

    def __init__(self, out: TextIO, screen: Screen) -> None:
        self._out, self._screen = out, screen

    def show(self, sign: Sign) -> None:
        self._write(self._screen.show(sign))

    def leave(self) -> None:
        self._write(self._screen.leave())

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class Whole:
    """A pipe: nothing is written that may still change, and only the answer; the rest is told
    on the other channel."""

    def __init__(self, out: TextIO, told: TextIO) -> None:
        self._out, self._told = out, told
        self._pieces: list[str] = []

    def show(self, sign: Sign) -> None:
        match sign:
            case Words(text):
                self._pieces.append(clean(text))
            case Again():
                self._pieces.clear()
            case End():
                self._end(sign)
            case _:
                pass

    def leave(self) -> None:
        self._pieces.clear()

    def _end(self, end: End) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if text:
            self._out.write(text if text.endswith("\n") else f"{text}\n")
            self._out.flush()
        if end.said:
            self._told.write(f"{clean(end.said)}\n")
