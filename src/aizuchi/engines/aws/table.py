"""The table: read with what was written before in sight, written under conditions.

An item whose time is over (`until`) is not there, though DynamoDB takes it away only a day or two
later.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from aizuchi.engines.aws.calling import Caller, Refused, Service
from aizuchi.engines.aws.items import (
    Check,
    Delete,
    Item,
    Key,
    Put,
    Update,
    Value,
    Write,
    as_wire,
    from_wire,
    key_of,
    placeholders,
    request_of,
)
from aizuchi.errors import StoreUnavailable

READ_AT_ONCE = 100
WRITTEN_AT_ONCE = 25
ROUNDS = 8
PAUSE_S = 0.05
CALLS: Mapping[type, tuple[str, str, str]] = {
    Put: ("PutItem", "Put", "NONE"),
    Update: ("UpdateItem", "Update", "ALL_NEW"),
    Delete: ("DeleteItem", "Delete", "ALL_OLD"),
    Check: ("", "ConditionCheck", ""),
}
"""For each kind of write: its call, its name in a transaction, the item it returns."""

T = TypeVar("T")


class ConditionFailed(Exception):
    """A condition did not hold; `old` is the item as it stands, None where there is none."""

    def __init__(self, old: Item | None) -> None:
        super().__init__("a condition did not hold")
        self.old = old


class Cancelled(Exception):
    """A transaction did not go through. `failed`: the places of the writes whose condition did not
    hold, each with its item as it stands."""

    def __init__(self, failed: Mapping[int, Item | None]) -> None:
        super().__init__("a transaction did not go through")
        self.failed = failed


class Table:
    def __init__(
        self,
        caller: Caller,
        service: Service,
        name: str,
        clock: Callable[[], float],
        new_token: Callable[[], str] = secrets.token_hex,
    ) -> None:
        self._caller, self._service, self._name = caller, service, name
        self._clock, self._new_token = clock, new_token

    async def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        asked = {"Key": as_wire(key._asdict())}
        answer = await self._call("GetItem", asked, consistent=consistent)
        return self._living(answer["Item"]) if answer.get("Item") else None

    async def get_all(self, keys: Collection[Key]) -> Mapping[Key, Item]:
        """Those of these items that are there."""
        found: dict[Key, Item] = {}
        for some in _groups(list(dict.fromkeys(keys)), READ_AT_ONCE):
            left: Sequence[Any] = [as_wire(key._asdict()) for key in some]
            async for answer in self._rounds("BatchGetItem", "UnprocessedKeys", self._asked(left)):
                for raw in answer.get("Responses", {}).get(self._name, ()):
                    if item := self._living(raw):
                        found[key_of(item)] = item
        return found

    async def query(
        self,
        pk: str,
        begins: str = "",
        *,
        first: str = "",
        last: str = "",
        newest_first: bool = False,
        page: int | None = None,
        consistent: bool = True,
    ) -> AsyncIterator[Item]:
        """The items of a partition in order: all, those whose sort key begins so, or those from
        the first to the last. `page`: how many are read at a time."""
        text, values = _range(pk, begins, first, last)
        asked: dict[str, Any] = {
            "KeyConditionExpression": text,
            **placeholders([text], values),
            "ScanIndexForward": not newest_first,
            **({"Limit": page} if page else {}),
        }
        while True:
            answer = await self._call("Query", asked, consistent=consistent)
            for raw in answer["Items"]:
                if item := self._living(raw):
                    yield item
            if not (last_key := answer.get("LastEvaluatedKey")):
                return
            asked["ExclusiveStartKey"] = last_key

    async def write(self, write: Put | Update | Delete) -> Item | None:
        """An item as an update has left it, or as it was before it was deleted.

        Raises:
            ConditionFailed: nothing was written.
        """
        call, _, returned = CALLS[type(write)]
        asked = {**request_of(write), "ReturnValues": returned, **_telling_why(write)}
        try:
            answer = await self._call(call, asked)
        except Refused as refused:
            if refused.code != "ConditionalCheckFailedException":
                raise _broken(call, refused) from refused
            old = refused.body.get("Item")
            raise ConditionFailed(from_wire(old) if old else None) from None
        return from_wire(answer["Attributes"]) if answer.get("Attributes") else None

    async def write_all(self, writes: Sequence[Put | Delete]) -> None:
        """Many unconditional writes, of which any may be done when it fails."""
        requests = [_batched(write) for write in writes]
        for some in _groups(requests, WRITTEN_AT_ONCE):
            async for _ in self._rounds("BatchWriteItem", "UnprocessedItems", {self._name: some}):
                pass

    async def transact(self, writes: Sequence[Write]) -> None:
        """All of it or nothing; repeated, it is known by its token.

        Raises:
            Cancelled: a condition did not hold.
        """
        parts = [
            {
                CALLS[type(write)][1]: {
                    **request_of(write),
                    "TableName": self._name,
                    **_telling_why(write),
                }
            }
            for write in writes
        ]
        asked = {"TransactItems": parts, "ClientRequestToken": self._new_token()[:36]}
        try:
            await self._caller.call(self._service, "TransactWriteItems", asked)
        except Refused as refused:
            if refused.code != "TransactionCanceledException":
                raise _broken("TransactWriteItems", refused) from refused
            raise Cancelled(_failed(refused)) from None

    def _living(self, raw: Mapping[str, Any]) -> Item | None:
        item = from_wire(raw)
        return item if float(item.get("until") or self._clock() + 1) > self._clock() else None

    def _asked(self, keys: Sequence[Any]) -> Mapping[str, Any]:
        return {self._name: {"Keys": keys, "ConsistentRead": True}}

    async def _call(
        self, operation: str, asked: Mapping[str, Any], *, consistent: bool = False
    ) -> Mapping[str, Any]:
        named = {"TableName": self._name, **asked}
        if consistent:
            named["ConsistentRead"] = True
        return await self._caller.call(self._service, operation, named)

    async def _rounds(
        self, operation: str, rest: str, wanted: Mapping[str, Any]
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Asks for a batch, and again for what of it was left undone."""
        for tried in range(ROUNDS):
            answer = await self._caller.call(self._service, operation, {"RequestItems": wanted})
            yield answer
            wanted = answer.get(rest) or {}
            if not wanted:
                return
            await asyncio.sleep(PAUSE_S * 2**tried)
        raise StoreUnavailable("AWS left a batch undone again and again.", "It is tried again.")


def _groups(all_of_it: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(all_of_it), most):
        yield all_of_it[begin : begin + most]


def _range(pk: str, begins: str, first: str, last: str) -> tuple[str, Mapping[str, Value]]:
    if first or last:
        values = {"pk": pk, "first": first or " ", "last": last}
        return "#pk = :pk AND #sk BETWEEN :first AND :last", values
    if begins:
        return "#pk = :pk AND begins_with(#sk, :begins)", {"pk": pk, "begins": begins}
    return "#pk = :pk", {"pk": pk}


def _batched(write: Put | Delete) -> Mapping[str, Any]:
    kind = "PutRequest" if isinstance(write, Put) else "DeleteRequest"
    return {kind: request_of(write)}


def _telling_why(write: Write) -> Mapping[str, str]:
    return {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if write.only else {}


def _failed(refused: Refused) -> Mapping[int, Item | None]:
    return {
        place: from_wire(reason["Item"]) if reason.get("Item") else None
        for place, reason in enumerate(refused.body.get("CancellationReasons", ()))
        if reason["Code"] == "ConditionalCheckFailed"
    }


def _broken(operation: str, refused: Refused) -> StoreUnavailable:
    said = refused.body.get("message") or refused.body.get("Message") or ""
    return StoreUnavailable(
        f"DynamoDB refused {operation}: {refused.code} {said}".strip() + ".",
        "This is a bug of ours; please report it with this line.",
    )
