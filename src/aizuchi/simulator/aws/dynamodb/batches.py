"""Many items in one call: batches, which are not atomic, and transactions, which are."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from aizuchi.simulator.aws.arguments import Arguments
from aizuchi.simulator.aws.charging import Charges
from aizuchi.simulator.aws.dynamodb.reading import GET, PROJECTION, Reading
from aizuchi.simulator.aws.dynamodb.scope import NAMES
from aizuchi.simulator.aws.dynamodb.table import Key, Table, Tables
from aizuchi.simulator.aws.dynamodb.values import Item, item_of, weight
from aizuchi.simulator.aws.dynamodb.writing import (
    CONDITIONAL,
    UPDATE,
    Charged,
    Done,
    Write,
    Writes,
    decide,
    perform,
)
from aizuchi.simulator.aws.refusals import Refused, invalid

MOST_READ, MOST_WRITTEN, MOST_AT_ONCE = 100, 25, 100
TRANSACTION_BYTES = 4 * 1024 * 1024
TOKEN_S = 600.0
ACTIONS: Mapping[str, set[str]] = {
    "Put": {*CONDITIONAL, "Item"},
    "Delete": {*CONDITIONAL, "Key"},
    "Update": {*CONDITIONAL, "Key", UPDATE},
    "ConditionCheck": {*CONDITIONAL, "Key"},
}
OF_TABLE = {"Keys", "ConsistentRead", PROJECTION, NAMES}
TWICE = "Transaction request cannot include multiple operations on one item"


class Token(NamedTuple):
    at: float
    said: str


class Batches:
    def __init__(
        self, tables: Tables, reading: Reading, clock: Callable[[], float], charges: Charges
    ) -> None:
        self._tables, self._reading, self._clock = tables, reading, clock
        self._charges = charges
        self._writes = Writes(tables)
        self._tokens: dict[str, Token] = {}
        self.put_off = 0  # so many of the next batch's writes or keys stay undone

    # ── batches ───────────────────────────────────────────────────────────────

    def get(self, asked: Arguments) -> dict[str, Any]:
        wanted = [
            (name, given, key)
            for name, given in asked.mapping("RequestItems").items()
            for key in Arguments(given, OF_TABLE).sequence("Keys")
        ]
        _check_count(len(wanted), MOST_READ, "requestItems")
        self._check_apart(
            [(name, key) for name, _, key in wanted],
            "Provided list of item keys contains duplicates",
        )
        done, late = self._split(wanted)
        found: dict[str, list[Item]] = {name: [] for name, _, _ in wanted}
        for name, given, key in done:
            shape = {part: given[part] for part in given.keys() & {PROJECTION, NAMES}}
            one = Arguments({"TableName": name, "Key": key, **shape}, GET)
            item = self._reading.item("BatchGetItem", one, bool(given.get("ConsistentRead")))
            found[name] += [] if item is None else [item]
        unprocessed: dict[str, Any] = {}
        for name, given, key in late:
            unprocessed.setdefault(name, {**given, "Keys": []})["Keys"].append(key)
        return {"Responses": found, "UnprocessedKeys": unprocessed}

    def write(self, asked: Arguments) -> dict[str, Any]:
        wanted = [
            (name, one) for name, ones in asked.mapping("RequestItems").items() for one in ones
        ]
        _check_count(len(wanted), MOST_WRITTEN, "requestItems")
        writes = [(name, one, self._batched(name, one)) for name, one in wanted]
        _check_apart(
            [(write.table, write.key) for _, _, write in writes],
            "Provided list of item keys contains duplicates",
        )
        done, late = self._split(writes)
        for _, _, write in done:
            perform(write, partial(self._charges.write, "BatchWriteItem"))
        unprocessed: dict[str, list[Any]] = {}
        for name, one, _ in late:
            unprocessed.setdefault(name, []).append(one)
        return {"UnprocessedItems": unprocessed}

    def _batched(self, name: str, one: Any) -> Write:
        request = Arguments(one, {"PutRequest", "DeleteRequest"})
        if "PutRequest" in request:
            item = Arguments(request.mapping("PutRequest"), {"Item"}).mapping("Item")
            put = {"TableName": name, "Item": item}
            return self._writes.put(Arguments(put, ACTIONS["Put"]))
        key = Arguments(request.mapping("DeleteRequest"), {"Key"}).mapping("Key")
        delete = {"TableName": name, "Key": key}
        return self._writes.delete(Arguments(delete, ACTIONS["Delete"]))

    def _split(self, wanted: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        at, self.put_off = max(0, len(wanted) - self.put_off), 0
        return wanted[:at], wanted[at:]

    def _check_apart(self, keys: Sequence[tuple[str, Any]], message: str) -> None:
        tables = [(self._tables[name], key) for name, key in keys]
        _check_apart([(table, table.key_of(item_of(key))) for table, key in tables], message)

    # ── transactions ──────────────────────────────────────────────────────────

    def read_at_once(self, asked: Arguments) -> dict[str, Any]:
        parts = asked.sequence("TransactItems")
        _check_count(len(parts), MOST_AT_ONCE, "transactItems")
        gets = [Arguments(Arguments(part, {"Get"}).mapping("Get"), GET) for part in parts]
        self._check_apart([(one.text("TableName"), one.mapping("Key")) for one in gets], TWICE)
        items = [self._reading.item("TransactGetItems", one, consistent=True) for one in gets]
        return {"Responses": [{} if item is None else {"Item": item} for item in items]}

    def write_at_once(self, asked: Arguments) -> dict[str, Any]:
        parts = asked.sequence("TransactItems")
        _check_count(len(parts), MOST_AT_ONCE, "transactItems")
        if self._is_known(asked.text("ClientRequestToken", ""), repr(parts)):
            return {}
        writes = [self._action(part) for part in parts]
        _check_apart([(write.table, write.key) for write in writes], TWICE)
        done = _decide_all(writes, partial(self._charges.write, "TransactWriteItems"))
        if sum(weight(one.after or {}) for one in done) > TRANSACTION_BYTES:
            raise invalid("Transaction request exceeds the maximum size of 4 MB")
        for write, one in zip(writes, done, strict=True):
            write.table.put(write.key, one.after)
        self._remember(asked.text("ClientRequestToken", ""), repr(parts))
        return {}

    def _action(self, part: Any) -> Write:
        action = Arguments(part, ACTIONS)
        named = [name for name in ACTIONS if name in action]
        if len(named) != 1:
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        read = {
            "Put": self._writes.put,
            "Delete": self._writes.delete,
            "Update": self._writes.update,
            "ConditionCheck": self._writes.check,
        }[named[0]]
        return read(Arguments(action.mapping(named[0]), ACTIONS[named[0]]))

    def _is_known(self, token: str, said: str) -> bool:
        known = self._tokens.get(token)
        if known is None or known.at < self._clock() - TOKEN_S:
            return False
        if known.said != said:
            raise Refused(
                "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request.",
            )
        return True

    def _remember(self, token: str, said: str) -> None:
        if token:
            self._tokens[token] = Token(self._clock(), said)


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> Refused:
    """A transaction of which nothing was done, and why, part by part."""
    codes = ", ".join(str(reason["Code"]) for reason in reasons)
    return Refused(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=list(reasons),
    )


def _decide_all(writes: Sequence[Write], charged: Charged) -> Sequence[Done]:
    done: list[Done] = []
    reasons: list[Mapping[str, Any]] = []
    for write in writes:
        try:
            done.append(decide(write, charged))
            reasons.append({"Code": "None"})
        except Refused as refused:
            reasons.append(_reason(refused))
    if len(done) < len(writes):
        raise cancelled(reasons)
    return done


def _reason(refused: Refused) -> Mapping[str, Any]:
    code = {
        "ConditionalCheckFailedException": "ConditionalCheckFailed",
        "ValidationException": "ValidationError",
    }[refused.code]
    return {"Code": code, "Message": refused.message, **refused.more}


def _check_apart(keys: Sequence[tuple[Table, Key]], message: str) -> None:
    if len({(table.name, key) for table, key in keys}) < len(keys):
        raise invalid(message)


def _check_count(count: int, most: int, what: str) -> None:
    if not 1 <= count <= most:
        raise invalid(
            f"1 validation error detected: Value at '{what}' failed to satisfy constraint: Member "
            f"must have length less than or equal to {most} and greater than or equal to 1"
        )
