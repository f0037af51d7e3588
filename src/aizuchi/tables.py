"""Tables in Markdown: which one is open after a line, and how it goes on elsewhere."""

import re
from typing import NamedTuple

_ROW = re.compile(r" {0,3}\|")
_DELIMITER = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
_BORDER = re.compile(r"(?<!\\)\|")


class Table(NamedTuple):
    """An open table: the line that names its columns, the one under it, and whether rows followed.
    Without the second it is a line that may still turn out to begin one."""

    header: str
    delimiter: str = ""
    has_rows: bool = False

    @property
    def head(self) -> str:
        """The lines that open it again elsewhere; none where it is not sure to be a table."""
        return self.header + self.delimiter if self.delimiter else ""


def after(line: str, table: Table | None) -> Table | None:
    """The table that is open after a line. One whose rows do not begin with a bar is not seen."""
    if not is_row(line):
        return None
    if table and table.delimiter:
        return table._replace(has_rows=True)
    if table and _DELIMITER.fullmatch(line.strip()) and _cells(line) == _cells(table.header):
        return Table(table.header, line)
    return Table(line)


def is_row(line: str) -> bool:
    """Whether a line, of which the beginning is enough, may be one of a table."""
    return _ROW.match(line) is not None


def _cells(line: str) -> int:
    inner = _BORDER.sub("\n", line.strip()).strip("\n")
    return inner.count("\n") + 1
