"""Reading items: one, several, and the pages of a partition."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.charging import Charges
from aizuchi.simulator.aws.dynamodb import trees
from aizuchi.simulator.aws.dynamodb.conditions import holds
from aizuchi.simulator.aws.dynamodb.grammar import Parser
from aizuchi.simulator.aws.dynamodb.paths import only
from aizuchi.simulator.aws.dynamodb.scope import NAMES, VALUES, Scope, scope_of
from aizuchi.simulator.aws.dynamodb.table import Index, Key, Schema, Table, Tables, name_of
from aizuchi.simulator.aws.dynamodb.trees import Condition, Literally, Path
from aizuchi.simulator.aws.dynamodb.values import Item, Value, item_of, order, weight
from aizuchi.simulator.aws.refusals import invalid

KEYS, FILTER, PROJECTION = "KeyConditionExpression", "FilterExpression", "ProjectionExpression"
GET = {"TableName", "Key", "ConsistentRead", PROJECTION, NAMES}
QUERY = {
    *("TableName", "IndexName", KEYS, FILTER, PROJECTION, NAMES, VALUES, "ConsistentRead"),
    *("Limit", "ScanIndexForward", "ExclusiveStartKey", "Select"),
}
PAGE_BYTES = 1024 * 1024
RANGE_SIGNS = {"=", "<", "<=", ">", ">="}


class Stale:
    """How many of the next eventually consistent reads see what was, and how long ago."""

    times, lag_s = 0, 0.0

    def as_of(self, now: float, consistent: bool) -> float | None:
        if consistent or not self.times:
            return None
        self.times -= 1
        return now - self.lag_s


class Reading:
    def __init__(self, tables: Tables, clock: Callable[[], float], charges: Charges) -> None:
        self._tables, self._clock, self._charges = tables, clock, charges
        self.stale = Stale()

    def get(self, asked: Arguments) -> dict[str, Any]:
        item = self.item("GetItem", asked, asked.flag("ConsistentRead"))
        return {} if item is None else {"Item": item}

    def item(self, operation: str, asked: Arguments, consistent: bool) -> Item | None:
        table, scope = self._tables[asked.text("TableName")], scope_of(asked, [PROJECTION])
        paths = _projection(asked, scope)
        scope.check()
        key = table.key_of(item_of(asked.mapping("Key")))
        item = table.get(key, self._as_of(consistent))
        size = weight(item or {})
        self._charges.read(operation, name_of(key), size, consistent=consistent)
        return only(item, paths) if item is not None and paths else item

    def query(self, asked: Arguments) -> dict[str, Any]:
        table = self._tables[asked.text("TableName")]
        query = _query_of(table, asked)
        consistent = asked.flag("ConsistentRead")
        rows = query.rows(self._as_of(consistent))
        page = _page(rows, asked.number("Limit", 0))
        size, partition = sum(map(weight, page)), name_of((order(query.value),))
        self._charges.read("Query", partition, size, consistent=consistent)
        found = [item for item in page if query.condition is None or holds(query.condition, item)]
        shown = [only(item, query.paths) if query.paths else item for item in found]
        reply: dict[str, Any] = {"Count": len(found), "ScannedCount": len(page)}
        if asked.text("Select", "") != "COUNT":
            reply["Items"] = shown
        if page and (len(page) < len(rows) or len(page) == asked.number("Limit", 0)):
            reply["LastEvaluatedKey"] = query.key_in(page[-1])
        return reply

    def _as_of(self, consistent: bool) -> float | None:
        return self.stale.as_of(self._clock(), consistent)


class Query(NamedTuple):
    table: Table
    schema: Schema
    through: Index | None
    value: Value
    keys: Sequence[Condition]
    condition: Condition | None
    paths: tuple[Path, ...]
    backward: bool
    start: Item | None

    def rows(self, as_of: float | None) -> list[Item]:
        """What the keys pick, in order, past the start; items without an index's key are not in
        that index."""
        names = set(self.schema.names)
        rows = [
            self._seen(item)
            for _, item in self._candidates(as_of)
            if names <= item.keys() and all(holds(each, item) for each in self.keys)
        ]
        rows.sort(key=self._place, reverse=self.backward)
        if self.start is None:
            return rows
        begin = self._place(self.start)
        return [row for row in rows if self._is_past(self._place(row), begin)]

    def _candidates(self, as_of: float | None) -> list[tuple[Key, Item]]:
        return self.table.all(as_of) if self.through else self.table.partition(self.value, as_of)

    def key_in(self, item: Item) -> Item:
        names = dict.fromkeys([*self.schema.names, *self.table.schema.names])
        return {name: item[name] for name in names}

    def _is_past(self, place: Any, begin: Any) -> bool:
        return bool(place < begin if self.backward else place > begin)

    def _place(self, item: Item) -> Any:
        names = [self.schema.range] if self.schema.range else []
        return [order(item[name]) for name in [*names, *self.table.schema.names]]

    def _seen(self, item: Item) -> Item:
        if self.through is None or self.through.kept is None:
            return item
        kept = {*self.through.kept, *self.schema.names, *self.table.schema.names}
        return {name: value for name, value in item.items() if name in kept}


def _query_of(table: Table, asked: Arguments) -> Query:
    index = _index(table, asked)
    schema = index.schema if index else table.schema
    scope = scope_of(asked, [KEYS, FILTER, PROJECTION])
    value, keys = _key_conditions(Parser(KEYS, asked.text(KEYS), scope).condition(), schema)
    condition = None
    if FILTER in asked:
        condition = Parser(FILTER, asked.text(FILTER), scope).condition()
        _check_filter(condition, schema)
    query = Query(
        table,
        schema,
        index,
        value,
        keys,
        condition,
        _projection(asked, scope),
        not asked.flag("ScanIndexForward", True),
        None,
    )
    scope.check()
    return query._replace(start=_start(query, asked))


def _index(table: Table, asked: Arguments) -> Index | None:
    if "IndexName" not in asked:
        return None
    name = asked.text("IndexName")
    if name not in table.indexes:
        raise invalid(f"The table does not have the specified index: {name}")
    if asked.flag("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")
    return table.indexes[name]


def _start(query: Query, asked: Arguments) -> Item | None:
    if "ExclusiveStartKey" not in asked:
        return None
    start = item_of(asked.mapping("ExclusiveStartKey"))
    if start.keys() != {*query.schema.names, *query.table.schema.names}:
        raise invalid("The provided starting key is invalid")
    return start


def _page(rows: Sequence[Item], limit: int) -> Sequence[Item]:
    """As many as the limit says, and no more than 1 MB; at least one."""
    size, taken = 0, 0
    for row in rows[: limit or None]:
        size += weight(row)
        if taken and size > PAGE_BYTES:
            break
        taken += 1
    return rows[:taken]


def _projection(asked: Arguments, scope: Scope) -> tuple[Path, ...]:
    if PROJECTION not in asked:
        return ()
    return Parser(PROJECTION, asked.text(PROJECTION), scope).projection()


# ── what the expressions of a query may say ───────────────────────────────────


def _key_conditions(condition: Condition, schema: Schema) -> tuple[Value, Sequence[Condition]]:
    """The partition, and all that the keys must be."""
    each = condition.conditions if isinstance(condition, trees.All) else (condition,)
    keys = {_key(one): one for one in each}
    if len(keys) < len(each):
        raise invalid("KeyConditionExpressions must only contain one condition per key")
    if schema.hash not in keys:
        raise invalid(f"Query condition missed key schema element: {schema.hash}")
    if not keys.keys() <= set(schema.names):
        raise invalid("Query key condition not supported")
    match keys[schema.hash]:
        case trees.Compare("=", _, Literally(value)):
            return value, each
    raise invalid("Query key condition not supported")


def _key(condition: Condition) -> str:
    """The key attribute that a condition is about, in one of the few ways there are."""
    match condition:
        case trees.Compare(sign, Path((str(name),)), Literally()) if sign in RANGE_SIGNS:
            return name
        case trees.Between(Path((str(name),)), Literally(), Literally()):
            return name
        case trees.BeginsWith(Path((str(name),)), Literally()):
            return name
    raise invalid("Invalid operator used in KeyConditionExpression")


def _check_filter(condition: Condition, schema: Schema) -> None:
    for name in schema.names:
        if name in _tops(condition):
            raise invalid(
                "Filter Expression can only contain non-primary key attributes: "
                f"Primary key attribute: {name}"
            )


def _tops(tree: Any) -> set[str]:
    """The attributes that a condition speaks of."""
    if isinstance(tree, Path):
        return {tree.top}
    if isinstance(tree, Literally) or not isinstance(tree, tuple):
        return set()
    return {name for part in tree for name in _tops(part)}
