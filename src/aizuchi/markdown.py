"""Model Markdown cut into pages that no longer change once a later one has begun."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from aizuchi import fences, tables
from aizuchi.fences import Fence, like_opening, may_close, open_at_end, out_of_list
from aizuchi.tables import Table, is_row

Measure = Callable[[str], int]
"""The length of a text in the surface's unit; that of a sum is the sum, no character is 0."""

LEAST_PAGE = 256
"""A shorter page could not hold what a split code block adds to it."""

LONGEST_SEARCH = 600
"""How far from its end (at most a quarter) a page looks for a good place to end."""

LARGEST_HEAD = 4
"""A table goes on under its head if that takes no more than this part of a page: a quarter."""

LONGEST_CHARACTER = 16
HEAD, WITHIN, LINE, PARAGRAPH = 0, 1, 2, 3
"""How good a place to end is: in a table's head, in code or between rows, in a text, after it."""

Block = Fence | Table

_EXTENDERS = "\u200d\uff9e\uff9f" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_HALVES = "".join(map(chr, range(0x1F1E6, 0x1F200)))
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_GOOD_ENDS = (
    re.compile(r"[。！？!?．]+[」』）)\"'”’]*(?=[^。！？!?．」』）)\"'”’])|[.:;]\s+(?=\S)"),
    re.compile(r"[、，]|\s+(?=\S)"),
)


class _Cut(NamedTuple):
    """Where a page ends, how good a place that is, and the code block or table that it cuts."""

    rank: int
    at: int
    block: Block | None


class _Walk(NamedTuple):
    """A page read as far as it goes: whether it is full, and its last line with what it begins
    with; `size` is what stands before that line."""

    full: bool
    best: _Cut | None
    at: int
    size: int
    block: Block | None

    @property
    def fence(self) -> Fence | None:
        return _code(self.block)


class _Room(NamedTuple):
    chars: int
    measure: Measure

    @property
    def search(self) -> int:
        return self.chars - min(self.chars // 4, LONGEST_SEARCH)

    def line(self, text: str, at: int) -> str:
        """The line that begins here, as much of it as could matter."""
        most = at + self.chars + 1
        end = text.find("\n", at, most)
        return text[at:most] if end < 0 else text[at : end + 1]

    def head(self, block: Block | None) -> int:
        return self.measure(block.head) if block else 0

    def charge(self, line: str, fence: Fence | None) -> int:
        """What a line takes at most, with all that has to follow it if the page ends in it.

        For a beginning of the line it is never more than for the line: so a page that is full is
        full whatever follows.
        """
        if fence is None:
            content = line.rstrip()
            if closing := like_opening(content):
                return self.measure(line.rstrip("\n")) + 1 + self.measure(closing)
            return self.measure(content)
        content = line.rstrip("\n")
        stays_open = line.endswith("\n") and fences.after(line, fence)
        if may_close(content, fence) and not stays_open:
            return max(self.measure(content), self.measure(fence.tail))
        return self.measure(content) + 1 + self.measure(fence.tail)

    def ending(self, line: str, fence: Fence | None) -> int:
        """What a line takes if the page ends after it."""
        if fence is None:
            return self.charge(line, None)
        return self.measure(line) + 1 + self.measure(fence.tail)


def units(text: str) -> int:
    """The length as a platform may count it at most: in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def pages(
    text: str, page_chars: int, *, measure: Measure = len, growing: bool = False
) -> list[str]:
    """A text as pages of at most `page_chars`, cut at paragraphs and code blocks where it can be.

    A code block that is cut is closed on its page and opened again on the next, and a table goes on
    under its head. Of a `growing` text the last page is left as it is, without what might still
    move to the next: it is a beginning of the page that it will be.
    """
    if page_chars < LEAST_PAGE:
        raise ValueError(f"a page of {page_chars} characters is too small: {LEAST_PAGE} at least")
    room = _Room(page_chars, measure)
    done: list[str] = []
    start, block = _past_blank_lines(text, 0), None
    while (walk := _walk(text, start, block, room)).full:
        cut = walk.best or _cut_in_line(text, walk, room)
        if text[start : cut.at].strip():
            done.append(_page(text[start : cut.at], block, cut.block))
        start, block = _next_page(text, cut, room)
    end = _settled(text, start, walk, room) if growing else len(text)
    rest = _without_half_closing(text[start:end], walk.fence)
    if rest.strip():
        done.append(_open_page(rest, block) if growing else _page(rest, block, walk.block))
    return done


def with_line(text: str, line: str) -> str:
    """A text with a line of ours after it, as a paragraph of its own even after cut-off code."""
    if not text.strip() or not line:
        return line or text
    fence = open_at_end(text)
    closing = f"\n{fence.tail}" if fence else ""
    return f"{text}{closing}\n\n{line}"


# ── how far a page goes ───────────────────────────────────────────────────────


def _walk(text: str, start: int, block: Block | None, room: _Room) -> _Walk:
    best: _Cut | None = None
    at, size = start, room.head(block)
    while at < len(text):
        line = room.line(text, at)
        goes_on = len(line) > room.chars and not line.endswith("\n")
        if goes_on or size + room.charge(line, _code(block)) > room.chars:
            return _Walk(True, best, at, size, block)
        if not line.endswith("\n"):
            return _Walk(False, best, at, size, _after(line, block))
        at += len(line)
        size += room.measure(line)
        block = _after(line, block)
        best = _better(best, _cut_after(line, at, block), size, room)
    return _Walk(False, best, at, size, block)


def _after(line: str, block: Block | None) -> Block | None:
    """The code block or table that is open after a line."""
    if isinstance(block, Fence):
        return fences.after(line, block)
    return fences.after(line, None) or tables.after(line, block)


def _code(block: Block | None) -> Fence | None:
    return block if isinstance(block, Fence) else None


def _cut_after(line: str, at: int, block: Block | None) -> _Cut:
    match block:
        case Fence() | Table(has_rows=True):
            return _Cut(WITHIN, at, block)
        case Table():
            return _Cut(HEAD, at, block)
        case None:
            ends_block = not line.strip() or like_opening(line)
            return _Cut(PARAGRAPH if ends_block else LINE, at, None)


def _better(best: _Cut | None, cut: _Cut, size: int, room: _Room) -> _Cut | None:
    """The later of two equally good places, if it is late enough and its page fits."""
    fence = _code(cut.block)
    closing = room.measure(fence.tail) if fence else 0
    if size < room.search or (fence and size + closing > room.chars):
        return best
    return cut if best is None or cut.rank >= best.rank else best


def _cut_in_line(text: str, walk: _Walk, room: _Room) -> _Cut:
    """A cut within the line that is too long: after a sentence, a word, or a character."""
    line = room.line(text, walk.at)
    fits = _most(line, lambda part: walk.size + room.ending(part, walk.fence), room.chars)
    if not walk.fence and not like_opening(line):
        fits = _good_end(line[: fits + 1], walk, room) or fits
    fits = _whole_character(line, fits, walk, room)
    return _Cut(HEAD, walk.at + fits, fences.after(line[:fits], walk.fence))


def _good_end(line: str, walk: _Walk, room: _Room) -> int | None:
    """The last good place to end in a line whose last character no longer fits."""
    first = _reaching(line, walk, room)
    for pattern in _GOOD_ENDS:
        ends = [match.end() for match in pattern.finditer(line, max(first - 1, 0))]
        if later := [end for end in ends if first <= end < len(line)]:
            return later[-1]
    return None


def _settled(text: str, start: int, walk: _Walk, room: _Room) -> int:
    """How much of a growing page will stay on it, wherever it ends."""
    line = room.line(text, walk.at) if walk.at < len(text) else ""
    if walk.size + room.measure(line) <= room.search:
        return len(text)
    if walk.best:
        return walk.best.at
    if walk.size > room.search:
        head = walk.size - room.measure(text[start : walk.at])
        return start + _most(text[start : walk.at], room.measure, room.search - head)
    good = None if walk.fence or like_opening(line) else _good_end(line, walk, room)
    return walk.at + (good or max(_reaching(line, walk, room) - 1, 0))


def _reaching(line: str, walk: _Walk, room: _Room) -> int:
    """The first place in a line at which a page is full enough to end."""
    return _most(line, lambda part: walk.size + room.measure(part), room.search - 1) + 1


def _most(line: str, size: Callable[[str], int], most: int) -> int:
    """How many characters of a line are no larger than this."""
    return bisect_right(range(1, len(line) + 1), most, key=lambda end: size(line[:end]))


def _whole_character(line: str, at: int, walk: _Walk, room: _Room) -> int:
    """A place at or before this one that tears no combining sequence, flag or joined emoji."""
    first = max(at - LONGEST_CHARACTER, _reaching(line, walk, room), 1)
    whole = (end for end in range(at, first - 1, -1) if not _joined(line, end))
    return next(whole, at) if at < len(line) else at


def _joined(line: str, at: int) -> bool:
    before, next_one = line[at - 1], line[at]
    if before == "\u200d" or next_one in _EXTENDERS:
        return True
    if next_one in _FLAG_HALVES:
        halves = len(line[:at]) - len(line[:at].rstrip(_FLAG_HALVES))
        return halves % 2 == 1
    return unicodedata.category(next_one) in ("Mn", "Mc", "Me")


# ── what stands on a page ─────────────────────────────────────────────────────


def _next_page(text: str, cut: _Cut, room: _Room) -> tuple[int, Block | None]:
    """Where the page after a cut begins, and in what; in code a blank line may be meant."""
    if isinstance(cut.block, Fence):
        return cut.at, cut.block
    start = _past_blank_lines(text, cut.at)
    goes_on = start == cut.at and is_row(text[start : start + 4])
    fits = room.head(cut.block) <= room.chars // LARGEST_HEAD
    return start, cut.block if goes_on and fits else None


def _past_blank_lines(text: str, at: int) -> int:
    match = _BLANK_LINES.match(text, at)
    return match.end() if match else at


def _without_half_closing(body: str, fence: Fence | None) -> str:
    """An unfinished text without the first marks of the line that will close its code block."""
    line = body.rpartition("\n")[2]
    if fence and may_close(line, fence) and line.count(fence.mark[0]) < len(fence.mark):
        return body.removesuffix(line)
    return body


def _page(body: str, begun: Block | None, cut: Block | None) -> str:
    """A page that is complete in itself."""
    whole = _again(body, begun)
    if not isinstance(cut, Fence):
        return whole.rstrip()
    tail = cut.tail_elsewhere if cut is begun else cut.tail
    return whole + tail if whole.endswith("\n") else f"{whole}\n{tail}"


def _open_page(body: str, begun: Block | None) -> str:
    """A page that is still to grow."""
    return _again(body, begun).rstrip()


def _again(body: str, begun: Block | None) -> str:
    """A body that begins inside a code block or a table, with that opened before it."""
    match begun:
        case None:
            return body
        case Fence(is_quoted=False):
            return begun.head + out_of_list(body, begun)
        case _:
            return begun.head + body
