"""Where ministack does otherwise than AWS is documented to, in what a deployment leans on: each is
proved by its test's failure, and the suite makes up for it in one place that names it."""

import io
import itertools
import json
import zipfile
from typing import Any

import httpx2
import pytest
from botocore.exceptions import ClientError
from tests.deploy.conformance.differing import differs
from tests.simulator.aws_house import Account

from aizuchi.deploy.stack.rights import assumed_by, document, may

pytestmark = pytest.mark.proof

NAMES = (f"different-{number}" for number in itertools.count())
HANDLER = "def handler(event, context):\n    return {'statusCode': 200}\n"


def somebody(account: Account, service: str, *statements: Any) -> Any:
    """A client of somebody's who has these rights and no others."""
    people, name = account.client("iam"), next(NAMES)
    people.create_user(UserName=name)
    allowed = json.dumps(document(*statements))
    people.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=allowed)
    key = people.create_access_key(UserName=name)["AccessKey"]
    return account.client(service, key_id=key["AccessKeyId"], secret=key["SecretAccessKey"])


@differs("whoever reads several parameters needs the right to all", ClientError)
def test_a_right_to_two_parameters_is_a_right_to_read_both(their_account: Account) -> None:
    names = [f"/{next(NAMES)}" for _ in range(2)]
    for name in names:
        their_account.client("ssm").put_parameter(Name=name, Value="1", Type="SecureString")
    arns = [f"arn:aws:ssm:*:*:parameter{name}" for name in names]
    reader = somebody(their_account, "ssm", may("ssm", ("GetParameters",), *arns))
    assert len(reader.get_parameters(Names=names, WithDecryption=True)["Parameters"]) == 2


@differs("sending several messages is a right of its own", ClientError)
def test_a_right_to_send_is_a_right_to_send_several(their_account: Account) -> None:
    queue = their_account.queue()
    arn = f"arn:aws:sqs:*:*:{queue.rpartition('/')[2]}"
    sender = somebody(their_account, "sqs", may("sqs", ("SendMessage",), arn))
    entries = [{"Id": each, "MessageBody": each} for each in "ab"]
    sender.send_message_batch(QueueUrl=queue, Entries=entries)


@differs("queues have no metrics, so no alarm on them ever rings")
def test_what_a_queue_gives_out_is_counted(their_account: Account) -> None:
    client, queue = their_account.client("sqs"), their_account.queue()
    client.send_message(QueueUrl=queue, MessageBody="one")
    client.receive_message(QueueUrl=queue)
    assert their_account.client("cloudwatch").list_metrics(Namespace="AWS/SQS")["Metrics"]


@differs("an API calls a function that has not permitted it")
def test_an_api_needs_the_permission_of_its_function(their_account: Account) -> None:
    api = open_api(their_account)
    assert asked(their_account, api, 1) == {500}


@differs("a stage lets through what its limits forbid")
def test_a_stage_stops_a_flood(their_account: Account) -> None:
    limits = {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 1}
    api = open_api(their_account, DefaultRouteSettings=limits)
    assert 429 in asked(their_account, api, 10)


@differs("the tags of a table that is taken back stay")
def test_a_table_that_is_taken_back_leaves_no_tags(their_account: Account) -> None:
    name, key = next(NAMES), {"AttributeName": "pk"}
    table = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{**key, "AttributeType": "S"}],
        "KeySchema": [{**key, "KeyType": "HASH"}],
    }
    resources = {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": table}}
    client = their_account.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    client.get_waiter("stack_create_complete").wait(StackName=name)
    client.delete_stack(StackName=name)
    client.get_waiter("stack_delete_complete").wait(StackName=name)
    assert name not in their_account.client("dynamodb").list_tables()["TableNames"]
    tagged = their_account.client("resourcegroupstaggingapi").get_resources()
    assert name not in json.dumps(tagged)


@differs("it makes a log whether the function may or not")
def test_a_function_that_may_not_make_a_log_leaves_none(their_account: Account) -> None:
    name = function(their_account)
    their_account.client("lambda").invoke(FunctionName=name)
    log = f"/aws/lambda/{name}"
    groups = their_account.client("logs").describe_log_groups(logGroupNamePrefix=log)
    assert groups["logGroups"] == []


@differs("what a wrapper puts in the place of AWS's client for Python is never run")
def test_a_wrapper_that_is_not_there_is_missed(their_account: Account) -> None:
    name = function(their_account, AWS_LAMBDA_EXEC_WRAPPER="/opt/nothing")
    assert "FunctionError" in their_account.client("lambda").invoke(FunctionName=name)


def function(account: Account, **variables: str) -> str:
    """One that may nothing."""
    name, code = next(NAMES), io.BytesIO()
    trust = json.dumps(assumed_by("lambda"))
    role = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", HANDLER)
    account.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": variables},
    )
    return name


def open_api(account: Account, **stage: Any) -> str:
    """An HTTP API before a function that has permitted nobody anything."""
    client, name = account.client("apigatewayv2"), function(account)
    said = account.client("lambda").get_function_configuration(FunctionName=name)
    api = client.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=said["FunctionArn"],
        PayloadFormatVersion="2.0",
    )
    target = f"integrations/{integration['IntegrationId']}"
    client.create_route(ApiId=api, RouteKey="ANY /", Target=target)
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True, **stage)
    return str(api)


def asked(account: Account, api: str, times: int) -> set[int]:
    headers = {"host": f"{api}.execute-api.localhost"}
    return {
        httpx2.get(f"{account.address}/", headers=headers, timeout=30).status_code
        for _ in range(times)
    }
