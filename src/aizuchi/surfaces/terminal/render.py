"""Model Markdown, as it streams in, to what a terminal shows; hostile control characters go."""

import re
from typing import NamedTuple

BOLD, DIM, CODE, RESET = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m"
HELD_AT_MOST = 400

# C0 but newline and tab, DEL, C1, and what changes the direction of a line: all of it could write
# where the person does not expect it.
_HOSTILE = dict.fromkeys(
    [code for code in range(0x20) if chr(code) not in "\n\t"]
    + list(range(0x7F, 0xA0))
    + list(range(0x202A, 0x202F))
    + list(range(0x2066, 0x206A))
)
_SPAN = re.compile(
    r"(?P<mark>\*{2,3})(?P<bold>(?![\s*])[^\n]{1,394}?(?<![\s*]))(?P=mark)"
    r"|`(?P<code>[^`\n]{1,398})`"
)
_OPENS = re.compile(r"\*\*|`|\*\Z")
_UNDECIDED = re.compile(r" {0,8}(#{1,6}|[-+*]|`{1,2})?")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_MAYBE_FENCE = re.compile(r" {0,3}(`{0,3}|~{0,3})")
_HEADING = re.compile(r"#{1,6} ")
_BULLET = re.compile(r"( *)[-+*] ")


def clean(text: str) -> str:
    """The text without anything that a terminal would obey."""
    return text.translate(_HOSTILE)


class Piece(NamedTuple):
    """A piece to show, and how."""

    text: str
    style: str = ""


class Painter:
    """Takes an answer as it comes; gives what can be shown by now. It holds back what may still
    turn out to be a mark, at most a few hundred characters of one line."""

    def __init__(self) -> None:
        self._held = ""
        self._at_start = True
        self._in_fence = False
        self._line_style = ""

    def feed(self, text: str) -> list[Piece]:
        self._held += clean(text)
        pieces = []
        while "\n" in self._held:
            line, self._held = self._held.split("\n", 1)
            pieces += [*self._take(line, ended=True), Piece("\n")]
            self._at_start, self._line_style = True, ""
        return pieces + self._hold_back()

    def end(self) -> list[Piece]:
        """What was held back."""
        rest, self._held = self._held, ""
        return self._take(rest, ended=True)

    def _hold_back(self) -> list[Piece]:
        undecided = _MAYBE_FENCE if self._in_fence else _UNDECIDED
        if self._at_start and (undecided.fullmatch(self._held) or _FENCE.match(self._held)):
            return []
        text, self._held = self._held, ""
        return self._take(text, ended=False)

    def _take(self, text: str, *, ended: bool) -> list[Piece]:
        begins, self._at_start = self._at_start, self._at_start and not text
        if begins and _FENCE.match(text):
            self._in_fence = not self._in_fence
            return [Piece(text, DIM)]
        if self._in_fence:
            return [Piece(text, CODE)]
        prefix, rest = self._prefix(text) if begins else ("", text)
        return [Piece(prefix, self._line_style), *self._inline(rest, ended=ended)]

    def _prefix(self, text: str) -> tuple[str, str]:
        if heading := _HEADING.match(text):
            self._line_style = BOLD
            return "", text[heading.end() :]
        if bullet := _BULLET.match(text):
            return f"{bullet.group(1)}• ", text[bullet.end() :]
        return "", text

    def _inline(self, text: str, *, ended: bool) -> list[Piece]:
        pieces = []
        while opening := _OPENS.search(text):
            pieces.append(Piece(text[: opening.start()], self._line_style))
            text = text[opening.start() :]
            if span := _SPAN.match(text):
                pieces.append(_span(span))
                text = text[span.end() :]
            elif ended or len(text) > HELD_AT_MOST:
                pieces.append(Piece(opening.group(), self._line_style))
                text = text[len(opening.group()) :]
            else:
                self._held = text
                return pieces
        return [*pieces, Piece(text, self._line_style)]


def _span(span: re.Match[str]) -> Piece:
    bold = span.group("bold")
    return Piece(bold, BOLD) if bold else Piece(span.group("code"), CODE)


def plain(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def styled(pieces: list[Piece]) -> str:
    """The pieces with their styles; a style never reaches past its own piece."""
    return "".join(
        f"{piece.style}{piece.text}{RESET}" if piece.style and piece.text else piece.text
        for piece in pieces
    )
