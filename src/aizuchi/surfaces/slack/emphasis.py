"""Emphasis beside Japanese punctuation, which CommonMark takes for no emphasis at all.

In これは**「重要」**です the stars stand between a letter and a bracket, where they can neither
open nor close. The thinnest space that Markdown knows makes them do what was meant.
"""

import re
import unicodedata
from collections.abc import Iterator

from aizuchi.fences import Fence, after, like_opening

THIN = "\u200a"
LONGEST_RUN = 3
FIRST_WIDE = "\u1100"

_MARKS = re.compile(r"\\.|`+|\*+")


def with_japanese_emphasis(text: str, *, growing: bool = False) -> str:
    """The text with thin spaces where emphasis needs one. Of a growing text, stars at its end are
    held back: what follows decides."""
    if "*" not in text:
        return text
    return "".join(_lines(text.splitlines(keepends=True), growing))


def _lines(lines: list[str], growing: bool) -> Iterator[str]:
    fence: Fence | None = None
    opened: set[int] = set()
    for number, line in enumerate(lines, 1):
        is_code = fence is not None or like_opening(line)
        fence = after(line, fence)
        if not line.strip():
            opened.clear()
        yield line if is_code else _line(line, opened, growing and number == len(lines))


def _line(line: str, opened: set[int], growing: bool) -> str:
    """A line of text; `opened` are the lengths of the star runs that are open, and is changed."""
    done, start, code = "", 0, ""
    for mark in _MARKS.finditer(line):
        run = mark[0]
        if run[0] == "`" and code in ("", run):
            code = "" if code else run
        if run[0] != "*" or code or len(run) > LONGEST_RUN:
            continue
        if growing and mark.end() == len(line):
            return done + line[start : mark.start()]
        done += line[start : mark.start()] + _stars(line, mark, opened)
        start = mark.end()
    return done + line[start:]


def _stars(line: str, mark: re.Match[str], opened: set[int]) -> str:
    before = line[mark.start() - 1] if mark.start() else "\n"
    behind = line[mark.end()] if mark.end() < len(line) else "\n"
    run = mark[0]
    if len(run) in opened and not before.isspace():
        opened.discard(len(run))
        return run + (THIN if _is_mark(before) and _is_wide(behind) else "")
    if behind.isspace():
        return run
    opened.add(len(run))
    return (THIN if _is_wide(before) and _is_mark(behind) else "") + run


def _is_mark(letter: str) -> bool:
    """Punctuation and symbols, as CommonMark counts them."""
    return unicodedata.category(letter)[0] in "PS"


def _is_wide(letter: str) -> bool:
    """A letter of a script that is written without spaces."""
    return letter >= FIRST_WIDE and unicodedata.category(letter)[0] in "LN"
