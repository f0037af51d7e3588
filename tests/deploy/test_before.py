"""What is told before a deployment: references that a function could not follow, and settings with
which every answer would fail."""

import json
from pathlib import Path

import pytest

from aizuchi.cli import deploy, main
from aizuchi.deploy.aws import readiness
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.packages import Packages, packages_in
from aizuchi.deploy.aws.references import check, named_in_ssm
from aizuchi.deploy.aws.secrets import known_here
from aizuchi.deploy.manners import write_manners
from aizuchi.deploy.target import Target
from aizuchi.errors import DeployError
from aizuchi.settings import Settings, load, references
from aizuchi.settings.parameters import Parameters, unread

OWN = "/aizuchi/prod/own"
SLACK = {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN": "xoxb-1"}
OPENAI = {"OPENAI_API_KEY": "sk-1"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str) -> Path:
    file = Path("aizuchi.toml")
    file.write_text(text)
    return file


def settings_of(text: str, **environment: str) -> Settings:
    return load(written(text), environment, Parameters(unread))


# ── references ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        (
            '[model]\napi_key = "env:MY_KEY"',
            '[model] api_key: a function cannot read "env:MY_KEY" (aizuchi.toml, line 2).',
            "Take the line out and set OPENAI_API_KEY here: deploy brings it along. Or: Put",
        ),
        (
            '[slack]\nbot_token = "file:/run/secrets/slack"',
            '[slack] bot_token: a function cannot read "file:/run/secrets/slack"',
            f'write "ssm:{OWN}/bot_token"',
        ),
        (
            '[model]\napi_key = "ssm:/elsewhere/key"',
            'a function cannot read "ssm:/elsewhere/key"',
            f"--name {OWN}/api_key --value …",
        ),
        (
            '[slack]\nbot_tokens = { T1 = "env:ONE" }',
            '[slack] bot_tokens: a function cannot read "env:ONE"',
            f'write "ssm:{OWN}/bot_tokens"',
        ),
        (
            '[mcp.notes]\nurl = "https://a.example"\nheaders = { Authorization = "Bearer env:N" }',
            '[mcp.notes] headers: a function cannot read "env:N"',
            f'write "ssm:{OWN}/headers"',
        ),
    ],
)
def test_a_reference_that_a_function_cannot_follow_is_told_with_its_mend(
    text: str, what: str, mend: str
) -> None:
    with pytest.raises(DeployError) as told:
        check(references(written(text)), Installation())
    assert what in told.value.what
    assert mend in told.value.mend


def test_every_such_reference_is_told_at_once() -> None:
    file = written('[slack]\nbot_token = "env:A"\n[model]\napi_key = "file:b"\n')
    with pytest.raises(DeployError) as told:
        check(references(file), Installation())
    assert told.value.what.count("a function cannot read") == 2


def test_parameters_of_its_own_can_be_read_by_the_functions_of_that_installation() -> None:
    file = written(f'[model]\napi_key = "ssm:{OWN}/key"')
    check(references(file), Installation())
    with pytest.raises(DeployError, match="/aizuchi/test/own/api_key"):
        check(references(file), Installation(stage="test"))


@pytest.mark.parametrize("rest", [["--yes"], ["--package", "dist"]])
def test_it_is_told_before_anything_is_asked_or_made(
    rest: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-1")
    written('[model]\napi_key = "env:MY_KEY"')
    assert main(["deploy", "aws", *rest]) == 1
    assert 'a function cannot read "env:MY_KEY"' in capsys.readouterr().err
    assert not Path("dist").exists()


def test_packages_are_made_without_reading_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ingress's part of the settings says the rest, and nobody has to be logged in to AWS."""
    written(f'[slack]\nbot_token = "ssm:{OWN}/slack"\nack_text = "Yes?"')
    manners: list[str] = []

    def build(settings: Settings, files: list[Path], folder: Path, target: Target) -> Packages:
        manners.append(write_manners(settings))
        made = packages_in(folder)
        for file in made:
            file.write_bytes(b"zip")
        return made

    monkeypatch.setattr(deploy, "build", build)
    assert main(["deploy", "aws", "--package", "dist"]) == 0
    assert json.loads(manners[0])["slack"]["ack_text"] == "Yes?"
    assert "ssm:" not in manners[0]


def test_what_the_file_names_in_ssm_is_not_brought_along_but_named() -> None:
    settings = settings_of(f'[model]\napi_key = "ssm:{OWN}/key"', SLACK_BOT_TOKEN="xoxb-1")
    assert named_in_ssm(settings) == {"OPENAI_API_KEY": f"{OWN}/key"}
    assert known_here(settings) == {"SLACK_BOT_TOKEN": "xoxb-1"}


def test_several_signing_secrets_are_brought_along_together() -> None:
    text = f'[slack]\nsigning_secret = "ssm:{OWN}/one"\nsigning_secrets = {{ b = "ssm:{OWN}/two" }}'
    settings = settings_of(text)
    assert named_in_ssm(settings) == {}
    assert known_here(settings) == {"SLACK_SIGNING_SECRET": f"ssm:{OWN}/one,ssm:{OWN}/two"}


# ── what could answer nobody ──────────────────────────────────────────────────


def checked(text: str = "", **environment: str) -> None:
    settings = settings_of(text, **environment)
    readiness.check(settings, {**known_here(settings), **named_in_ssm(settings)})


def test_a_model_without_its_key_is_told() -> None:
    with pytest.raises(
        DeployError, match=r"no key for the model openai:gpt-5: every .* Set OPENAI"
    ):
        checked('[model]\nname = "openai:gpt-5"')
    checked('[model]\nname = "openai:gpt-5"', **OPENAI)
    checked('[model]\nname = "openai:gpt-5"\nbase_url = "https://own.example/v1"')
    checked(f'[model]\napi_key = "ssm:{OWN}/key"')


def test_a_bot_with_a_brain_of_its_own_may_need_no_key(place: Path) -> None:
    (place / "bot.py").write_text("")
    checked('[model]\nname = "openai:gpt-5"')


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_SIGNING_SECRET": "s"}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": "xapp-1"}, "SLACK_SIGNING_SECRET and SLACK_BOT_TOKEN are not set"),
    ],
)
def test_slack_that_is_set_up_by_half_is_told(given: dict[str, str], missing: str) -> None:
    with pytest.raises(DeployError, match=f"Slack is set up by half: {missing}"):
        checked(AIZUCHI_MODEL="echo", **given)
    checked(AIZUCHI_MODEL="echo", **SLACK)


def noted(given: dict[str, str], *, in_container: bool = False, has_page: bool = False) -> str:
    settings = load(None, given)
    return " ".join(readiness.notes(settings, in_container=in_container, has_page=has_page))


def test_what_nobody_can_reach_is_noted() -> None:
    assert noted({}).startswith("Nobody can reach it yet: set SLACK_SIGNING_SECRET and")
    assert noted({}, has_page=True) == noted(SLACK) == ""


def test_discord_without_its_public_key_is_noted_unless_something_holds_its_gateway() -> None:
    token = {"DISCORD_BOT_TOKEN": "t"}
    assert "Set DISCORD_PUBLIC_KEY, or --set Worker=Container" in noted(token)
    assert noted(token, in_container=True) == ""


def test_a_key_that_was_kept_before_is_one() -> None:
    readiness.check(load(None, {"AIZUCHI_MODEL": "openai:x"}), ["OPENAI_API_KEY"])
