"""Making tables and saying how they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.dynamodb.table import Index, Schema, Table, Tables
from aizuchi.simulator.aws.refusals import invalid, not_simulated

MADE_OF = {
    "TableName",
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
}
INDEX_MADE_OF = {"IndexName", "KeySchema", "Projection"}


class Making:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def create(self, asked: Arguments) -> dict[str, Any]:
        if asked.text("BillingMode", "PROVISIONED") != "PAY_PER_REQUEST":
            raise not_simulated("table with provisioned capacity; say BillingMode=PAY_PER_REQUEST")
        schema = _schema(asked.sequence("KeySchema"))
        kinds = {
            str(one["AttributeName"]): str(one["AttributeType"])
            for one in asked.sequence("AttributeDefinitions")
        }
        indexes = [_index(one) for one in asked.sequence("GlobalSecondaryIndexes", ())]
        _check_defined(kinds, [schema, *(index.schema for index in indexes)])
        table = Table(asked.text("TableName"), schema, kinds, indexes, self._tables.clock)
        self._tables.add(table)
        return {"TableDescription": table.describe()}

    def describe(self, asked: Arguments) -> dict[str, Any]:
        return {"Table": self._tables[asked.text("TableName")].describe()}

    def delete(self, asked: Arguments) -> dict[str, Any]:
        table = self._tables.drop(asked.text("TableName"))
        return {"TableDescription": {**table.describe(), "TableStatus": "DELETING"}}

    def set_ttl(self, asked: Arguments) -> dict[str, Any]:
        table = self._tables[asked.text("TableName")]
        wanted = asked.mapping("TimeToLiveSpecification")
        if bool(wanted["Enabled"]) == bool(table.ttl_attribute):
            state = "enabled" if table.ttl_attribute else "disabled"
            raise invalid(f"TimeToLive is already {state}")
        table.expire_by(wanted["AttributeName"] if wanted["Enabled"] else "")
        return {"TimeToLiveSpecification": dict(wanted)}

    def describe_ttl(self, asked: Arguments) -> dict[str, Any]:
        attribute = self._tables[asked.text("TableName")].ttl_attribute
        if not attribute:
            return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
        status = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
        return {"TimeToLiveDescription": status}


def _schema(elements: Sequence[Mapping[str, str]]) -> Schema:
    names = {one["KeyType"]: one["AttributeName"] for one in elements}
    if "HASH" not in names or len(names) < len(elements):
        raise invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    return Schema(names["HASH"], names.get("RANGE", ""))


def _index(given: Mapping[str, Any]) -> Index:
    one = Arguments(given, INDEX_MADE_OF, "property of an index")
    projection = one.mapping("Projection")
    kept: tuple[str, ...] | None = tuple(projection.get("NonKeyAttributes", ()))
    if projection["ProjectionType"] == "ALL":
        kept = None
    return Index(one.text("IndexName"), _schema(one.sequence("KeySchema")), kept)


def _check_defined(kinds: Mapping[str, str], schemas: Sequence[Schema]) -> None:
    if kinds.keys() != {name for schema in schemas for name in schema.names}:
        raise invalid(
            "One or more parameter values were invalid: Some index key attributes are not "
            "defined in AttributeDefinitions, or some AttributeDefinitions are not used"
        )
    if not set(kinds.values()) <= {"S", "N", "B"}:
        raise invalid("Member must satisfy enum value set: [B, N, S]")
