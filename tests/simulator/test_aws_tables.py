"""DynamoDB as its own client sees it: items, conditions, updates, queries, many at once."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.simulator.aws_house import Account

KEY = {"pk": {"S": "a"}, "sk": {"S": "1"}}


class Desk:
    """A table, and calls that name it."""

    def __init__(self, account: Account, table: str) -> None:
        self.client, self.table = account.client("dynamodb"), table

    def put(self, pk: str = "a", sk: str = "1", **attributes: Any) -> None:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        self.client.put_item(TableName=self.table, Item={**key, **attributes})

    def item(self, pk: str = "a", sk: str = "1") -> Any:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        return self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")

    def update(self, expression: str, **more: Any) -> Any:
        arguments: dict[str, Any] = {"TableName": self.table, "Key": KEY}
        values = {f":{name}": value for name, value in more.pop("values", {}).items()}
        arguments |= {"ExpressionAttributeValues": values} if values else {}
        return self.client.update_item(UpdateExpression=expression, **arguments, **more)

    def query(self, condition: str = "pk = :pk", **more: Any) -> Any:
        values = {":pk": {"S": "a"}, **more.pop("values", {})}
        return self.client.query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            **more,
        )

    def sorted_by(self, condition: str = "pk = :pk", **more: Any) -> list[str]:
        return [item["sk"]["S"] for item in self.query(condition, **more)["Items"]]


@pytest.fixture
def desk(account: Account) -> Desk:
    return Desk(account, account.table())


def refused(call: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[str, str]:
    """The code and the message of the error that the call gets."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **more)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


# ── items ─────────────────────────────────────────────────────────────────────


def test_an_item_comes_back_as_it_was_put(desk: Desk) -> None:
    item: dict[str, Any] = {
        "text": {"S": "héllo 相槌"},
        "number": {"N": "-12.5"},
        "bytes": {"B": b"\x00\xff"},
        "yes": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"S": "x"}, {"N": "1"}]},
        "map": {"M": {"inner": {"S": "y"}}},
        "words": {"SS": ["a", "b"]},
    }
    desk.put(**item)
    assert desk.item() == {**KEY, **item}


def test_a_number_loses_its_zeros_and_keeps_38_digits(desk: Desk) -> None:
    desk.put(a={"N": "1.500"}, b={"N": "1" * 38}, c={"N": "1E3"})
    item = desk.item()
    assert [item[name]["N"] for name in "abc"] == ["1.5", "1" * 38, "1000"]
    assert refused(desk.put, a={"N": "1" * 39})[0] == "ValidationException"


def test_an_item_of_more_than_400_kb_is_refused(desk: Desk) -> None:
    desk.put(text={"S": "x" * (400 * 1024 - 50)})
    assert refused(desk.put, text={"S": "x" * 400 * 1024}) == (
        "ValidationException",
        "Item size has exceeded the maximum allowed size",
    )


def test_a_key_may_not_be_empty_and_nothing_else_may_stand_in_it(desk: Desk) -> None:
    get = desk.client.get_item
    assert refused(desk.put, pk="")[0] == "ValidationException"
    assert refused(get, TableName=desk.table, Key={"pk": {"S": "a"}}) == (
        "ValidationException",
        "The provided key element does not match the schema",
    )
    wrong = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    assert refused(get, TableName=desk.table, Key=wrong)[0] == "ValidationException"


def test_a_table_that_is_not_there_is_not_found(desk: Desk) -> None:
    get = desk.client.get_item
    assert refused(get, TableName="none", Key=KEY)[0] == "ResourceNotFoundException"


def test_a_put_gives_back_what_was_there(desk: Desk) -> None:
    desk.put(n={"N": "1"})
    put = desk.client.put_item(TableName=desk.table, Item=KEY, ReturnValues="ALL_OLD")
    assert put["Attributes"] == {**KEY, "n": {"N": "1"}}
    gone = desk.client.delete_item(TableName=desk.table, Key=KEY, ReturnValues="ALL_OLD")
    assert gone["Attributes"] == KEY
    assert desk.item() is None


# ── conditions ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("attribute_exists(n)", True),
        ("attribute_not_exists(n)", False),
        ("attribute_not_exists(absent)", True),
        ("n = :three", True),
        ("n <> :three", False),
        ("absent <> :three", True),
        ("absent = :three", False),
        ("n < :ten", True),
        ("n >= :three AND n <= :three", True),
        ("n BETWEEN :three AND :ten", True),
        ("n IN (:ten, :three)", True),
        ("begins_with(word, :he)", True),
        ("contains(word, :he)", True),
        ("contains(tags, :he)", False),
        ("size(word) = :five", True),
        ("attribute_type(word, :type)", True),
        ("NOT n = :three", False),
        ("n = :ten OR (n = :three AND word = :hello)", True),
        ("n = :ten AND n = :ten OR n = :three", True),
        ("doc.deep[1] = :ten", True),
        ("n < :hello", False),
    ],
)
def test_a_condition_decides_whether_the_write_is_done(
    desk: Desk, condition: str, holds: bool
) -> None:
    known = {
        ":three": {"N": "3.0"},
        ":five": {"N": "5"},
        ":ten": {"N": "10"},
        ":he": {"S": "he"},
        ":hello": {"S": "hello"},
        ":type": {"S": "S"},
    }
    desk.put(
        n={"N": "3"},
        word={"S": "hello"},
        tags={"SS": ["x"]},
        doc={"M": {"deep": {"L": [{"N": "1"}, {"N": "10"}]}}},
    )
    used = re.findall(r":\w+", condition)
    values = {name: known[name] for name in used}
    more = {"ExpressionAttributeValues": values} if values else {}
    failing = pytest.raises(desk.client.exceptions.ConditionalCheckFailedException)
    with nullcontext() if holds else failing:
        desk.client.delete_item(
            TableName=desk.table, Key=KEY, ConditionExpression=condition, **more
        )
    assert (desk.item() is None) is holds


def test_a_failed_condition_tells_what_stands_there(desk: Desk) -> None:
    desk.put(n={"N": "1"})
    with pytest.raises(ClientError) as caught:
        desk.client.put_item(
            TableName=desk.table,
            Item=KEY,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"] == {**KEY, "n": {"N": "1"}}


def test_a_reserved_word_needs_a_placeholder(desk: Desk) -> None:
    assert refused(desk.update, "SET status = :s", values={"s": {"S": "x"}}) == (
        "ValidationException",
        "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: status",
    )
    named = {"#s": "status"}
    desk.update("SET #s = :s", values={"s": {"S": "x"}}, ExpressionAttributeNames=named)
    assert desk.item()["status"] == {"S": "x"}


def test_what_an_expression_does_not_use_is_refused(desk: Desk) -> None:
    unused = {"s": {"S": "x"}, "t": {"S": "y"}}
    assert refused(desk.update, "SET a = :s", values=unused) == (
        "ValidationException",
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:t}",
    )


@pytest.mark.parametrize("expression", ["SET a = :x", "SET a = :s;", "SET a :s", "", "PUT a = :s"])
def test_an_expression_that_cannot_be_read_is_refused(desk: Desk, expression: str) -> None:
    assert refused(desk.update, expression, values={"s": {"S": "x"}})[0] == "ValidationException"


# ── updates ───────────────────────────────────────────────────────────────────


def test_an_update_makes_an_item_where_there_is_none(desk: Desk) -> None:
    made = desk.update(
        "SET n = if_not_exists(n, :zero) + :one, words = :words",
        values={"zero": {"N": "0"}, "one": {"N": "1"}, "words": {"L": [{"S": "x"}]}},
        ReturnValues="ALL_NEW",
    )
    assert made["Attributes"] == {**KEY, "n": {"N": "1"}, "words": {"L": [{"S": "x"}]}}


def test_an_update_reads_the_item_as_it_was(desk: Desk) -> None:
    desk.put(a={"N": "1"}, b={"N": "2"}, list={"L": [{"S": "x"}]})
    desk.update(
        "SET a = b, b = a, #l = list_append(#l, :more) REMOVE gone",
        values={"more": {"L": [{"S": "y"}]}},
        ExpressionAttributeNames={"#l": "list"},
    )
    item = desk.item()
    assert (item["a"], item["b"]) == ({"N": "2"}, {"N": "1"})
    assert item["list"] == {"L": [{"S": "x"}, {"S": "y"}]}


def test_adding_counts_and_joins_sets_and_deleting_takes_out_of_them(desk: Desk) -> None:
    desk.put(n={"N": "1"}, tags={"SS": ["a", "b"]}, one={"SS": ["a"]})
    desk.update(
        "ADD n :two, tags :more, fresh :two DELETE one :a",
        values={"two": {"N": "2"}, "more": {"SS": ["b", "c"]}, "a": {"SS": ["a"]}},
    )
    item = desk.item()
    assert (item["n"], item["fresh"]) == ({"N": "3"}, {"N": "2"})
    assert sorted(item["tags"]["SS"]) == ["a", "b", "c"]
    assert "one" not in item


def test_parts_of_a_document_are_changed_in_their_places(desk: Desk) -> None:
    desk.put(doc={"M": {"list": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]}}})
    desk.update(
        "SET doc.#l[9] = :n, doc.word = :w REMOVE doc.#l[0]",
        values={"n": {"N": "9"}, "w": {"S": "x"}},
        ExpressionAttributeNames={"#l": "list"},
    )
    assert desk.item()["doc"]["M"]["list"]["L"] == [{"N": "1"}, {"N": "2"}, {"N": "9"}]
    assert desk.item()["doc"]["M"]["word"] == {"S": "x"}


@pytest.mark.parametrize(
    "expression",
    [
        "SET pk = :n",  # part of the key
        "SET doc.inner = :n",  # nothing is there to hold it
        "SET a = missing + :n",
        "SET a = :n, a = :n",
        "SET a = :n REMOVE a",
        "SET a = :n SET b = :n",
        "ADD word :n",  # not a number there
    ],
)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(
    desk: Desk, expression: str
) -> None:
    desk.put(word={"S": "x"})
    assert refused(desk.update, expression, values={"n": {"N": "1"}})[0] == "ValidationException"
    assert desk.item() == {**KEY, "word": {"S": "x"}}


def test_what_changed_comes_back_as_it_was_or_is(desk: Desk) -> None:
    desk.put(a={"N": "1"}, b={"N": "5"})
    values = {"n": {"N": "1"}}
    old = desk.update("SET a = a + :n", values=values, ReturnValues="UPDATED_OLD")
    new = desk.update("SET a = a + :n", values=values, ReturnValues="UPDATED_NEW")
    assert (old["Attributes"], new["Attributes"]) == ({"a": {"N": "1"}}, {"a": {"N": "3"}})


# ── queries ───────────────────────────────────────────────────────────────────


def test_a_partition_is_read_in_the_order_of_its_keys_bytes(desk: Desk) -> None:
    for key in ["b", "a", "é", "Z", "a#1"]:
        desk.put(sk=key)
    desk.put(pk="other", sk="a")
    assert desk.sorted_by() == ["Z", "a", "a#1", "b", "é"]
    assert desk.sorted_by(ScanIndexForward=False) == ["é", "b", "a#1", "a", "Z"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("sk = :b", ["b"]),
        ("sk > :b", ["c"]),
        ("sk <= :b", ["a", "b"]),
        ("sk BETWEEN :b AND :b", ["b"]),
        ("begins_with(sk, :b)", ["b"]),
    ],
)
def test_a_query_picks_by_the_second_key(desk: Desk, condition: str, found: list[str]) -> None:
    for key in "abc":
        desk.put(sk=key)
    values = {":b": {"S": "b"}}
    assert desk.sorted_by(f"pk = :pk AND {condition}", values=values) == found


def test_a_page_ends_at_its_limit_and_goes_on_from_its_last_key(desk: Desk) -> None:
    for key in "abc":
        desk.put(sk=key)
    first = desk.query(Limit=2)
    assert (first["Count"], first["LastEvaluatedKey"]["sk"]) == (2, {"S": "b"})
    assert desk.sorted_by(ExclusiveStartKey=first["LastEvaluatedKey"]) == ["c"]


def test_an_empty_partition_is_an_empty_page(desk: Desk) -> None:
    page = desk.query()
    assert (page["Items"], page["Count"], "LastEvaluatedKey" in page) == ([], 0, False)


def test_a_page_holds_no_more_than_1_mb(desk: Desk) -> None:
    for key in "abcd":
        desk.put(sk=key, text={"S": "x" * 380_000})
    first = desk.query()
    assert first["Count"] == 2
    rest = desk.query(ExclusiveStartKey=first["LastEvaluatedKey"])
    assert rest["Count"] == 2


def test_a_filter_hides_items_after_they_are_counted(desk: Desk) -> None:
    for number, key in enumerate("abc"):
        desk.put(sk=key, n={"N": str(number)})
    page = desk.query(FilterExpression="n > :n", values={":n": {"N": "0"}})
    assert (page["Count"], page["ScannedCount"]) == (2, 3)


def test_a_filter_may_not_ask_for_keys(desk: Desk) -> None:
    by_key = {"FilterExpression": "sk > :n", "values": {":n": {"S": "0"}}}
    assert refused(desk.query, **by_key)[0] == "ValidationException"


def test_a_projection_leaves_what_it_names(desk: Desk) -> None:
    desk.put(a={"S": "x"}, doc={"M": {"in": {"N": "1"}, "out": {"N": "2"}}})
    shown = desk.client.get_item(
        TableName=desk.table,
        Key=KEY,
        ProjectionExpression="a, doc.#i",
        ExpressionAttributeNames={"#i": "in"},
    )
    assert shown["Item"] == {"a": {"S": "x"}, "doc": {"M": {"in": {"N": "1"}}}}


@pytest.mark.parametrize(
    "condition", ["sk = :pk", "pk > :pk", "pk = :pk AND n = :pk", "pk = :pk OR sk = :pk"]
)
def test_a_query_needs_the_partition_and_asks_for_keys_only(desk: Desk, condition: str) -> None:
    assert refused(desk.query, condition)[0] == "ValidationException"


def test_an_index_holds_the_items_that_have_its_key(account: Account) -> None:
    desk = Desk(account, account.table(indexed=True))
    desk.put(sk="1", ik={"S": "x"})
    desk.put(sk="2")
    desk.put(sk="3", ik={"S": "y"})
    found = desk.client.query(
        TableName=desk.table,
        IndexName="by-ik",
        KeyConditionExpression="ik = :x",
        ExpressionAttributeValues={":x": {"S": "x"}},
    )
    assert [item["sk"]["S"] for item in found["Items"]] == ["1"]
    assert refused(
        desk.client.query,
        TableName=desk.table,
        IndexName="by-ik",
        KeyConditionExpression="ik = :x",
        ExpressionAttributeValues={":x": {"S": "x"}},
        ConsistentRead=True,
    )[0] == "ValidationException"  # fmt: skip
