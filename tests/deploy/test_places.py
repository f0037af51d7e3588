"""An installation that stands elsewhere, or nowhere: told before anything is made or deleted."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.playing import ACCOUNT, Played, Refusal, playing

from aizuchi.cli import main
from aizuchi.deploy.aws.account import Account
from aizuchi.deploy.aws.installation import Installation
from aizuchi.deploy.aws.place import Notes

HERE = Account(None, "eu-west-1", ACCOUNT)
ABSENT: Mapping[str, Any] = {
    "DescribeStacks": Refusal("ValidationError", "does not exist"),
    "DescribeTable": Refusal("ResourceNotFoundException", "no table"),
    "GetParameters": {"Parameters": []},
}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notes:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AIZUCHI_MODEL", "echo")
    return Notes(tmp_path / "home", Installation())


@pytest.fixture
def aws(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    with playing(**ABSENT) as played:
        for name, value in played.environment().items():
            monkeypatch.setenv(name, value)
        yield played


@pytest.mark.parametrize(
    "before",
    [HERE._replace(id="999988887777"), HERE._replace(region="us-east-1")],
    ids=["account", "region"],
)
def test_what_stands_elsewhere_is_not_made_a_second_time(
    before: Account, aws: Played, notes: Notes, capsys: pytest.CaptureFixture[str]
) -> None:
    notes.keep(before)
    assert main(["deploy", "aws", "--yes"]) == 1
    said = capsys.readouterr().err
    assert f"aizuchi-prod stands in {before.region}, account {before.id}, and this is" in said
    assert f"this is eu-west-1, account {ACCOUNT}." in said
    assert "Log in there (AWS_PROFILE, --region)" in said
    assert aws.asked == ["GetCallerIdentity"]


@pytest.mark.parametrize("command", [["status"], ["destroy", "--yes", "--data", "delete"]])
def test_what_is_not_there_is_told_with_where_it_was_looked_for(
    command: list[str], aws: Played, notes: Notes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 1
    said = capsys.readouterr()
    assert f"There is no aizuchi-prod in eu-west-1, account {ACCOUNT}." in said.err
    assert "Is it another --stage, --name or --region" in said.err
    assert said.out == ""
    notes.keep(HERE._replace(region="us-east-1"))
    assert main(command) == 1
    said = capsys.readouterr()
    assert f"From here it was deployed to us-east-1, account {ACCOUNT}." in said.err
    assert not {"DeleteStack", "DeleteTable", "DeleteParameters"} & {*aws.asked}


def test_what_no_stack_has_made_is_left_to_who_made_it(
    aws: Played, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers["GET"] = {"FunctionName": "aizuchi-prod-ingress"}
    assert main(["destroy", "--yes", "--data", "delete"]) == 1
    said = capsys.readouterr().err
    assert "aizuchi-prod is there, but no stack of CloudFormation's made it." in said
    assert "terraform destroy" in said
    assert not {"DeleteStack", "DeleteTable", "DeleteParameters"} & {*aws.asked}


def test_without_a_yes_nothing_is_deleted(aws: Played, capsys: pytest.CaptureFixture[str]) -> None:
    aws.answers["DescribeTable"] = {"Table": {"ItemCount": 3, "TableSizeBytes": 1_000_000}}
    assert main(["destroy"]) == 1
    assert "Nothing was deleted." in capsys.readouterr().out
    assert not {"DeleteStack", "DeleteTable", "DeleteParameters"} & {*aws.asked}


def test_what_is_noted_is_read_again_and_forgotten(notes: Notes, tmp_path: Path) -> None:
    assert notes.read() is None
    notes.keep(HERE)
    assert str(notes.read()) == f"eu-west-1, account {ACCOUNT}"
    notes.check(HERE)
    notes.forget()
    notes.forget()
    assert notes.read() is None
    (tmp_path / "home" / "aws-aizuchi-prod").write_text("torn")
    assert notes.read() is None
