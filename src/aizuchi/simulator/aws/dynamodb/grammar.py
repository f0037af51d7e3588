"""Reads expressions: conditions, updates and projections, by DynamoDB's published grammar."""

import re
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from aizuchi.simulator.aws.dynamodb.scope import Scope
from aizuchi.simulator.aws.dynamodb.trees import (
    Add,
    All,
    Any,
    BeginsWith,
    Between,
    Change,
    Compare,
    Condition,
    Contains,
    Delete,
    Exists,
    IfNotExists,
    In,
    IsOfType,
    ListAppend,
    Literally,
    Not,
    Operand,
    Path,
    Remove,
    Set,
    Size,
    Source,
    Sum,
)
from aizuchi.simulator.aws.dynamodb.values import KINDS
from aizuchi.simulator.aws.refusals import Refused, invalid

LONGEST = 4096
CHOICES = 100
TOKEN = re.compile(r"\s*([#:]?[A-Za-z0-9_]+|<=|>=|<>|[=<>()\[\],.+\-]|\S)")
COMPARATORS = {"=", "<>", "<", "<=", ">", ">="}
SECTIONS = ("SET", "REMOVE", "ADD", "DELETE")
END = "<EOF>"
T = TypeVar("T")


class Parser:
    """One expression. `kind` is the name by which AWS's errors call it."""

    def __init__(self, kind: str, text: str, scope: Scope) -> None:
        if not text.strip():
            raise invalid(f"Invalid {kind}: The expression can not be empty;")
        if len(text.encode()) > LONGEST:
            raise invalid(f"Invalid {kind}: Expression size has exceeded the maximum allowed size;")
        self._kind, self._scope = kind, scope
        self._tokens: list[str] = [*TOKEN.findall(text), END]
        self._at = 0

    # ── tokens ────────────────────────────────────────────────────────────────

    @property
    def _next(self) -> str:
        return self._tokens[self._at]

    def _take(self) -> str:
        token = self._next
        self._at += token != END
        return token

    def _takes(self, *words: str) -> str:
        """The token, where it is one of these words in any case; else nothing is taken."""
        return self._take().upper() if self._next.upper() in words else ""

    def _need(self, word: str) -> None:
        if not self._takes(word):
            self._syntax_error()

    def _syntax_error(self) -> NoReturn:
        near = " ".join(self._tokens[max(0, self._at - 1) : self._at + 2]).removesuffix(END)
        raise self._wrong(f'Syntax error; token: "{self._next}", near: "{near.strip()}"')

    def _wrong(self, what: str) -> Refused:
        return invalid(f"Invalid {self._kind}: {what}")

    # ── what an expression is ─────────────────────────────────────────────────

    def condition(self) -> Condition:
        condition = self._or()
        self._need(END)
        return condition

    def projection(self) -> tuple[Path, ...]:
        paths = self._list_of(self._path)
        self._need(END)
        return self._apart(paths)

    def update(self) -> tuple[Change, ...]:
        reading = {
            "SET": self._set,
            "REMOVE": lambda: Remove(self._path()),
            "ADD": lambda: Add(self._path(), self._literal().value),
            "DELETE": lambda: Delete(self._path(), self._literal().value),
        }
        changes: list[Change] = []
        while section := self._takes(*reading):
            each = reading.pop(section)
            changes += self._list_of(each)
            if self._next.upper() in SECTIONS and self._next.upper() not in reading:
                raise self._wrong(
                    f'The "{self._next.upper()}" section can only be used once in an update '
                    "expression;"
                )
        self._need(END)
        self._apart([change.path for change in changes])
        return tuple(changes)

    def _list_of(self, each: Callable[[], T]) -> tuple[T, ...]:
        found = [each()]
        while self._takes(","):
            found.append(each())
        return tuple(found)

    def _apart(self, paths: Sequence[Path]) -> tuple[Path, ...]:
        """No path may lie within another one."""
        for number, one in enumerate(paths):
            for other in paths[:number]:
                shared = min(len(one.parts), len(other.parts))
                if one.parts[:shared] == other.parts[:shared]:
                    raise self._wrong(
                        "Two document paths overlap with each other; must remove or rewrite one "
                        f"of these paths; path one: {other}, path two: {one}"
                    )
        return tuple(paths)

    # ── conditions ────────────────────────────────────────────────────────────

    def _or(self) -> Condition:
        conditions = [self._and()]
        while self._takes("OR"):
            conditions.append(self._and())
        return conditions[0] if len(conditions) == 1 else Any(tuple(conditions))

    def _and(self) -> Condition:
        conditions = [self._not()]
        while self._takes("AND"):
            conditions.append(self._not())
        return conditions[0] if len(conditions) == 1 else All(tuple(conditions))

    def _not(self) -> Condition:
        if self._takes("NOT"):
            return Not(self._not())
        if self._takes("("):
            condition = self._or()
            self._need(")")
            return condition
        if self._tokens[self._at + 1 : self._at + 2] == ["("] and self._next != "size":
            return self._function()
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        if self._next in COMPARATORS:
            return self._compared(left)
        if self._takes("BETWEEN"):
            low = self._operand()
            self._need("AND")
            return Between(left, low, self._operand())
        self._need("IN")
        return In(left, self._choices())

    def _compared(self, left: Operand) -> Condition:
        sign = self._take()
        return Compare(sign, left, self._operand())

    def _choices(self) -> tuple[Operand, ...]:
        self._need("(")
        choices = self._list_of(self._operand)
        self._need(")")
        if len(choices) > CHOICES:
            raise self._wrong("The IN operator is provided with too many operands")
        return choices

    def _function(self) -> Condition:
        """Names of functions are told apart by case."""
        name = self._take()
        self._need("(")
        match name:
            case "attribute_exists":
                condition: Condition = Exists(self._path())
            case "attribute_not_exists":
                condition = Not(Exists(self._path()))
            case "attribute_type":
                condition = IsOfType(self._path(), self._kind_of_type())
            case "begins_with":
                condition = self._begins_with()
            case "contains":
                condition = Contains(*self._two(self._operand))
            case _:
                raise self._wrong(f"Invalid function name; function: {name}")
        self._need(")")
        return condition

    def _begins_with(self) -> Condition:
        operand, beginning = self._two(self._operand)
        for each in (operand, beginning):
            if isinstance(each, Literally) and not each.value.keys() & {"S", "B"}:
                raise self._wrong_type("begins_with", each)
        return BeginsWith(operand, beginning)

    def _kind_of_type(self) -> str:
        self._need(",")
        kind = str(self._literal().value.get("S"))
        if kind not in KINDS:
            raise self._wrong(f"Invalid attribute type name found; type: {kind}")
        return kind

    def _wrong_type(self, function: str, operand: Literally) -> Refused:
        return self._wrong(
            "Incorrect operand type for operator or function; "
            f"operator or function: {function}, operand type: {next(iter(operand.value))}"
        )

    def _two(self, each: Callable[[], T]) -> tuple[T, T]:
        first = each()
        self._need(",")
        return first, each()

    # ── operands ──────────────────────────────────────────────────────────────

    def _operand(self) -> Operand:
        if self._next == "size" and self._tokens[self._at + 1] == "(":
            self._take()
            self._need("(")
            path = self._path()
            self._need(")")
            return Size(path)
        return self._literal() if self._next.startswith(":") else self._path()

    def _literal(self) -> Literally:
        if not self._next.startswith(":"):
            self._syntax_error()
        return Literally(self._scope.value(self._take(), self._kind))

    def _path(self) -> Path:
        parts: list[str | int] = [self._name()]
        while self._next in {".", "["}:
            parts.append(self._name() if self._take() == "." else self._place())
        return Path(tuple(parts))

    def _name(self) -> str:
        token = self._next
        if not re.match(r"#\w|[A-Za-z_]", token):
            self._syntax_error()
        return self._scope.name(self._take(), self._kind)

    def _place(self) -> int:
        if not self._next.isdigit():
            self._syntax_error()
        place = int(self._take())
        self._need("]")
        return place

    # ── sources of an update ──────────────────────────────────────────────────

    def _set(self) -> Change:
        path = self._path()
        self._need("=")
        return Set(path, self._sum())

    def _sum(self) -> Source:
        left = self._source()
        sign = self._takes("+", "-")
        return Sum(left, sign, self._source()) if sign else left

    def _source(self) -> Source:
        if self._next.startswith(":"):
            return self._literal()
        if self._tokens[self._at + 1] != "(":
            return self._path()
        name = self._take()
        self._need("(")
        source = self._source_function(name)
        self._need(")")
        return source

    def _source_function(self, name: str) -> Source:
        match name:
            case "if_not_exists":
                path = self._path()
                self._need(",")
                return IfNotExists(path, self._source())
            case "list_append":
                return ListAppend(*self._two(self._source))
        raise self._wrong(f"Invalid function name; function: {name}")
