"""The table, which knows everything, and the queues, which wake."""

from collections.abc import Sequence

from aizuchi.deploy.stack.names import NAME, arn, named
from aizuchi.deploy.stack.values import Is, Joined, More, Of, Resource, text

AFTER_TIMEOUT_S = 10
"""A message whose function died comes again so long after the function's time."""

RECEIVES = 10
DAYS_14_S = 14 * 86_400
KEPT = {
    "SqsManagedSseEnabled": True,
    "VisibilityTimeout": More("WorkerTimeout", AFTER_TIMEOUT_S),
}
IN_ORDER = {
    "FifoQueue": True,
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    **KEPT,
}
TABLE_ARN = arn("dynamodb", "table/", NAME)


def fifo(what: str) -> Joined:
    return text(named(what), ".fifo")


def resources() -> Sequence[Resource]:
    return _table(), _dead(), _turns(), _side()


def _table() -> Resource:
    keys = {"pk": "HASH", "sk": "RANGE"}
    return Resource(
        "Table",
        "AWS::DynamoDB::Table",
        {
            "TableName": NAME,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in keys],
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
            "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True},
        },
        only=Is("MakeTable", "yes"),
        stays=True,
        about="Every message, answer and memory. No copies by time: what somebody had "
        "forgotten would live on in them.",
    )


def _dead() -> Resource:
    return Resource(
        "Dead",
        "AWS::SQS::Queue",
        {"QueueName": fifo("dead"), **IN_ORDER, "MessageRetentionPeriod": DAYS_14_S},
        about="What no worker could end, ten times over; side says so to whoever asked.",
    )


def _turns() -> Resource:
    redrive = {"deadLetterTargetArn": Of("Dead", "Arn"), "maxReceiveCount": RECEIVES}
    return Resource(
        "Turns",
        "AWS::SQS::Queue",
        {"QueueName": fifo("turns"), **IN_ORDER, "RedrivePolicy": redrive},
        about="Messages, in order within their conversation.",
    )


def _side() -> Resource:
    return Resource(
        "Side",
        "AWS::SQS::Queue",
        {"QueueName": named("side"), **KEPT},
        about="Signals and guardians. It has no dead letters: an outage would make some of "
        "those that keep a promise.",
    )
