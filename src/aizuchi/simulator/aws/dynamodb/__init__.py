"""DynamoDB, as far as it is called here."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.charging import Charges
from aizuchi.simulator.aws.dynamodb.batches import Batches
from aizuchi.simulator.aws.dynamodb.making import MADE_OF, Making
from aizuchi.simulator.aws.dynamodb.reading import GET, QUERY, Reading
from aizuchi.simulator.aws.dynamodb.table import Table, Tables
from aizuchi.simulator.aws.dynamodb.writing import (
    CONDITIONAL,
    RETURNS,
    UPDATE,
    Done,
    Write,
    Writes,
    perform,
    returned,
    wanted_back,
)
from aizuchi.simulator.aws.operations import Operation

TARGET = "DynamoDB_20120810"


class DynamoDB:
    """`stale` and `put_off` order what is rare: reads of what was, batches half done. What its
    time to live is over for goes `ttl_lag_s` later; AWS promises a few days."""

    def __init__(self, clock: Callable[[], float], charges: Charges) -> None:
        self._tables, self._charges = Tables(clock), charges
        self._reading = Reading(self._tables, clock, charges)
        self._batches = Batches(self._tables, self._reading, clock, charges)
        self._writes = Writes(self._tables)

    def table(self, name: str) -> Table:
        return self._tables[name]

    def stale(self, times: int = 1, lag_s: float = 1.0) -> None:
        """The next eventually consistent reads do not see the writes of the last moment."""
        self._reading.stale.times, self._reading.stale.lag_s = times, lag_s

    def put_off(self, count: int) -> None:
        """The next batch leaves so many of its items unprocessed."""
        self._batches.put_off = count

    @property
    def ttl_lag_s(self) -> float:
        return self._tables.ttl_lag_s

    @ttl_lag_s.setter
    def ttl_lag_s(self, seconds: float) -> None:
        self._tables.ttl_lag_s = seconds

    def operations(self) -> Mapping[str, Operation]:
        making, reading, batches = Making(self._tables), self._reading, self._batches
        conditional = {*CONDITIONAL, "ReturnValues"}
        return {
            "CreateTable": Operation(making.create, MADE_OF),
            "DescribeTable": Operation(making.describe, {"TableName"}),
            "DeleteTable": Operation(making.delete, {"TableName"}),
            "UpdateTimeToLive": Operation(making.set_ttl, {"TableName", "TimeToLiveSpecification"}),
            "DescribeTimeToLive": Operation(making.describe_ttl, {"TableName"}),
            "GetItem": Operation(reading.get, GET),
            "Query": Operation(reading.query, QUERY),
            "PutItem": Operation(self._put, {*conditional, "Item"}),
            "DeleteItem": Operation(self._delete, {*conditional, "Key"}),
            "UpdateItem": Operation(self._update, {*conditional, "Key", UPDATE}),
            "BatchGetItem": Operation(batches.get, {"RequestItems"}),
            "BatchWriteItem": Operation(batches.write, {"RequestItems"}),
            "TransactGetItems": Operation(batches.read_at_once, {"TransactItems"}),
            "TransactWriteItems": Operation(
                batches.write_at_once, {"TransactItems", "ClientRequestToken"}
            ),
        }

    def _put(self, asked: Arguments) -> dict[str, Any]:
        wanted = wanted_back(asked)
        return returned(wanted, self._done("PutItem", self._writes.put(asked)))

    def _delete(self, asked: Arguments) -> dict[str, Any]:
        wanted = wanted_back(asked)
        return returned(wanted, self._done("DeleteItem", self._writes.delete(asked)))

    def _update(self, asked: Arguments) -> dict[str, Any]:
        wanted, write = wanted_back(asked, RETURNS), self._writes.update(asked)
        return returned(wanted, self._done("UpdateItem", write), write.changed)

    def _done(self, operation: str, write: Write) -> Done:
        return perform(write, partial(self._charges.write, operation))
