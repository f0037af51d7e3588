"""All that the table has of one turn, read in one go: its row, its log, what was noted beside."""

from collections.abc import Sequence
from typing import NamedTuple

from aizuchi.answers import Logged, decode
from aizuchi.engines.aws import keys
from aizuchi.engines.aws.items import Item
from aizuchi.engines.aws.table import Table
from aizuchi.engines.aws.texts import joined
from aizuchi.history import Event
from aizuchi.logstore import logged
from aizuchi.traces import Written


class Life(NamedTuple):
    """`row` has the whole message in its body, while the turn is open."""

    row: Item | None
    written: Sequence[Written]
    notes: Sequence[Event]

    @property
    def log(self) -> list[Logged]:
        return [
            entry for line in self.written for entry in logged(line.attempt, line.n, line.entries)
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
    return Life(row, written, notes)


def _written(item: Item) -> Written:
    return Written(
        float(item["at"]), int(item["attempt"]), int(item["n"]), decode(str(item["body"]))
    )
