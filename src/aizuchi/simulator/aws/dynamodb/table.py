"""A table: its keys, its items, and what they were a moment ago."""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, NamedTuple

from aizuchi.simulator.aws.dynamodb.values import Item, Value, order, weight
from aizuchi.simulator.aws.refusals import Refused, invalid

Key = tuple[Any, ...]
Before = list[tuple[float, Item | None]]
"""What an item was until when; the newest last."""

HASH_BYTES, RANGE_BYTES = 2048, 1024
REMEMBERED_S = 60.0
TTL_TOO_OLD_S = 5 * 365 * 86_400


def name_of(key: Key) -> str:
    """A key as one reads it."""
    return " | ".join(part.decode() if isinstance(part, bytes) else str(part) for part in key)


class Schema(NamedTuple):
    """The attributes of a key: the partition, and what it is sorted by, where there is such."""

    hash: str
    range: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.hash, self.range) if self.range else (self.hash,)


class Index(NamedTuple):
    name: str
    schema: Schema
    kept: tuple[str, ...] | None  # the attributes besides the keys; None: all


class Table:
    def __init__(
        self,
        name: str,
        schema: Schema,
        kinds: Mapping[str, str],
        indexes: Iterable[Index],
        clock: Callable[[], float],
    ) -> None:
        self.name, self.schema, self.kinds = name, schema, kinds
        self.indexes = {index.name: index for index in indexes}
        self.created_at = clock()
        self.ttl_attribute = ""
        self._clock = clock
        self._partitions: dict[Any, dict[Key, Item]] = {}
        self._before: dict[Any, dict[Key, Before]] = {}
        self._expires_at = inf

    # ── keys ──────────────────────────────────────────────────────────────────

    def key_of(self, given: Item) -> Key:
        """The key that a call names; nothing but the key may stand in it."""
        if given.keys() != set(self.schema.names):
            raise invalid("The provided key element does not match the schema")
        for name in self.schema.names:
            self._check(name, given[name], "The provided key element does not match the schema")
        return self._place(given)

    def key_in(self, item: Item) -> Key:
        """The key of an item that is to be stored; keys of indexes are checked as well."""
        for name in self.schema.names:
            if name not in item:
                raise invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the item"
                )
            self._check(name, item[name], self._mismatch(name, item[name], "key"))
        for index in self.indexes.values():
            for name in item.keys() & set(index.schema.names):
                self._check(name, item[name], self._mismatch(name, item[name], "Index Key"))
        return self._place(item)

    def _place(self, item: Item) -> Key:
        return tuple(order(item[name]) for name in self.schema.names)

    def _mismatch(self, name: str, value: Value, what: str) -> str:
        return (
            f"One or more parameter values were invalid: Type mismatch for {what} {name} "
            f"expected: {self.kinds[name]} actual: {next(iter(value))}"
        )

    def _check(self, name: str, value: Value, mismatch: str) -> None:
        if self.kinds[name] not in value:
            raise invalid(mismatch)
        content = order(value)
        if content == b"":
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key "
                f"attribute cannot contain an empty string value. Key: {name}"
            )
        longest = HASH_BYTES if name == self.schema.hash else RANGE_BYTES
        if isinstance(content, bytes) and len(content) > longest:
            raise invalid(
                "One or more parameter values were invalid: Size of "
                f"{'hashkey' if name == self.schema.hash else 'rangekey'} has exceeded the "
                f"maximum size limit of {longest} bytes"
            )

    # ── items ─────────────────────────────────────────────────────────────────

    def get(self, key: Key, as_of: float | None = None) -> Item | None:
        if as_of is not None:
            for at, before in self._before.get(key[0], {}).get(key, ()):
                if at > as_of:
                    return before
        return self._partitions.get(key[0], {}).get(key)

    def put(self, key: Key, item: Item | None) -> None:
        """The item from now on; None: there is none any more."""
        now = self._clock()
        earlier = self._before.setdefault(key[0], {})
        kept = [one for one in earlier.get(key, ()) if one[0] > now - REMEMBERED_S]
        earlier[key] = [*kept, (now, self.get(key))]
        partition = self._partitions.setdefault(key[0], {})
        if item is None:
            partition.pop(key, None)
        else:
            partition[key] = item
            self._expires_at = min(self._expires_at, self._expiry(item))

    def partition(self, value: Value, as_of: float | None = None) -> list[tuple[Key, Item]]:
        return self._as_of(as_of, self._keys(order(value)))

    def all(self, as_of: float | None = None) -> list[tuple[Key, Item]]:
        return self._as_of(as_of, [key for place in self._places() for key in self._keys(place)])

    def _places(self) -> list[Any]:
        return list(dict.fromkeys([*self._partitions, *self._before]))

    def _keys(self, place: Any) -> list[Key]:
        """Also of items that are gone: a moment ago they may have been there."""
        there, before = self._partitions.get(place, {}), self._before.get(place, {})
        return list(dict.fromkeys([*there, *before]))

    def _as_of(self, as_of: float | None, keys: list[Key]) -> list[tuple[Key, Item]]:
        found = [(key, self.get(key, as_of)) for key in keys]
        return [(key, item) for key, item in found if item is not None]

    # ── time ──────────────────────────────────────────────────────────────────

    def expire_by(self, attribute: str) -> None:
        """Items go by this attribute from now on; empty: they stay."""
        self.ttl_attribute = attribute
        self._expires_at = self._earliest()

    def expire(self, lag_s: float) -> None:
        """Drops what its time to live has been over for so long."""
        now = self._clock() - lag_s
        if now < self._expires_at:
            return
        for key, item in self.all():
            if self._expiry(item) <= now:
                self.put(key, None)
        self._expires_at = self._earliest()

    def _earliest(self) -> float:
        return min((self._expiry(item) for _, item in self.all()), default=inf)

    def _expiry(self, item: Item) -> float:
        """When the item may go; never, where it says no time, or one of more than 5 years ago."""
        until = float(item.get(self.ttl_attribute, {}).get("N", inf))
        return inf if until < self._clock() - TTL_TOO_OLD_S else until

    def describe(self) -> dict[str, Any]:
        items = [item for _, item in self.all()]
        return {
            "TableName": self.name,
            "TableStatus": "ACTIVE",
            "TableArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{self.name}",
            "CreationDateTime": self.created_at,
            "ItemCount": len(items),
            "TableSizeBytes": sum(map(weight, items)),
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
            "KeySchema": _key_schema(self.schema),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in self.kinds.items()
            ],
            **({"GlobalSecondaryIndexes": self._described_indexes()} if self.indexes else {}),
        }

    def _described_indexes(self) -> list[dict[str, Any]]:
        return [
            {
                "IndexName": index.name,
                "IndexStatus": "ACTIVE",
                "KeySchema": _key_schema(index.schema),
                "Projection": _projection(index.kept),
            }
            for index in self.indexes.values()
        ]


def _key_schema(schema: Schema) -> list[dict[str, str]]:
    kinds = zip(schema.names, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]


def _projection(kept: tuple[str, ...] | None) -> dict[str, Any]:
    if kept is None:
        return {"ProjectionType": "ALL"}
    if not kept:
        return {"ProjectionType": "KEYS_ONLY"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(kept)}


class Tables:
    """All tables, by their names; an ARN names one as well."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.ttl_lag_s = 0.0
        self._tables: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        table = self._tables.get(name.rpartition("/")[2])
        if table is None:
            raise Refused("ResourceNotFoundException", "Requested resource not found")
        table.expire(self.ttl_lag_s)
        return table

    def add(self, table: Table) -> None:
        if table.name in self._tables:
            raise Refused("ResourceInUseException", f"Table already exists: {table.name}")
        self._tables[table.name] = table

    def drop(self, name: str) -> Table:
        table = self[name]
        del self._tables[table.name]
        return table
