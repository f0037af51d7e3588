"""Single writes, and what a transaction is made of."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.dynamodb.conditions import holds
from aizuchi.simulator.aws.dynamodb.grammar import Parser
from aizuchi.simulator.aws.dynamodb.paths import only
from aizuchi.simulator.aws.dynamodb.scope import NAMES, VALUES, Scope, scope_of
from aizuchi.simulator.aws.dynamodb.table import Key, Table, Tables, name_of
from aizuchi.simulator.aws.dynamodb.trees import Change, Condition, Path
from aizuchi.simulator.aws.dynamodb.updates import updated
from aizuchi.simulator.aws.dynamodb.values import ITEM_BYTES, Item, item_of, weight
from aizuchi.simulator.aws.refusals import Refused, invalid

CONDITION, UPDATE = "ConditionExpression", "UpdateExpression"
ON_FAILURE = "ReturnValuesOnConditionCheckFailure"
CONDITIONAL = {"TableName", CONDITION, NAMES, VALUES, ON_FAILURE}
OLD_OR_NONE = ("NONE", "ALL_OLD")
RETURNS = (*OLD_OR_NONE, "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW")


class Write(NamedTuple):
    """A write that is understood and not yet done. `make` gives the item after it, from the one
    before, which is empty where there is none; None takes the item away."""

    table: Table
    key: Key
    condition: Condition | None
    make: Callable[[Item], Item | None]
    tells_on_failure: bool
    changed: tuple[Path, ...] = ()


class Done(NamedTuple):
    before: Item | None
    after: Item | None


Charged = Callable[[str, int], None]
"""Is told of each item that a write looks at, and how large it is or becomes."""


def decide(write: Write, charged: Charged) -> Done:
    """What the write would do; it is charged for even where it is refused.

    Raises:
        Refused: its condition does not hold, or what it makes cannot be.
    """
    before = write.table.get(write.key)
    may = write.condition is None or holds(write.condition, before or {})
    after = write.make(before or {}) if may else None
    charged(name_of(write.key), max(weight(before or {}), weight(after or {})))
    if not may:
        told: dict[str, Any] = (
            {"Item": before} if write.tells_on_failure and before is not None else {}
        )
        raise Refused("ConditionalCheckFailedException", "The conditional request failed", **told)
    return Done(before, after)


def perform(write: Write, charged: Charged) -> Done:
    done = decide(write, charged)
    write.table.put(write.key, done.after)
    return done


class Writes:
    """Reads writes from what a call, or one part of a transaction, was given."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def put(self, asked: Arguments) -> Write:
        item = item_of(asked.mapping("Item"))
        table, scope = self._start(asked, [CONDITION])
        key = table.key_in(item)
        _check_size(item, "Item size")
        return _write(table, key, asked, scope, lambda _: item)

    def delete(self, asked: Arguments) -> Write:
        table, scope = self._start(asked, [CONDITION])
        key = table.key_of(item_of(asked.mapping("Key")))
        return _write(table, key, asked, scope, lambda _: None)

    def check(self, asked: Arguments) -> Write:
        asked.text(CONDITION)
        table, scope = self._start(asked, [CONDITION])
        key = table.key_of(item_of(asked.mapping("Key")))
        return _write(table, key, asked, scope, lambda before: before or None)

    def update(self, asked: Arguments) -> Write:
        named = item_of(asked.mapping("Key"))
        table, scope = self._start(asked, [CONDITION, UPDATE])
        key, changes = table.key_of(named), _changes(table, asked, scope)

        def make(before: Item) -> Item:
            made = {**updated(before, changes), **named}
            table.key_in(made)
            _check_size(made, "Item size to update")
            return made

        paths = tuple(change.path for change in changes)
        return _write(table, key, asked, scope, make)._replace(changed=paths)

    def _start(self, asked: Arguments, expressions: Collection[str]) -> tuple[Table, Scope]:
        return self._tables[asked.text("TableName")], scope_of(asked, expressions)


def _write(
    table: Table, key: Key, asked: Arguments, scope: Scope, make: Callable[[Item], Item | None]
) -> Write:
    condition = None
    if CONDITION in asked:
        condition = Parser(CONDITION, asked.text(CONDITION), scope).condition()
    scope.check()
    return Write(table, key, condition, make, _choice(asked, ON_FAILURE, OLD_OR_NONE) == "ALL_OLD")


def _changes(table: Table, asked: Arguments, scope: Scope) -> Sequence[Change]:
    if UPDATE not in asked:
        return ()
    changes = Parser(UPDATE, asked.text(UPDATE), scope).update()
    for change in changes:
        if change.path.top in table.schema.names:
            raise invalid(
                "One or more parameter values were invalid: Cannot update attribute "
                f"{change.path.top}. This attribute is part of the key"
            )
    return changes


def _check_size(item: Item, what: str) -> None:
    if weight(item) > ITEM_BYTES:
        raise invalid(f"{what} has exceeded the maximum allowed size")


def wanted_back(asked: Arguments, choices: Collection[str] = OLD_OR_NONE) -> str:
    return _choice(asked, "ReturnValues", choices)


def returned(wanted: str, done: Done, changed: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The attributes that the call wanted back."""
    item = done.after if wanted.endswith("NEW") else done.before
    if wanted == "NONE" or item is None:
        return {}
    shown = only(item, changed) if wanted.startswith("UPDATED") else item
    return {"Attributes": shown} if shown else {}


def _choice(asked: Arguments, name: str, choices: Collection[str]) -> str:
    chosen = asked.text(name, "NONE")
    if chosen not in choices:
        raise invalid(f"{name} can only be {' or '.join(choices)}")
    return chosen
