"""All that the table has of one turn, read in one go: its row, its log, what was noted beside."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aizuchi.answers import Finished, Logged, TextDelta, decode, encode
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.texts import joined
from aizuchi.engines.aws.turnrows import OVER
from aizuchi.history import Event
from aizuchi.logstore import Line, logged
from aizuchi.traces import Written

RECEIPT = re.compile(r"receipt_(\d+)_(\d+)")


class Life(NamedTuple):
    """`row` has the whole message in its body, while the turn is open; `written` is in the order of
    time, in which receipts may come before the words that they followed."""

    row: Item | None
    written: Sequence[Written]
    notes: Sequence[Event]

    @property
    def log(self) -> list[Logged]:
        in_place = sorted(self.written, key=lambda line: (line.attempt, line.n))
        return [
            entry
            for line in in_place
            for entry in logged(line.attempt, line.n, line.entries)
            if entry.entry != TextDelta("")
        ]


async def life_of(table: Table, turn_id: str) -> Life:
    row: Item | None = None
    written: list[Written] = []
    notes: list[Event] = []
    async for item in joined(table.query(keys.turn(turn_id).pk)):
        match str(item["sk"]).partition(" ")[0]:
            case keys.TURN:
                row = item
            case keys.LOG:
                written.append(_written(item))
            case keys.NOTE:
                notes.append(Event(float(item["at"]), str(item["code"]), str(item["detail"])))
    counted = [line for line in written if _counts(line, row)]
    lines = [*counted, *_receipts_of(row or {})]
    in_time = sorted(lines, key=lambda line: (line.at, line.attempt, line.n))
    return Life(row, in_time, notes)


def receipts_in(line: Line, at: float) -> Item:
    """A line of receipts as it stands in its turn's row."""
    return {f"receipt_{line.attempt}_{line.n}": f"{at!r} {encode(line.entries)}"}


def name_of_end(line: Line) -> str:
    """By what a turn's row names the line that has its end."""
    return f"{line.attempt} {line.n}"


def _counts(line: Written, row: Item | None) -> bool:
    """An end that its row does not name is one that came too late, and so are words behind one."""
    is_end = any(isinstance(entry, Finished) for entry in line.entries)
    if row is None or row["state"] not in ("finished", OVER):
        return not is_end
    if "end" not in row:
        return True
    attempt, n = map(int, str(row["end"]).split(" "))
    here, end = (line.attempt, line.n), (attempt, n)
    return here == end if is_end else here < end


def _receipts_of(row: Item) -> Iterator[Written]:
    for name, value in row.items():
        if found := RECEIPT.fullmatch(name):
            at, _, entries = str(value).partition(" ")
            yield Written(float(at), int(found[1]), int(found[2]), decode(entries))


def _written(item: Item) -> Written:
    return Written(
        float(item["at"]), int(item["attempt"]), int(item["n"]), decode(str(item["body"]))
    )
