"""The CloudFormation template is clean, small enough, and allows nothing that is not needed."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from aizuchi.deploy.cloudformation import printed, template
from aizuchi.deploy.stack import STACK

AT_ONCE_BYTES = 51_200
"""What CloudFormation takes without a bucket."""

RESOURCES: Mapping[str, Any] = template(STACK)["Resources"]
PARTS: Mapping[str, str] = {
    "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
    f"/{place}/${{Name}}-${{Stage}}-{word}:*": "Lambda and Fargate name the streams of a log"
    for place, word in (
        *(("aws/lambda", word) for word in ("ingress", "worker", "side")),
        ("ecs", "worker"),
    )
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


def test_it_is_taken_at_once() -> None:
    assert len(printed(STACK).encode()) < AT_ONCE_BYTES


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
    assert sorted(roles) == ["IngressRole", "SideRole", "WorkerRole"]


def test_the_ingress_reads_no_message_and_no_table() -> None:
    actions = {
        action
        for name, statement in allowed()
        if name == "IngressRights"
        for action in statement["Action"]
    }
    assert actions == {
        *("logs:CreateLogStream", "logs:PutLogEvents"),
        *("sqs:SendMessage", "ssm:GetParameters"),
    }


def test_a_function_url_asks_for_both_permissions() -> None:
    """Since October 2025; the second opens nothing to who does not come by the URL."""
    public = [each for each in of_kind("Permission").values() if each["Principal"] == "*"]
    invoke, by_url = sorted(public, key=lambda each: str(each["Action"]))
    assert invoke["Action"] == "lambda:InvokeFunction"
    assert invoke["InvokedViaFunctionUrl"] is True
    assert by_url["Action"] == "lambda:InvokeFunctionUrl"
    assert by_url["FunctionUrlAuthType"] == "NONE"


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


def test_the_table_outlives_the_stack() -> None:
    table = RESOURCES["Table"]
    assert table["DeletionPolicy"] == "RetainExceptOnCreate", "but one that failed to be made goes"
    assert table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", [each.name for each in STACK.parameters])
def test_every_parameter_says_what_it_is(name: str) -> None:
    said = template(STACK)["Parameters"][name]["Description"]
    assert said.endswith(".")
    assert len(said) > 15


def test_nothing_is_reserved_unless_somebody_asks() -> None:
    defaults = {each.name: each.default for each in STACK.parameters}
    assert defaults["IngressReserved"] == defaults["WorkerReserved"] == 0
    reserved = of_kind("Lambda::Function")["WorkerFunction"]["ReservedConcurrentExecutions"]
    assert reserved["Fn::If"][2] == {"Ref": "AWS::NoValue"}
