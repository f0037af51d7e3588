"""What AWS refuses, and what is left half done, told in a line with its mend: boto3 itself asks an
AWS that says what the test wants."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import exceptions
from tests.deploy.playing import ACCOUNT, Played, Refusal, Said, playing

from aizuchi.cli import main
from aizuchi.deploy.aws import stacks
from aizuchi.deploy.aws.account import open_account, refusals_told, unasked
from aizuchi.deploy.aws.events import mend_of
from aizuchi.deploy.aws.stacks import Stacks
from aizuchi.errors import DeployError

Told = tuple[int, str]
STACK = "aizuchi-prod"
DEPLOY = ["deploy", "aws", "--yes"]
TEMPLATE = {"TemplateBody": "{}"}
GONE = Refusal("ValidationError", f"Stack with id {STACK} does not exist")
DENIED = (
    f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: "
    "cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:…"
)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(stacks, "EVERY_S", 0.01)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """An account in which nothing stands."""
    with playing(DescribeStacks=GONE, DescribeStackEvents=GONE) as played:
        for name, value in played.environment().items():
            monkeypatch.setenv(name, value)
        yield played


def told_by(*arguments: str, capsys: pytest.CaptureFixture[str]) -> Told:
    status = main(arguments)
    return status, capsys.readouterr().err


def made() -> Stacks:
    return Stacks(boto3.client("cloudformation", region_name="eu-west-1"), pause=lambda _: None)


def standing(status: str) -> Mapping[str, Any]:
    stack = {"StackName": STACK, "StackStatus": status, "CreationTime": "2026-11-21T00:00:00Z"}
    return {"Stacks": [stack]}


# ── who asks, and where ───────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "code", "what", "mend"),
    [
        (DEPLOY, "ExpiredToken", "The login to AWS has expired.", "Log in again (aws sso login"),
        (["status"], "ExpiredToken", "The login to AWS has expired.", "Log in again"),
        (["destroy"], "ExpiredToken", "The login to AWS has expired.", "Log in again"),
        (["logs"], "ExpiredToken", "The login to AWS has expired.", "Log in again"),
        (DEPLOY, "InvalidClientTokenId", "AWS refused GetCallerIdentity: no.", "no such key."),
        (DEPLOY, "SignatureDoesNotMatch", "AWS refused", "the clock of this machine is wrong"),
        (DEPLOY, "OptInRequired", "AWS refused", "has to be switched on for the account"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    command: list[str],
    code: str,
    what: str,
    mend: str,
    aws: Played,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AIZUCHI_MODEL", "echo")
    aws.answers["GetCallerIdentity"] = Refusal(code, "no", 403)
    status, said = told_by(*command, capsys=capsys)
    assert status == 1
    assert what in said
    assert mend in said
    assert aws.asked == ["GetCallerIdentity"]


@pytest.mark.parametrize("command", [["deploy", "aws", "--yes"], ["status"], ["destroy", "--yes"]])
def test_a_network_that_is_gone_is_told_with_where_nobody_answered(
    command: list[str],
    aws: Played,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AIZUCHI_MODEL", "echo")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    status, said = told_by(*command, capsys=capsys)
    assert status == 1
    assert "AWS cannot be reached at http://127.0.0.1:1" in said
    assert "Look at the network, the region and AWS_ENDPOINT_URL." in said


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (exceptions.NoCredentialsError(), "There are no AWS credentials"),
        (exceptions.ProfileNotFound(profile="work"), "profile (work) could not be found."),
        (exceptions.UnauthorizedSSOTokenError(), "The login to AWS has expired."),
        (exceptions.SSOTokenLoadError(error_msg="x"), "The login to AWS has expired."),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="x"), "has expired."),
        (exceptions.ReadTimeoutError(endpoint_url="https://a"), "cannot be reached at https://a"),
    ],
)
def test_what_botocore_says_itself_is_told_in_our_words(error: Exception, what: str) -> None:
    told = unasked(error)
    assert what in told.what
    assert told.mend


def test_a_profile_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(DeployError, match=r"profile \(nobody\) could not be found\. Set AWS_ACC"):
        open_account("eu-west-1")


# ── rights and limits ─────────────────────────────────────────────────────────


def test_a_right_that_is_missing_is_named(aws: Played) -> None:
    aws.answers["CreateChangeSet"] = Refusal("AccessDenied", DENIED, 403)
    with pytest.raises(DeployError) as told:
        made().plan(STACK, TEMPLATE, {})
    assert told.value.what == "You may not do cloudformation:CreateChangeSet there."
    assert told.value.mend.startswith("Ask who administers the account for that right")


def test_a_right_that_aws_does_not_name_is_that_of_what_was_asked(aws: Played) -> None:
    aws.answers["CreateChangeSet"] = Refusal("AccessDenied", "Access Denied", 403)
    with pytest.raises(DeployError, match="You may not do CreateChangeSet there"):
        made().plan(STACK, TEMPLATE, {})


def test_a_limit_of_the_account_is_told_with_where_to_raise_it(aws: Played) -> None:
    aws.answers["CreateChangeSet"] = Refusal("LimitExceededException", "2000 stacks")
    with pytest.raises(DeployError) as told:
        made().plan(STACK, TEMPLATE, {})
    assert told.value.what.startswith("A limit of the account is reached.")
    assert "2000 stacks" in told.value.what
    assert "Service Quotas" in told.value.mend


@pytest.mark.parametrize(
    ("why", "mend"),
    [
        ("Cannot exceed quota for RolesPerAccount: 1000", "Raise it under Service Quotas"),
        (
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [10].",
            "--set IngressReserved=0 and WorkerReserved=0",
        ),
        ("aizuchi-prod-code-1 already exists", "choose another with --stage or --name"),
        (
            "User: x is not authorized to perform: iam:CreateRole on resource: y",
            "You may not do iam:CreateRole.",
        ),
        ("Resource handler returned message: Access denied", "Ask who administers the account"),
        ("it rained", "run aizuchi deploy aws again"),
    ],
)
def test_why_a_resource_failed_leads_to_its_mend(why: str, mend: str) -> None:
    assert mend in mend_of(f"WorkerRole: {why}")


# ── stacks that are in no state to be changed ─────────────────────────────────


@pytest.mark.parametrize(
    ("status", "what", "mend"),
    [
        ("UPDATE_IN_PROGRESS", "is being changed by somebody (UPDATE_IN_PROGRESS)", "Wait until"),
        ("CREATE_IN_PROGRESS", "is being changed by somebody", "Wait until that is over"),
        ("UPDATE_ROLLBACK_FAILED", "was left at UPDATE_ROLLBACK_FAILED", "Continue update rollb"),
        ("ROLLBACK_FAILED", "was left at ROLLBACK_FAILED", "aizuchi destroy takes away"),
        ("DELETE_FAILED", "was left at DELETE_FAILED", "aizuchi destroy says"),
    ],
)
def test_a_stack_that_cannot_be_changed_now_is_left_alone_and_told(
    status: str, what: str, mend: str, aws: Played
) -> None:
    aws.answers["DescribeStacks"] = standing(status)
    with pytest.raises(DeployError) as told:
        made().plan(STACK, TEMPLATE, {})
    assert what in told.value.what
    assert mend in told.value.mend
    assert {*aws.asked} == {"DescribeStacks"}


def test_the_shell_of_a_creation_that_failed_is_taken_away_first(aws: Played) -> None:
    def delete(asked: Mapping[str, Any]) -> Said:
        aws.answers["DescribeStacks"] = GONE
        return {}

    aws.answers |= {
        "DescribeStacks": standing("ROLLBACK_COMPLETE"),
        "DeleteStack": delete,
        "CreateChangeSet": lambda asked: {"Id": asked["ChangeSetType"]},
        "DescribeChangeSet": {"Status": "CREATE_COMPLETE", "Changes": []},
    }
    assert made().plan(STACK, TEMPLATE, {}).id == "CREATE"
    assert aws.asked.index("DeleteStack") < aws.asked.index("CreateChangeSet")


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create "
        "a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_plan_without_changes_is_empty_and_taken_away(reason: str, aws: Played) -> None:
    aws.answers |= {
        "DescribeStacks": standing("UPDATE_COMPLETE"),
        "CreateChangeSet": {"Id": "one"},
        "DescribeChangeSet": {"Status": "FAILED", "StatusReason": reason},
        "DeleteChangeSet": {},
    }
    assert made().plan(STACK, TEMPLATE, {}).id == ""
    assert "DeleteChangeSet" in aws.asked


def test_a_plan_that_somebody_overtook_is_told_to_be_made_again(aws: Played) -> None:
    aws.answers["ExecuteChangeSet"] = Refusal("InvalidChangeSetStatus", "is obsolete")
    with pytest.raises(DeployError, match="Somebody else has changed the stack meanwhile: run"):
        made().apply(STACK, stacks.ChangeSet("one", []), print)


# ── when somebody does not wait to the end ────────────────────────────────────


def test_ctrl_c_in_the_middle_says_that_it_goes_on_and_how_to_look(aws: Played) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    aws.answers |= {
        "DescribeStacks": standing("UPDATE_IN_PROGRESS"),
        "DescribeStackEvents": {"StackEvents": []},
        "ExecuteChangeSet": {},
        "DeleteStack": {},
    }
    waiting = Stacks(boto3.client("cloudformation", region_name="eu-west-1"), pause=interrupt)
    for do in (
        lambda say: waiting.apply(STACK, stacks.ChangeSet("one", []), say),
        lambda say: waiting.delete(STACK, say),
    ):
        said: list[str] = []
        with pytest.raises(KeyboardInterrupt):
            do(said.append)
        assert said == [f"You have stopped waiting. {stacks.GOES_ON}"]
        assert "CloudFormation goes on by itself. aizuchi status says how" in said[0]


def test_a_network_that_goes_in_the_middle_is_told_with_what_goes_on(aws: Played) -> None:
    aws.answers |= {
        "DescribeStacks": Refusal("ServiceUnavailable", "away", 503),
        "DescribeStackEvents": {"StackEvents": []},
        "ExecuteChangeSet": {},
    }
    with pytest.raises(DeployError) as told:
        made().apply(STACK, stacks.ChangeSet("one", []), print)
    assert "away" in told.value.what
    assert stacks.GOES_ON in told.value.mend


def test_who_waits_too_long_is_told_that_it_goes_on(
    aws: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacks, "WITHIN_S", 0.05)
    aws.answers |= {
        "DescribeStacks": standing("UPDATE_IN_PROGRESS"),
        "DescribeStackEvents": {"StackEvents": []},
        "ExecuteChangeSet": {},
    }
    with pytest.raises(
        DeployError, match=r"is not done within .* CloudFormation goes on by itself"
    ):
        made().apply(STACK, stacks.ChangeSet("one", []), print)


def test_no_refusal_quotes_a_traceback_or_a_key(aws: Played) -> None:
    aws.answers["CreateChangeSet"] = Refusal("Weird", "something new.")
    with pytest.raises(DeployError) as told, refusals_told():
        made().plan(STACK, TEMPLATE, {})
    assert told.value.what == "AWS refused CreateChangeSet: something new."
    assert "-v" in told.value.mend
