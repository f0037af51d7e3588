"""What a deployment sets, what it refuses, what it shows, and what it costs."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from aizuchi.cli import deploy, main
from aizuchi.cli.chat_page import chat_lines, opened_by
from aizuchi.deploy.aws.account import open_account
from aizuchi.deploy.aws.choices import chosen_of, has_web, settled
from aizuchi.deploy.aws.deploying import Plan, told
from aizuchi.deploy.aws.estimate import estimate, lines
from aizuchi.deploy.aws.events import Change
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import Packages, packages_in
from aizuchi.deploy.aws.secrets import known_here, wanted
from aizuchi.deploy.aws.stacks import ChangeSet
from aizuchi.deploy.aws.trying import Answer, signed, try_out, try_page
from aizuchi.deploy.stack import STACK
from aizuchi.deploy.stack.functions import OF_MODEL
from aizuchi.deploy.stack.watching import alarms
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.events import HttpRequest, HttpResponse
from aizuchi.settings import Settings, load
from aizuchi.surfaces.slack.inbound import SlackSurface

ECHO = {"AIZUCHI_MODEL": "echo"}


def parameters(
    settings: Settings, before: Mapping[str, str] = {}, *given: str
) -> Mapping[str, str]:
    kept = ["SLACK_BOT_TOKEN", "AIZUCHI_WEB_TOKEN"]
    return settled(Installation(), settings, chosen_of(given), before, kept)


def test_every_parameter_but_those_of_the_code_gets_a_value() -> None:
    values = parameters(load(environment=ECHO))
    assert {*values} == {each.name for each in STACK.parameters}
    assert [name for name, value in values.items() if not value] == [
        *("CodeBucket", "IngressKey", "WorkerKey", "LayerKey", "WorkerImage", "WorkerSubnets"),
        *("InstallationKey", "SlackSigningSecret", "DiscordPublicKey", "DiscordBotToken"),
        *("OpenaiApiKey", "DiscordAppId", "OpenaiBaseUrl", "OpenaiOrganization"),
        *("Temperature", "MaxTokens", "AlarmTopic"),
    ]
    assert values["SlackBotToken"] == "/aizuchi/prod/SLACK_BOT_TOKEN"
    assert values["WebToken"] == "/aizuchi/prod/web-token"


def test_the_web_chat_is_left_out_where_the_settings_switch_it_off() -> None:
    off = load(environment={**ECHO, "AIZUCHI__WEB__ENABLED": "no"})
    assert parameters(off)["Web"] == "no"
    assert not has_web(off, {}, {"Web": "yes"})
    assert has_web(off, {"Web": "yes"}, {})
    assert has_web(load(environment=ECHO), {}, {})


def test_what_was_chosen_once_stays_chosen() -> None:
    settings = load(environment=ECHO)
    before = parameters(settings, {}, "ThrottleRate=7", "Entry=RestApi")
    after = parameters(settings, before, "Entry=HttpApi")
    assert (after["ThrottleRate"], after["Entry"]) == ("7", "HttpApi")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ThrotleRate=5", 'no parameter "ThrotleRate". There is ThrottleRate.'),
        ("InstallationKey=/x", 'no parameter "InstallationKey"'),
        ("Entry=Http", '"Entry=Http": Entry cannot be that. What stands in front'),
        ("ThrottleRate=0", "ThrottleRate cannot be that"),
        ("IngressMemory=64", "IngressMemory cannot be that"),
        ("WorkerTimeout", "WorkerTimeout cannot be that"),
    ],
)
def test_a_choice_that_cannot_be_is_told(given: str, said: str) -> None:
    with pytest.raises(DeployError) as told:
        chosen_of([given])
    assert said in str(told.value)


def test_the_demo_model_is_not_deployed() -> None:
    with pytest.raises(DeployError, match=r"demo model .* cannot in a function"):
        parameters(load(environment={}))


def test_a_container_needs_its_image() -> None:
    with pytest.raises(DeployError, match="Worker=Container needs WorkerImage"):
        parameters(load(environment=ECHO), {}, "Worker=Container")


def test_an_answer_must_end_within_its_invocation() -> None:
    longer = load(environment={**ECHO, "AIZUCHI__LIMITS__ANSWER_WITHIN_S": "300"})
    with pytest.raises(DeployError, match=r"may take 300 s, and WorkerTimeout is only 180 s"):
        parameters(longer)
    assert parameters(longer, {}, "WorkerTimeout=600", "Web=no")["WorkerTimeout"] == "600"
    with pytest.raises(DeployError, match=r"StreamTimeout is only 180 s"):
        parameters(longer, {}, "WorkerTimeout=600", "Web=yes")


def test_every_parameter_of_a_model_is_what_the_settings_say() -> None:
    model = {
        "AIZUCHI_MODEL": "openai:gpt-3.5-turbo",
        "OPENAI_BASE_URL": "https://models.example/v1",
        "OPENAI_ORG_ID": "org-1",
        "AIZUCHI__MODEL__TEMPERATURE": "0.9",
        "AIZUCHI__MODEL__MAX_TOKENS": "1024",
    }
    values = parameters(load(environment=model))
    assert {variable: values[name] for variable, name in OF_MODEL.items()} == model


def test_a_key_is_made_once_and_only_what_differs_is_written() -> None:
    settings = load(environment={"SLACK_BOT_TOKEN": "xoxb-1", "OPENAI_API_KEY": "sk-1"})
    first = wanted(known_here(settings), {}, web=False)
    assert {*first} == {"AIZUCHI_INSTALLATION_KEY", "SLACK_BOT_TOKEN", "OPENAI_API_KEY"}
    assert len(first["AIZUCHI_INSTALLATION_KEY"]) == 64
    assert wanted(known_here(settings), first, web=False) == {}
    assert wanted(known_here(settings), {**first, "OPENAI_API_KEY": "sk-0"}, web=False) == {
        "OPENAI_API_KEY": "sk-1"
    }


def test_a_token_of_the_web_chat_is_made_once_unless_one_is_set_here() -> None:
    made = wanted({}, {}, web=True)
    assert {*made} == {"AIZUCHI_INSTALLATION_KEY", "AIZUCHI_WEB_TOKEN"}
    assert len(made["AIZUCHI_WEB_TOKEN"]) > 40
    assert wanted({}, made, web=True) == {}
    own = known_here(load(environment={"AIZUCHI_WEB_TOKEN": "ann:one,ben:two"}))
    assert wanted(own, made, web=True) == {"AIZUCHI_WEB_TOKEN": "ann:one,ben:two"}


def test_the_address_of_the_chat_is_told_with_its_token_where_it_is_known() -> None:
    page, installation = "https://abc.lambda-url.eu-west-1.on.aws/", Installation(stage="test")
    assert chat_lines("", "secret", installation) == []
    made, again = chat_lines(page, "secret", installation)
    assert made == f"The web chat, for owner: {page}?token=secret"
    assert "secrets chat --stage test prints it again" in again
    known, how = chat_lines(page, "", installation)
    assert known == f"The web chat: {page}"
    assert "secrets chat --stage test prints the address that lets you in" in how
    assert opened_by(page, "ann:one,ben:two") == [
        f"The web chat, for ann: {page}?token=one",
        f"The web chat, for ben: {page}?token=two",
    ]


def test_a_plan_is_told_without_a_secrets_value() -> None:
    changes = ChangeSet(
        "id",
        [
            Change("Add", "Side", "AWS::SQS::Queue", "False", []),
            Change("Modify", "Table", "AWS::DynamoDB::Table", "True", ["TableName"]),
        ],
    )
    plan = Plan(changes, {"SLACK_BOT_TOKEN": "xoxb-1"}, {"Stage": "a"}, {"Stage": "b", "New": "1"})
    assert told(plan) == [
        "Settings:",
        "  ~ Stage: a → b",
        "Secrets:",
        "  + SLACK_BOT_TOKEN (encrypted, in SSM)",
        "Resources:",
        "  ~ Table (DynamoDB::Table): TableName – made anew, what is in it goes",
        "  + Side (SQS::Queue)",
    ]


def test_waiting_for_the_model_is_most_of_the_price() -> None:
    values = parameters(load(environment=ECHO))
    whole, half = estimate(values), estimate({**values, "WorkerMemory": "256"})
    assert 0.05 < whole.thousand < 0.10
    assert whole.thousand - half.thousand == pytest.approx(0.027, abs=0.001)
    assert whole.idle < 5


def test_the_web_chat_costs_two_alarms_with_nobody_talking_and_a_push_its_price() -> None:
    without = parameters(load(environment=ECHO), {}, "Web=no")
    values = {**without, "Web": "yes"}
    assert estimate(values).idle - estimate(without).idle == pytest.approx(0.20)
    assert estimate(values).streamed < estimate(values).thousand < estimate(values).pushed
    assert "over WebSockets" in "\n".join(lines(values))
    assert "over WebSockets" not in "\n".join(lines(without))


def test_ten_alarms_are_for_nothing_and_so_is_what_an_installation_has() -> None:
    assert len(alarms()) <= 10


def test_without_its_dashboard_it_costs_three_dollars_less() -> None:
    values = parameters(load(environment=ECHO))
    less = parameters(load(environment=ECHO), {}, "MakeDashboard=no")
    assert estimate(values).idle - estimate(less).idle == pytest.approx(3.00)


def test_a_container_costs_with_nobody_talking_and_does_not_wait_by_the_message() -> None:
    values = {**parameters(load(environment=ECHO)), "Worker": "Container"}
    assert estimate(values).idle > 20
    assert estimate(values).thousand < 0.05


def test_what_is_tried_is_what_slack_sends() -> None:
    body, headers = signed("secret,older", 1_000.0)
    pairs = tuple((name.encode(), value.encode()) for name, value in headers.items())
    request = HttpRequest("POST", "/slack/events", "", pairs, body)
    read = SlackSurface(["secret"]).authenticate(request, now=1_000.0)
    assert not isinstance(read, HttpResponse) or read.status == 200


@pytest.mark.parametrize(
    ("status", "said"), [(0, "nobody answers"), (503, "status 503, where 401 is right")]
)
def test_what_does_not_answer_as_it_must_is_told(status: int, said: str) -> None:
    waited: list[float] = []
    with pytest.raises(DeployError, match=said):
        try_out("https://a.example/", "", lambda *_: Answer(status), waited.append)
    assert len(waited) == 10


def test_the_web_chat_is_tried_by_who_has_no_token() -> None:
    asked: list[str] = []

    def post(address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        asked.append(address)
        return Answer(401 if len(asked) > 1 else 403)

    said = try_page("https://abc.lambda-url.eu-west-1.on.aws/", post, lambda _: None)
    assert said == "ok     the web chat lets nobody in without a token"
    assert asked == ["https://abc.lambda-url.eu-west-1.on.aws/api/chat"] * 2
    with pytest.raises(DeployError, match=r"api/chat does not answer as it must: status 200"):
        try_page("https://a.example", lambda *_: Answer(200), lambda _: None)
    said = try_page("https://a.example/", lambda *_: Answer(0), lambda _: None)
    assert said.endswith("cannot be reached from here: look at https://a.example/ yourself")


def test_without_credentials_it_says_where_to_get_some(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
    with pytest.raises(DeployError, match="There are no AWS credentials"):
        open_account("eu-west-1")


def test_a_region_that_there_is_not_is_told_with_one_that_there_is() -> None:
    with pytest.raises(DeployError, match=r'no region "eu-wset-1"\. Did you mean eu-west-1'):
        open_account("eu-wset-1")


def test_without_a_region_it_says_how_to_name_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(DeployError, match="No AWS region is named"):
        open_account()


def test_without_its_client_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DeployError, match=r"pip install 'aizuchi\[aws\]'"):
        open_account("eu-west-1")


def test_the_packages_and_the_template_can_be_had_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(settings: Settings, files: list[Path], folder: Path, target: Target) -> Packages:
        made = packages_in(folder)
        for file in made:
            file.write_bytes(b"zip")
        return made

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(deploy, "build", build)
    assert main(["deploy", "aws", "--package", "dist"]) == 0
    names = {file.name for file in (tmp_path / "dist").iterdir()}
    assert names == {"ingress.zip", "worker.zip", "layer.zip", "template.json"}
    assert 'architecture = "arm64", runtime = "python3.' in capsys.readouterr().out


@pytest.mark.parametrize("guide", ["aws.md", "aws.ja.md"])
def test_the_guide_names_parameters_that_there_are(guide: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "guides" / guide).read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    known = {each.name: each for each in STACK.parameters}
    assert [name for name in named if name not in known] == []
    assert len(named) > 10


def test_settings_of_another_name_are_not_packed_unread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.toml"
    other.write_text('[model]\nname = "echo"\n')
    assert main(["deploy", "aws", "--config", str(other), "--package", str(tmp_path)]) == 1
    assert "reads its settings from aizuchi.toml, not from other.toml." in capsys.readouterr().err
