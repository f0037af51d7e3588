"""Code blocks in Markdown: which one is open after a line, and how it goes on elsewhere."""

import re
from typing import NamedTuple

LONGEST_INFO = 40
LONGEST_LEAD = 16

_LEAD = r"(?P<lead>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)"
_OPENING = re.compile(
    _LEAD + r"(?:(?P<ticks>`{3,16})(?P<info>[^`\n]*)|(?P<tildes>~{3,16})(?P<note>[^\n]*))$"
)
_LIKE_OPENING = re.compile(_LEAD + r"(?P<marks>`{3,}|~{3,})")
_BULLET = re.compile(r"[^ \t>]")


class Fence(NamedTuple):
    """An open code block: what stands before its mark, the mark that closes it, and its language.

    One in a list item that goes on elsewhere does so outside the list; one in a quotation stays
    quoted.
    """

    lead: str
    mark: str
    info: str

    @property
    def is_quoted(self) -> bool:
        return ">" in self.lead

    @property
    def head(self) -> str:
        """The line that opens it again elsewhere."""
        return f"{self.lead if self.is_quoted else ''}{self.mark}{self.info}\n"

    @property
    def tail(self) -> str:
        """The line that closes it where it was opened."""
        return self.lead + self.mark

    @property
    def tail_elsewhere(self) -> str:
        """The line that closes it where it was opened again."""
        return self.tail if self.is_quoted else self.mark


def opened(line: str) -> Fence | None:
    """The code block that a line opens."""
    match = _OPENING.match(line.rstrip())
    if match is None:
        return None
    lead = _BULLET.sub(" ", match["lead"])
    if len(lead) > LONGEST_LEAD:
        return None
    info = match["info"] or match["note"] or ""
    mark = match["ticks"] or match["tildes"]
    return Fence(lead, mark, info if len(info) <= LONGEST_INFO else "")


def like_opening(line: str) -> str:
    """The closing line that a line needs if it turns out to open a block; empty if it cannot."""
    match = _LIKE_OPENING.match(line)
    return match[0] if match else ""


def after(line: str, fence: Fence | None) -> Fence | None:
    """The code block that is open after a line."""
    if fence is None:
        return opened(line)
    closed = may_close(line, fence) and line.count(fence.mark[0]) >= len(fence.mark)
    return None if closed else fence


def may_close(line: str, fence: Fence) -> bool:
    """Whether a line closes the block, or may still come to."""
    around = " \t>\n" if fence.is_quoted else " \t\n"
    return not line.strip(around).strip(fence.mark[0])


def open_at_end(text: str) -> Fence | None:
    """The code block that a text leaves open."""
    fence: Fence | None = None
    for line in text.split("\n"):
        fence = after(line, fence)
    return fence


def out_of_list(body: str, fence: Fence) -> str:
    """What follows in a list item's code, without the item's indentation, and all after it."""
    block: Fence | None = fence
    lines: list[str] = []
    for line in body.split("\n"):
        spaces = len(line) - len(line.lstrip(" \t"))
        lines.append(line[min(spaces, len(fence.lead)) :] if block else line)
        block = after(line, block) if block else None
    return "\n".join(lines)
