"""Batches and transactions of DynamoDB as its own client sees them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.simulator.aws_house import Account, refusal


class Desk:
    def __init__(self, account: Account) -> None:
        self.client, self.table = account.client("dynamodb"), account.table(ranged=False)

    def key(self, pk: str) -> dict[str, Any]:
        return {"TableName": self.table, "Key": {"pk": {"S": pk}}}

    def put(self, pk: str, n: int = 0, **more: Any) -> dict[str, Any]:
        item = {"pk": {"S": pk}, "n": {"N": str(n)}}
        return {"Put": {"TableName": self.table, "Item": item, **more}}

    def write(self, *parts: Any, **more: Any) -> None:
        self.client.transact_write_items(TransactItems=parts, **more)

    def n(self, pk: str) -> str | None:
        item = self.client.get_item(**self.key(pk), ConsistentRead=True).get("Item")
        return item["n"]["N"] if item else None

    def refused(self, *parts: Any, **more: Any) -> Any:
        with pytest.raises(ClientError) as caught:
            self.write(*parts, **more)
        return caught.value


@pytest.fixture
def desk(account: Account) -> Desk:
    return Desk(account)


NEW = {"ConditionExpression": "attribute_not_exists(pk)"}


def test_a_transaction_is_done_whole(desk: Desk) -> None:
    desk.write(desk.put("a", 1), desk.put("b", 2))
    desk.write(
        {"Delete": desk.key("a")},
        {
            "Update": {
                **desk.key("b"),
                "UpdateExpression": "SET n = n + :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        },
        {"ConditionCheck": {**desk.key("c"), **NEW}},
    )
    assert (desk.n("a"), desk.n("b"), desk.n("c")) == (None, "3", None)


def test_a_transaction_that_fails_does_nothing_and_says_which_part_it_was(desk: Desk) -> None:
    desk.write(desk.put("a", 1))
    told = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    error = desk.refused(desk.put("b"), desk.put("a", 9, **NEW, **told))
    assert refusal(error) == ("TransactionCanceledException", 400)
    none, failed = error.response["CancellationReasons"]
    assert none["Code"] == "None"
    assert (failed["Code"], failed["Item"]["n"]) == ("ConditionalCheckFailed", {"N": "1"})
    assert (desk.n("a"), desk.n("b")) == ("1", None)


def test_a_transaction_with_a_known_token_is_done_once(desk: Desk) -> None:
    count = {
        "Update": {
            **desk.key("a"),
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    desk.write(count, ClientRequestToken="one")
    desk.write(count, ClientRequestToken="one")
    assert desk.n("a") == "1"
    error = desk.refused(desk.put("b"), ClientRequestToken="one")
    assert refusal(error)[0] == "IdempotentParameterMismatchException"


def test_a_transaction_takes_an_item_once_and_a_hundred_at_most(desk: Desk) -> None:
    assert refusal(desk.refused(desk.put("a"), {"Delete": desk.key("a")})) == (
        "ValidationException",
        400,
    )
    desk.write(*(desk.put(str(number)) for number in range(100)))
    many = [desk.put(str(number)) for number in range(101)]
    assert refusal(desk.refused(*many))[0] == "ValidationException"


def test_items_are_read_at_once(desk: Desk) -> None:
    desk.write(desk.put("a", 1))
    read = desk.client.transact_get_items(
        TransactItems=[{"Get": desk.key("a")}, {"Get": desk.key("none")}]
    )
    assert [one.get("Item", {}).get("n") for one in read["Responses"]] == [{"N": "1"}, None]


def test_a_batch_reads_and_writes_many(desk: Desk) -> None:
    puts = [{"PutRequest": {"Item": desk.put(str(n), n)["Put"]["Item"]}} for n in range(25)]
    desk.client.batch_write_item(RequestItems={desk.table: puts})
    gone = {"DeleteRequest": {"Key": {"pk": {"S": "0"}}}}
    done = desk.client.batch_write_item(RequestItems={desk.table: [gone]})
    assert done["UnprocessedItems"] == {}
    keys = [{"pk": {"S": str(n)}} for n in range(25)]
    read = desk.client.batch_get_item(RequestItems={desk.table: {"Keys": keys}})
    assert len(read["Responses"][desk.table]) == 24
    assert read["UnprocessedKeys"] == {}


def test_a_batch_holds_25_writes_of_different_items(desk: Desk) -> None:
    one = {"PutRequest": {"Item": desk.put("a")["Put"]["Item"]}}
    for requests in ([one, one], [one] * 26):
        with pytest.raises(ClientError) as caught:
            desk.client.batch_write_item(RequestItems={desk.table: requests})
        assert refusal(caught.value)[0] == "ValidationException"
