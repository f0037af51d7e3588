"""What an expression says, once it is read."""

from typing import Literal, NamedTuple

from aizuchi.simulator.aws.dynamodb.values import Value


class Path(NamedTuple):
    """A way into an item: names and places in lists, the first one an attribute's name."""

    parts: tuple[str | int, ...]

    @property
    def top(self) -> str:
        return str(self.parts[0])

    def __str__(self) -> str:
        steps = (f"[{part}]" if isinstance(part, int) else f", {part}" for part in self.parts)
        return f"[{''.join(steps).removeprefix(', ')}]"


class Literally(NamedTuple):
    value: Value


class Size(NamedTuple):
    path: Path


Operand = Path | Literally | Size

# ── conditions ────────────────────────────────────────────────────────────────

Comparator = Literal["=", "<>", "<", "<=", ">", ">="]


class Compare(NamedTuple):
    sign: str
    left: Operand
    right: Operand


class Between(NamedTuple):
    operand: Operand
    low: Operand
    high: Operand


class In(NamedTuple):
    operand: Operand
    choices: tuple[Operand, ...]


class Exists(NamedTuple):
    path: Path


class IsOfType(NamedTuple):
    path: Path
    kind: str


class BeginsWith(NamedTuple):
    operand: Operand
    beginning: Operand


class Contains(NamedTuple):
    operand: Operand
    element: Operand


class Not(NamedTuple):
    condition: "Condition"


class All(NamedTuple):
    conditions: tuple["Condition", ...]


class Any(NamedTuple):
    conditions: tuple["Condition", ...]


Condition = Compare | Between | In | Exists | IsOfType | BeginsWith | Contains | Not | All | Any

# ── updates ───────────────────────────────────────────────────────────────────


class IfNotExists(NamedTuple):
    path: Path
    otherwise: "Source"


class ListAppend(NamedTuple):
    first: "Source"
    second: "Source"


class Sum(NamedTuple):
    left: "Source"
    sign: str
    right: "Source"


Source = Path | Literally | IfNotExists | ListAppend | Sum


class Set(NamedTuple):
    path: Path
    source: Source


class Remove(NamedTuple):
    path: Path


class Add(NamedTuple):
    path: Path
    value: Value


class Delete(NamedTuple):
    path: Path
    value: Value


Change = Set | Remove | Add | Delete
