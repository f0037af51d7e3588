"""What to write to a terminal, sign by sign, so that in the end the answer stands there once."""

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from aizuchi.surfaces.terminal.render import DIM, RESET, Painter, Piece, clean, plain, styled
from aizuchi.surfaces.terminal.tail import (
    Again,
    Begun,
    Doing,
    End,
    Lost,
    Question,
    Sign,
    Waiting,
    Words,
)
from aizuchi.words import Language, say

ERASE_LINE, ERASE_BELOW = "\r\x1b[2K", "\r\x1b[J"
LOST: dict[Language, str] = {
    "en": "(connection lost, trying again)",
    "ja": "(接続が切れました。再接続しています)",
}
HOW: dict[Language, str] = {
    "en": "Type yes or no.",
    "ja": "「はい」か「いいえ」を入力してください。",
}
AGAIN: dict[Language, str] = {"en": "(starting again)", "ja": "(最初から書き直します)"}


class Size(NamedTuple):
    """Columns and rows of a terminal."""

    columns: int
    rows: int


class Screen:
    """An answer on a terminal, as it grows."""

    def __init__(self, size: Callable[[], Size], language: Language, *, colours: bool) -> None:
        self._size, self._language, self._colours = size, language, colours
        self._painter = Painter()
        self._status = False
        self._shown = ""
        self._steps: set[tuple[str, bool]] = set()

    def show(self, sign: Sign) -> str:
        """What to write for a sign."""
        match sign:
            case Begun():
                return self._begin()
            case Waiting(text):
                return self._wait(text)
            case Doing():
                return self._do(sign)
            case Words(text):
                return self._write(self._painter.feed(text))
            case Again():
                return self._begin_again()
            case Lost():
                return self._wait(LOST[self._language])
            case End():
                return self._end(sign)

    def leave(self) -> str:
        """What to write when nobody follows the answer any more."""
        return self._erased_status() + self._new_line()

    def _begin(self) -> str:
        self._painter, self._shown, self._steps = Painter(), "", set()
        return self._erased_status()

    def _wait(self, text: str) -> str:
        """Shows what is being done, for as long as nothing better comes; never between words."""
        status = " ".join(clean(text).split())[: max(1, self._size().columns // 2 - 1)]
        erased = self._erased_status()
        if not status or not self._is_at_line_start:
            return erased
        self._status = True
        return erased + self._dim(status)

    def _do(self, step: Doing) -> str:
        if (step.id, step.failed) in self._steps:
            return ""
        self._steps.add((step.id, step.failed))
        mark = "✗" if step.failed else "·"
        title = " ".join(clean(step.title).split())
        return self._new_line() + self._write([Piece(f"{mark} {title}\n", DIM)])

    def _write(self, pieces: list[Piece]) -> str:
        text = plain(pieces)
        if not text:
            return ""
        self._shown += text
        return self._erased_status() + (styled(pieces) if self._colours else text)

    def _begin_again(self) -> str:
        """Takes away what is still on the screen; says so where part of it has moved out."""
        size, status = self._size(), self._erased_status()
        up = rows(self._shown, size.columns) - 1
        self._painter, self._steps = Painter(), set()
        if up >= size.rows:
            begin = self._new_line() + self._dim(AGAIN[self._language]) + "\n"
        else:
            begin = (f"\x1b[{up}A" if up else "") + ERASE_BELOW
        self._shown = ""
        return status + begin

    def _end(self, end: End) -> str:
        rest = self._write(self._painter.end()) + self._erased_status() + self._new_line()
        said = self._dim(clean(end.said)) + "\n" if end.said else ""
        return rest + said + (asking(end.question, self._language) if end.question else "")

    def _new_line(self) -> str:
        if self._is_at_line_start:
            return ""
        self._shown += "\n"
        return "\n"

    @property
    def _is_at_line_start(self) -> bool:
        return not self._shown or self._shown.endswith("\n")

    def _erased_status(self) -> str:
        had, self._status = self._status, False
        return ERASE_LINE if had else ""

    def _dim(self, text: str) -> str:
        return f"{DIM}{text}{RESET}" if self._colours else text


def asking(question: Question, language: Language) -> str:
    """A question with what it is about, all of it, and how it is answered."""
    calls = [f"  {clean(tool)} {clean(arguments)}\n" for tool, arguments in question.calls]
    return "".join([f"{say('may_i', language)}\n", *calls, f"{HOW[language]}\n"])


def rows(text: str, columns: int) -> int:
    """How many rows of a terminal a text takes, the one with the cursor included."""
    return sum(_rows_of_line(line, columns) for line in text.split("\n"))


def _rows_of_line(line: str, columns: int) -> int:
    """A wide letter that does not fit any more begins a row, and leaves a gap behind it."""
    row, column = 1, 0
    for letter in line.expandtabs():
        column += _width(letter)
        if column > columns:
            row, column = row + 1, _width(letter)
    return row


def _width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
