"""The CloudFormation template is clean, and allows nothing that is not needed."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aizuchi.deploy.cloudformation import printed, template
from aizuchi.deploy.packages import WRAPPER
from aizuchi.deploy.stack import STACK

STREAMED = {"InvokeMode": "RESPONSE_STREAM"}
RESOURCES: Mapping[str, Any] = template(STACK)["Resources"]
API = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}"
CONNECTIONS = [f"{API}/chat/{method}/@connections/*" for method in ("POST", "DELETE")]
OWN = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${Name}/${Stage}/own/*"
PARTS: Mapping[str, str] = {
    "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    f"/{place}/${{Name}}-${{Stage}}-{word}:*": "Lambda and Fargate name the streams of a log"
    for place, word in (
        *(("aws/lambda", word) for word in ("ingress", "worker", "side", "stream", "socket")),
        ("ecs", "worker"),
    )
} | {
    **dict.fromkeys(CONNECTIONS, "a connection has its name while it is open"),
    OWN: "the operator's own aizuchi.toml names parameters",
}
"""All that is allowed on what is not named whole, and why."""


def of_kind(kind: str) -> Mapping[str, Any]:
    return {
        name: each["Properties"] for name, each in RESOURCES.items() if each["Type"].endswith(kind)
    }


def texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for each in value.values():
                yield from texts(each)
        case list():
            for each in value:
                yield from texts(each)


def statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    for each in policy["Statement"]:
        yield each["Fn::If"][1] if "Fn::If" in each else each


def allowed() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, properties in of_kind("IAM::Policy").items():
        for statement in statements(properties["PolicyDocument"]):
            yield name, statement


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(printed(STACK), "utf-8")
    linted = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), str(file)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (linted.returncode, linted.stdout + linted.stderr) == (0, "")


def test_no_right_is_wider_than_its_reason() -> None:
    stars = [
        text for _, statement in allowed() for text in texts(statement["Resource"]) if "*" in text
    ]
    assert {*stars} == {*PARTS}
    assert not [
        text for _, statement in allowed() for text in texts(statement["Action"]) if "*" in text
    ]


def test_every_function_has_a_role_of_its_own() -> None:
    roles = [each["Role"]["Fn::GetAtt"][0] for each in of_kind("Lambda::Function").values()]
    assert sorted(roles) == ["IngressRole", "SideRole", "SocketRole", "StreamRole", "WorkerRole"]


def actions_of(function: str) -> set[str]:
    return {
        action
        for name, statement in allowed()
        if name == f"{function}Rights"
        for action in statement["Action"]
    }


LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_the_ingress_reads_no_message_and_no_table() -> None:
    assert actions_of("Ingress") == LOG | {"sqs:SendMessage", "ssm:GetParameters"}


@pytest.mark.parametrize("function", ["Stream", "Socket"])
def test_the_web_takes_no_message_out_of_a_queue_and_puts_none_into_the_order(
    function: str,
) -> None:
    of_table = {action for action in actions_of(function) if action.startswith("dynamodb:")}
    assert actions_of(function) - of_table == LOG | {
        *("sqs:SendMessage", "ssm:GetParameters", "execute-api:ManageConnections"),
    }
    sent_to = [
        statement["Resource"]
        for name, statement in allowed()
        if name == f"{function}Rights" and statement["Action"] == ["sqs:SendMessage"]
    ]
    assert sent_to == [[{"Fn::GetAtt": ["Side", "Arn"]}]]


def test_the_token_of_the_web_chat_is_read_by_the_web_alone() -> None:
    readers = {
        name
        for name, statement in allowed()
        if any("${WebToken}" in text for text in texts(statement["Resource"]))
    }
    assert readers == {"StreamRights", "SocketRights"}
    knowing = {
        name
        for name, each in of_kind("Lambda::Function").items()
        if "AIZUCHI_WEB_TOKEN" in each["Environment"]["Variables"]
    }
    assert knowing == {"StreamFunction", "SocketFunction"}
    assert "WebToken" not in str(RESOURCES["Task"])


@pytest.mark.parametrize(("function", "others"), [("Ingress", {}), ("Stream", STREAMED)])
def test_a_function_url_asks_for_both_permissions(function: str, others: dict[str, str]) -> None:
    """Since October 2025; the second opens nothing to who does not come by the URL."""
    arn = {"Fn::GetAtt": [f"{function}Function", "Arn"]}
    everybody = {"FunctionName": arn, "Principal": "*"}
    public = [each for each in of_kind("Permission").values() if everybody.items() <= each.items()]
    assert public == [
        {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE", **everybody},
        {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True, **everybody},
    ]
    url = of_kind("Lambda::Url")[f"{function}Url"]
    assert url == {"TargetFunctionArn": arn, "AuthType": "NONE", **others}


def test_the_streaming_function_is_started_by_its_layer() -> None:
    function = of_kind("Lambda::Function")["StreamFunction"]
    assert function["Layers"] == [{"Ref": "StreamLayer"}]
    assert function["Environment"]["Variables"]["AWS_LAMBDA_EXEC_WRAPPER"] == f"/opt/{WRAPPER}"
    assert of_kind("LayerVersion")["StreamLayer"]["Content"]["S3Key"] == {"Ref": "LayerKey"}


def test_every_route_of_the_sockets_leads_to_their_function_within_limits() -> None:
    routes = {name: each for name, each in of_kind("V2::Route").items() if "Socket" in name}
    keys = {each["RouteKey"] for each in routes.values()}
    assert keys == {"$connect", "$default", "$disconnect"}
    assert {str(each["Target"]) for each in routes.values()} == {
        str({"Fn::Sub": "integrations/${SocketIntegration}"})
    }
    stage = of_kind("V2::Stage")["SocketStage"]
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
        "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
    }
    assert {*RESOURCES["SocketStage"]["DependsOn"]} == {*routes}
    permission = of_kind("Permission")["SocketPermission"]
    assert "${SocketApi}/*" in permission["SourceArn"]["Fn::Sub"]


def test_whoever_answers_knows_where_to_push_and_may() -> None:
    for name in ("Worker", "Side", "Stream", "Socket"):
        variables = of_kind("Lambda::Function")[f"{name}Function"]["Environment"]["Variables"]
        assert "https://${SocketApi}.execute-api." in str(variables["AIZUCHI__AWS__SOCKETS"])
        assert "execute-api:ManageConnections" in actions_of(name)
    assert "execute-api:ManageConnections" in actions_of("Task")
    assert "AIZUCHI__AWS__SOCKETS" in str(RESOURCES["Task"])


def test_without_the_web_chat_nothing_of_it_is_there() -> None:
    of_web = {name for name in RESOURCES if name.startswith(("Stream", "Socket"))}
    conditions = {RESOURCES[name].get("Condition") for name in of_web}
    assert conditions == {"WebIsYes"}
    kept = {name: each for name, each in RESOURCES.items() if name not in of_web}
    for text in texts({name: without_web(each) for name, each in kept.items()}):
        assert "${Socket" not in text
        assert "${Stream" not in text


def without_web(value: Any) -> Any:
    """What is left where there is no web chat."""
    match value:
        case {"Fn::If": ["WebIsYes", _, otherwise]}:
            return otherwise
        case Mapping():
            return {key: without_web(each) for key, each in value.items()}
        case list():
            return [without_web(each) for each in value]
        case _:
            return value


def test_a_message_comes_again_ten_seconds_after_its_function_died() -> None:
    visible = template(STACK)["Mappings"]["WorkerTimeout"]
    assert {int(timeout) + 10 for timeout in visible} == {
        each["And10"] for each in visible.values()
    }
    for queue in of_kind("SQS::Queue").values():
        assert queue["VisibilityTimeout"]["Fn::FindInMap"][0] == "WorkerTimeout"


def test_messages_are_given_one_by_one() -> None:
    for source in of_kind("EventSourceMapping").values():
        assert source["BatchSize"] == 1
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_table_outlives_the_stack_unless_its_creation_failed() -> None:
    table = RESOURCES["Table"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", [each.name for each in STACK.parameters])
def test_every_parameter_says_what_it_is(name: str) -> None:
    said = template(STACK)["Parameters"][name]["Description"]
    assert said.endswith(".")
    assert len(said) > 15


def test_nothing_is_reserved_unless_somebody_asks() -> None:
    defaults = {each.name: each.default for each in STACK.parameters}
    reserved = {name: value for name, value in defaults.items() if name.endswith("Reserved")}
    assert reserved == dict.fromkeys(
        ["IngressReserved", "WorkerReserved", "StreamReserved", "SocketReserved"], 0
    )
    worker = of_kind("Lambda::Function")["WorkerFunction"]["ReservedConcurrentExecutions"]
    assert worker["Fn::If"][2] == {"Ref": "AWS::NoValue"}
