"""`aizuchi deploy aws`, `status`, `secrets push` and `destroy`, by boto3 against ministack."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.accounts import environment_of, left_of, let_read, packages_here, posting_to
from tests.simulator.aws_house import REGION, Account
from tests.simulator.conftest import their_account  # noqa: F401 - a fixture

from aizuchi.cli import deploy, main
from aizuchi.deploy import cloudformation
from aizuchi.deploy.aws import account, deploying, stacks
from aizuchi.deploy.aws.bucket import Bucket
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import Packages
from aizuchi.deploy.aws.trying import Post
from aizuchi.deploy.cloudformation import printed
from aizuchi.deploy.stack import STACK, storing
from aizuchi.deploy.stack.values import Stack
from aizuchi.errors import DeployError

Told = tuple[int, str, str]
Run = Callable[..., Told]
DEPLOY = ("deploy", "aws", "--yes", "--set", "Web=no")
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return packages_here(tmp_path_factory.mktemp("packages"))


@pytest.fixture
def aws(
    their_account: Account,  # noqa: F811 - the fixture
    packages: Packages,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Account]:
    for name, value in environment_of(their_account).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AIZUCHI_MODEL", "echo")
    monkeypatch.setattr(deploy, "build", lambda *_: packages)
    monkeypatch.setattr(deploy, "post", lambda: posting_to(their_account))
    monkeypatch.setattr(stacks, "EVERY_S", 0.05)
    monkeypatch.chdir(tmp_path)
    yield their_account
    main(["destroy", "--yes", "--data", "delete"])


@pytest.fixture
def run(aws: Account, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> Told:
        status = main(arguments)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_it_is_brought_up_changed_and_taken_away(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    status, out, err = run(*DEPLOY)
    assert (status, err) == (0, "")
    assert "+ IngressFunction (Lambda::Function)" in out
    assert "About $" in out
    assert "ok     Slack's signature is accepted" in out
    assert "ok     from the start to the first answer it took " in out
    assert "/slack/events" in out
    assert "https://api.slack.com/apps: Create New App" in out
    assert SECRET not in out

    status, out, _ = run(*DEPLOY, "--set", "ThrottleRate=77")
    assert status == 0
    assert "~ ThrottleRate: 50 → 77" in out
    assert "HttpStage" in out
    assert "Slack's manifest is as it was" in out
    assert "api.slack.com" not in out

    status, out, _ = run("status")
    assert "aizuchi-prod-ingress: python3" in out
    assert status == 0, out

    status, out, _ = run("destroy", "--yes", "--data", "delete")
    assert status == 0
    assert left_of(aws) == []


def test_what_the_settings_name_in_ssm_is_used_where_it_is_and_goes_with_the_rest(
    aws: Account, run: Run, tmp_path: Path
) -> None:
    name = "/aizuchi/prod/own/model"
    (tmp_path / "aizuchi.toml").write_text(f'[model]\napi_key = "ssm:{name}"\n')
    status, _, err = run(*DEPLOY)
    assert status == 1
    assert f'[model] api_key: "ssm:{name}" names a parameter that SSM does not have' in err

    aws.client("ssm").put_parameter(Name=name, Value="sk-own", Type="SecureString")
    status, out, err = run(*DEPLOY)
    assert (status, err) == (0, "")
    assert "OPENAI_API_KEY" not in out
    variables = configuration(aws, "worker")["Environment"]["Variables"]
    assert variables["OPENAI_API_KEY"] == f"ssm:{name}"

    assert run("destroy", "--yes", "--data", "delete")[0] == 0
    assert left_of(aws) == []


def configuration(aws: Account, word: str) -> dict[str, Any]:
    name = f"aizuchi-prod-{word}"
    found: dict[str, Any] = aws.client("lambda").get_function_configuration(FunctionName=name)
    return found


def test_data_that_is_kept_is_gone_on_with(aws: Account, run: Run) -> None:
    assert run(*DEPLOY)[0] == 0
    item = {"pk": {"S": "talk 1"}, "sk": {"S": "talk"}}
    aws.client("dynamodb").put_item(TableName="aizuchi-prod", Item=item)
    key = key_of(aws)

    _, out, _ = run("destroy", "--yes", "--data", "keep")
    assert "The table aizuchi-prod stays" in out
    assert run(*DEPLOY)[0] == 0

    found = aws.client("dynamodb").get_item(TableName="aizuchi-prod", Key=item)["Item"]
    assert (found, key_of(aws)) == (item, key)


def key_of(aws: Account) -> str:
    name = "/aizuchi/prod/AIZUCHI_INSTALLATION_KEY"
    said = aws.client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(said["Parameter"]["Value"])


def test_without_a_yes_nothing_is_changed(aws: Account, run: Run) -> None:
    status, out, _ = run("deploy", "aws")
    assert status == 1
    assert "Nothing was changed." in out
    assert left_of(aws) == []
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []


def test_ctrl_c_at_the_question_leaves_nothing(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(question: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "says_yes", interrupted)
    assert run("deploy", "aws")[0] == 130
    assert left_of(aws) == []
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []


def test_what_fails_in_the_middle_is_taken_back_and_told(
    aws: Account, run: Run, packages: Packages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new package is lost on its way."""
    assert run(*DEPLOY)[0] == 0
    newer = tmp_path / "ingress.zip"
    newer.write_bytes(packages.ingress.read_bytes() + b"newer")
    keep = Bucket.keep
    with monkeypatch.context() as losing:
        losing.setattr(deploy, "build", lambda *_: packages._replace(ingress=newer))
        losing.setattr(
            Bucket, "keep", lambda bucket, file: "" if file == newer else keep(bucket, file)
        )
        status, _, err = run(*DEPLOY)
    assert status == 1
    assert "It failed, and all is as it was before: IngressFunction:" in err
    assert "run aizuchi deploy aws again" in err

    status, out, _ = run(*DEPLOY)
    assert (status, out.count("Nothing is to be changed.")) == (0, 1)


def test_a_first_deployment_that_fails_is_taken_back_and_the_next_one_works(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle, by a resource that is refused; what stays is for the next one."""
    with monkeypatch.context() as failing:
        failing.setattr(cloudformation, "printed", refused_in_the_end)
        status, out, err = run(*DEPLOY)
    assert status == 1
    assert "  WorkerFunction  made" in out
    assert "It failed, and what had been made was taken away again: Refused: " in err
    assert "run aizuchi deploy aws again" in err
    bucket, key = left_of(aws)
    assert bucket.startswith("aizuchi-prod-code-")
    assert key == "/aizuchi/prod/AIZUCHI_INSTALLATION_KEY"

    assert run(*DEPLOY)[0] == 0
    assert run("status")[0] == 0


def refused_in_the_end(stack: Stack) -> str:
    """The template, with an address for nobody's function behind all of it."""
    template = json.loads(printed(stack))
    everything = [name for name in template["Resources"] if name.endswith("Function")]
    template["Resources"]["Refused"] = {
        "Type": "AWS::Lambda::Url",
        "DependsOn": everything,
        "Properties": {"TargetFunctionArn": "nobody", "AuthType": "NONE"},
    }
    return json.dumps(template)


def test_a_name_that_is_taken_is_told_and_nothing_is_left(aws: Account, run: Run) -> None:
    number = aws.client("sts").get_caller_identity()["Account"]
    bucket = Installation().bucket(account.Account(None, REGION, number))
    aws.client("s3").create_bucket(Bucket=bucket)
    status, _, err = run(*DEPLOY)
    assert status == 1
    assert "That name is taken: choose another with --stage or --name" in err
    assert left_of(aws) == [bucket]
    assert aws.client("cloudformation").describe_stacks()["Stacks"] == []
    aws.client("s3").delete_bucket(Bucket=bucket)


def test_a_template_that_is_too_long_to_be_sent_is_read_from_the_bucket(
    aws: Account, run: Run
) -> None:
    """What the plan needed it for is taken away with the plan."""
    assert len(cloudformation.printed(STACK).encode()) > deploying.AT_ONCE_BYTES
    status, out, _ = run("deploy", "aws")
    assert (status, left_of(aws)) == (1, [])
    assert "Nothing was changed." in out

    assert run(*DEPLOY)[0] == 0
    (bucket,) = aws.client("s3").list_buckets()["Buckets"]
    kept = aws.client("s3").list_objects_v2(Bucket=bucket["Name"])["Contents"]
    assert [each["Key"].partition("-")[0] for each in kept] == [
        *("ingress", "layer", "template", "worker")
    ]


def test_a_template_that_is_short_enough_is_sent_and_needs_no_bucket(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = Stack(STACK.parameters, {"storing": storing.resources()}, [])
    monkeypatch.setattr(deploying, "STACK", without)
    status, out, _ = run("deploy", "aws")
    assert status == 1
    assert "+ Table (DynamoDB::Table)" in out
    assert "The bucket for the packages" not in out


def test_a_template_that_is_refused_leaves_no_bucket(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "x" * deploying.AT_ONCE_BYTES
    monkeypatch.setattr(cloudformation, "printed", lambda _: long)
    status, _, err = run(*DEPLOY)
    assert status == 1
    assert "AWS refused CreateChangeSet" in err
    assert left_of(aws) == []


def test_more_is_not_reserved_than_the_account_allows(aws: Account, run: Run) -> None:
    limit = aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    status, _, err = run(*DEPLOY, "--set", f"WorkerReserved={limit}")
    assert status == 1
    assert f"Concurrency of {limit} more is to be reserved, and the account allows" in err
    assert "Service Quotas" in err
    assert left_of(aws) == []


def test_the_web_chat_is_brought_up_and_its_address_told_once(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deploy, "post", lambda: posting_to_the_page_of(aws))
    status, out, err = run("deploy", "aws", "--yes")
    assert (status, err) == (0, "")
    assert "ok     the web chat lets nobody in without a token" in out
    parameter = aws.client("ssm").get_parameter(Name="/aizuchi/prod/web-token", WithDecryption=True)
    token = parameter["Parameter"]["Value"]
    assert parameter["Parameter"]["Type"] == "SecureString"
    outputs = outputs_of(aws)
    address = f"{outputs['Chat'].rstrip('/')}/?token={token}"
    assert out.count(address) == 1
    assert outputs["Sockets"].startswith("https://")

    _, out, _ = run("deploy", "aws", "--yes")
    assert token not in out
    assert run("secrets", "chat")[1] == f"The web chat, for owner: {address}\n"
    assert "aizuchi-prod-stream: python3" in run("status")[1]


def posting_to_the_page_of(aws: Account) -> Post:
    """ministack has no streams: what a function returns whole, it hands on as it is."""
    let_read(aws, "aizuchi-prod-stream")
    aws.client("lambda").update_function_url_config(
        FunctionName="aizuchi-prod-stream", InvokeMode="BUFFERED"
    )
    return posting_to(aws)


def outputs_of(aws: Account) -> dict[str, str]:
    (stack,) = aws.client("cloudformation").describe_stacks(StackName="aizuchi-prod")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def test_without_the_web_chat_its_address_is_not_told(aws: Account, run: Run) -> None:
    status, out, _ = run(*DEPLOY)
    assert status == 0
    assert "web chat" not in out
    status, _, err = run("secrets", "chat")
    assert status == 1
    assert "aizuchi-prod has no web chat." in err


def test_a_creation_that_fails_leaves_nothing(aws: Account) -> None:
    parts = {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "aizuchi-half"}},
        "Url": {
            "Type": "AWS::Lambda::Url",
            "DependsOn": "Queue",
            "Properties": {"TargetFunctionArn": "nobody", "AuthType": "NONE"},
        },
    }
    said: list[str] = []
    made = stacks.Stacks(aws.client("cloudformation"))
    planned = made.plan("half", {"TemplateBody": json.dumps({"Resources": parts})}, {})
    with pytest.raises(DeployError, match=r"what had been made was taken away again: Url: "):
        made.apply("half", planned, said.append)
    assert "  Queue  made" in said
    assert left_of(aws) == []
    assert not made.look("half").is_there


def test_a_changed_secret_is_pushed_without_a_deployment(
    aws: Account, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "before")
    _, out, _ = run("secrets", "push")
    assert "AIZUCHI_WEB_TOKEN → /aizuchi/prod/web-token\n" in out
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "after")
    _, out, _ = run("secrets", "push")
    assert out == "SLACK_SIGNING_SECRET → /aizuchi/prod/SLACK_SIGNING_SECRET\n"
    assert run("secrets", "push")[1] == "All of them are there as they are here.\n"
    said = aws.client("ssm").get_parameter(
        Name="/aizuchi/prod/SLACK_SIGNING_SECRET", WithDecryption=True
    )
    assert said["Parameter"]["Value"] == "after"
    assert said["Parameter"]["Type"] == "SecureString"


def test_a_wrong_key_is_told_with_its_mend(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    status, _, err = run(*DEPLOY)
    assert status == 1
    assert err.startswith("aizuchi: AWS refused ")
    assert "AWS knows no such key." in err
