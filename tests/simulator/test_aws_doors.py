"""Who is let in to AWS, its secrets, and what the fake has not."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.simulator.aws_house import Account, refusal

CALLS: dict[str, Callable[[Any], Any]] = {
    "dynamodb": lambda client: client.describe_table(TableName="none"),
    "sqs": lambda client: client.get_queue_url(QueueName="none"),
    "ssm": lambda client: client.get_parameters(Names=["none"]),
}
UNKNOWN = {
    "dynamodb": ("UnrecognizedClientException", 400),
    "sqs": ("InvalidClientTokenId", 403),
    "ssm": ("UnrecognizedClientException", 400),
}
WRONG = {
    "dynamodb": ("InvalidSignatureException", 400),
    "sqs": ("SignatureDoesNotMatch", 403),
    "ssm": ("InvalidSignatureException", 400),
}


def refused(call: Callable[..., Any], *arguments: Any, **more: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **more)
    return refusal(caught.value)


@pytest.mark.parametrize("service", CALLS)
def test_a_key_that_nobody_knows_is_refused(account: Account, service: str) -> None:
    client = account.client(service, key_id="AKIANOBODY")
    assert refused(CALLS[service], client) == UNKNOWN[service]


@pytest.mark.parametrize("service", CALLS)
def test_a_wrong_secret_is_refused(account: Account, service: str) -> None:
    client = account.client(service, secret="not this one")
    assert refused(CALLS[service], client) == WRONG[service]


def test_secrets_are_read_at_once_and_missing_ones_are_named(account: Account) -> None:
    client = account.client("ssm")
    client.put_parameter(Name="/bot/token", Value="xoxb", Type="SecureString", Overwrite=True)
    names = ["/bot/token", "/bot/none"]
    read = client.get_parameters(Names=names, WithDecryption=True)
    assert [(one["Name"], one["Value"]) for one in read["Parameters"]] == [("/bot/token", "xoxb")]
    assert read["InvalidParameters"] == ["/bot/none"]
    sealed = client.get_parameters(Names=names[:1])
    assert sealed["Parameters"][0]["Value"] != "xoxb"


def test_secrets_are_read_ten_at_once(account: Account) -> None:
    client, many = account.client("ssm"), [f"/{number}" for number in range(11)]
    assert len(client.get_parameters(Names=many[:10])["InvalidParameters"]) == 10
    assert refused(client.get_parameters, Names=many)[0] == "ValidationException"


def test_a_secret_is_replaced_only_where_that_is_said(account: Account) -> None:
    client = account.client("ssm")
    put = {"Name": "/bot/once", "Value": "x", "Type": "SecureString"}
    client.put_parameter(**put)
    assert refused(client.put_parameter, **put)[0] == "ParameterAlreadyExists"
    assert client.put_parameter(**put, Overwrite=True)["Version"] == 2


def test_what_the_fake_has_not_is_refused_by_name(our_account: Account) -> None:
    client = our_account.client("sqs")
    assert refused(client.list_queues) == ("NotSimulated", 501)
    attributes = {"a": {"DataType": "String", "StringValue": "x"}}
    send = {"QueueUrl": our_account.queue(), "MessageBody": "x", "MessageAttributes": attributes}
    assert refused(client.send_message, **send) == ("NotSimulated", 501)
