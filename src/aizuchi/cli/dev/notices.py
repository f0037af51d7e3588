"""What `aizuchi dev` shows: lines that stay, and under them one that says what goes on now."""

import os
import shutil
from collections.abc import Mapping
from typing import TextIO

BOLD, DIM, RESET, ERASE_LINE = "\x1b[1m", "\x1b[2m", "\x1b[0m", "\r\x1b[2K"
BAR_COLUMNS = 24


class Notices:
    """Lines in the order they come. On a terminal the last one may move; elsewhere nothing does."""

    def __init__(self, out: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._out = out
        self._moves = out.isatty() and environment.get("TERM") != "dumb"
        self._colours = self._moves and not environment.get("NO_COLOR")
        self._now = ""

    def say(self, line: str = "") -> None:
        """A line that stays."""
        erase = ERASE_LINE if self._now else ""
        self._write(f"{erase}{line}\n{self._dim(self._now)}")

    def title(self, line: str) -> None:
        self.say(f"{BOLD}{line}{RESET}" if self._colours else line)

    def quote(self, line: str) -> None:
        """A line of somebody else's, the server's."""
        self.say(self._dim(line))

    def now(self, text: str) -> None:
        """What goes on now; nothing ends it."""
        if self._moves:
            self._now = text[: shutil.get_terminal_size().columns - 1]
            self._write(f"{ERASE_LINE}{self._dim(self._now)}")

    def _dim(self, text: str) -> str:
        return f"{DIM}{text}{RESET}" if text and self._colours else text

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def bar(share: float) -> str:
    """How much of something is done."""
    done = round(min(max(share, 0), 1) * BAR_COLUMNS)
    return f"{'━' * done}{'╌' * (BAR_COLUMNS - done)} {share:4.0%}"
