"""SQS as its own client sees it: standard and FIFO queues, receipts, dead letters."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.simulator.aws_house import Account, refusal


class Desk:
    """A queue, and calls that name it."""

    def __init__(self, account: Account, url: str) -> None:
        self.client, self.url = account.client("sqs"), url

    def send(self, body: str, group: str = "", once: str = "", **more: Any) -> Any:
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": once or body} if group else {}
        return self.client.send_message(QueueUrl=self.url, MessageBody=body, **fifo, **more)

    def receive(self, most: int = 10, **more: Any) -> list[Any]:
        wanted = {"MaxNumberOfMessages": most, "MessageSystemAttributeNames": ["All"], **more}
        received = self.client.receive_message(QueueUrl=self.url, **wanted)
        return list(received.get("Messages", ()))

    def bodies(self, most: int = 10, **more: Any) -> list[str]:
        return [message["Body"] for message in self.receive(most, **more)]

    def delete(self, message: Any) -> None:
        receipt = message["ReceiptHandle"]
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)

    def hide(self, message: Any, seconds: int) -> None:
        self.client.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds
        )


def refused(call: Callable[..., Any], *arguments: Any, **more: Any) -> str:
    """The code of the error that the call gets."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **more)
    return refusal(caught.value)[0]


@pytest.fixture
def plain(account: Account) -> Desk:
    return Desk(account, account.queue())


@pytest.fixture
def fifo(account: Account) -> Desk:
    return Desk(account, account.queue(fifo=True, DeduplicationScope="messageGroup",
                                       FifoThroughputLimit="perMessageGroupId"))  # fmt: skip


# ── standard queues ───────────────────────────────────────────────────────────


def test_a_message_is_received_once_while_it_is_held(plain: Desk) -> None:
    sent = plain.send("hello 相槌")
    (message,) = plain.receive()
    assert (message["Body"], message["MessageId"]) == ("hello 相槌", sent["MessageId"])
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert plain.receive() == []


def test_a_message_that_is_given_back_comes_again_and_counts(plain: Desk) -> None:
    plain.send("hello")
    (message,) = plain.receive()
    plain.hide(message, 0)
    (again,) = plain.receive()
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["ReceiptHandle"] != message["ReceiptHandle"]


def test_a_deleted_message_does_not_come_again(plain: Desk) -> None:
    plain.send("hello")
    (message,) = plain.receive(VisibilityTimeout=0)
    plain.delete(message)
    plain.delete(message)
    assert plain.receive() == []


def test_a_hidden_message_comes_when_its_time_is_over(plain: Desk) -> None:
    plain.send("hello")
    plain.receive(VisibilityTimeout=1)
    assert plain.bodies(WaitTimeSeconds=5) == ["hello"]


def test_a_delayed_message_comes_later(plain: Desk) -> None:
    plain.send("hello", DelaySeconds=1)
    assert plain.receive() == []
    assert plain.bodies(WaitTimeSeconds=5) == ["hello"]


def test_ten_messages_are_received_at_most(plain: Desk) -> None:
    assert refused(plain.receive, 11) == "InvalidParameterValue"


def test_a_delay_is_15_minutes_at_most(plain: Desk) -> None:
    assert refused(plain.send, "x", DelaySeconds=901) == "InvalidParameterValue"


def test_a_message_holds_a_mebibyte(plain: Desk) -> None:
    plain.send("x" * 1024 * 1024)
    assert refused(plain.send, "x" * (1024 * 1024 + 1)) == "InvalidParameterValue"


def test_characters_that_xml_has_not_are_refused(plain: Desk) -> None:
    assert refused(plain.send, "\x00") == "InvalidMessageContents"


def test_a_queue_that_is_not_there_is_not_found(plain: Desk) -> None:
    assert refused(plain.client.get_queue_url, QueueName="none") == (
        "AWS.SimpleQueueService.NonExistentQueue"
    )


def test_a_batch_says_of_each_message_what_came_of_it(plain: Desk) -> None:
    entries = [{"Id": "a", "MessageBody": "x"}, {"Id": "b", "MessageBody": "\x00"}]
    sent = plain.client.send_message_batch(QueueUrl=plain.url, Entries=entries)
    assert [one["Id"] for one in sent["Successful"]] == ["a"]
    assert [(one["Id"], one["Code"]) for one in sent["Failed"]] == [("b", "InvalidMessageContents")]
    (message,) = plain.receive()
    receipts = [{"Id": "a", "ReceiptHandle": message["ReceiptHandle"]}]
    gone = plain.client.delete_message_batch(QueueUrl=plain.url, Entries=receipts)
    assert [one["Id"] for one in gone["Successful"]] == ["a"]


def test_the_attributes_of_a_queue_count_what_is_in_it(plain: Desk) -> None:
    plain.send("a")
    plain.send("b")
    plain.receive(1)
    told = plain.client.get_queue_attributes(QueueUrl=plain.url, AttributeNames=["All"])
    counts = told["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "1"
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert counts["VisibilityTimeout"] == "30"


# ── FIFO queues ───────────────────────────────────────────────────────────────


def test_a_group_keeps_its_order_and_waits_for_what_is_in_flight(fifo: Desk) -> None:
    for body in ("a1", "a2", "b1"):
        fifo.send(body, group=body[0])
    first = {message["Body"]: message for message in fifo.receive(1) + fifo.receive(1)}
    assert first.keys() == {"a1", "b1"}
    assert fifo.receive() == []
    fifo.delete(first["a1"])
    assert fifo.bodies() == ["a2"]


def test_a_message_given_back_comes_before_those_behind_it(fifo: Desk) -> None:
    fifo.send("a1", group="a")
    fifo.send("a2", group="a")
    (message,) = fifo.receive(1)
    fifo.hide(message, 0)
    assert fifo.bodies(1) == ["a1"]


def test_one_receive_may_bring_several_of_a_group_in_order(fifo: Desk) -> None:
    for number in range(3):
        fifo.send(str(number), group="a")
    assert fifo.bodies() == ["0", "1", "2"]


def test_what_is_sent_twice_stands_once_in_its_group(fifo: Desk) -> None:
    first = fifo.send("hello", group="a", once="x")
    again = fifo.send("other text", group="a", once="x")
    assert (again["MessageId"], again["SequenceNumber"]) == (
        first["MessageId"],
        first["SequenceNumber"],
    )
    fifo.send("elsewhere", group="b", once="x")
    assert sorted(fifo.bodies()) == ["elsewhere", "hello"]


def test_what_was_sent_and_deleted_is_not_taken_again(fifo: Desk) -> None:
    fifo.send("hello", group="a", once="x")
    (message,) = fifo.receive()
    fifo.delete(message)
    fifo.send("hello", group="a", once="x")
    assert fifo.receive() == []


def test_numbers_of_a_sequence_grow(fifo: Desk) -> None:
    numbers = [int(fifo.send(str(n), group="a")["SequenceNumber"]) for n in range(3)]
    assert numbers == sorted(set(numbers))


def test_a_fifo_message_needs_a_group_and_a_name_and_has_no_delay(fifo: Desk) -> None:
    send = fifo.client.send_message
    plain = {"QueueUrl": fifo.url, "MessageBody": "x"}
    assert refused(send, **plain) == "MissingParameter"
    assert refused(send, **plain, MessageGroupId="a") == "InvalidParameterValue"
    named = {"MessageGroupId": "a", "MessageDeduplicationId": "x"}
    assert refused(send, **plain, **named, DelaySeconds=5) == "InvalidParameterValue"


def test_an_outdated_receipt_of_a_fifo_queue_is_refused(fifo: Desk) -> None:
    fifo.send("hello", group="a")
    (message,) = fifo.receive(VisibilityTimeout=1)
    assert fifo.bodies(WaitTimeSeconds=5) == ["hello"]
    assert refused(fifo.delete, message) == "InvalidParameterValue"


def test_what_is_not_held_cannot_be_hidden(plain: Desk) -> None:
    plain.send("hello")
    (message,) = plain.receive()
    plain.hide(message, 0)
    assert refused(plain.hide, message, 10) == "AWS.SimpleQueueService.MessageNotInflight"


@pytest.mark.parametrize("is_fifo", [False, True])
def test_what_is_received_too_often_goes_to_the_dead_letters(
    account: Account, is_fifo: bool
) -> None:
    dead = Desk(account, account.queue(fifo=is_fifo))
    arn = dead.client.get_queue_attributes(QueueUrl=dead.url, AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": "2"}
    desk = Desk(account, account.queue(fifo=is_fifo, RedrivePolicy=json.dumps(policy)))
    group = {"group": "a"} if is_fifo else {}
    desk.send("poison", **group)
    for _ in range(2):
        assert desk.bodies(VisibilityTimeout=0) == ["poison"]
    assert desk.receive() == []
    (message,) = dead.receive()
    assert message["Body"] == "poison"
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"
