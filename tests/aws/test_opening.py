"""What a function makes of its environment before it opens the assistant."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.hosts.aws_lambda import opening
from aizuchi.hosts.aws_lambda.opening import parameters_in, settings_of, with_parameters

STORE = {
    "AIZUCHI__AWS__TABLE": "aizuchi",
    "AIZUCHI__AWS__TURNS": "https://sqs.example/1/turns.fifo",
    "AIZUCHI__AWS__SIDE": "https://sqs.example/1/side",
    "AIZUCHI_INSTALLATION_KEY": "long and random",
    "AIZUCHI_MODEL": "echo",
}


class Parameters:
    """SSM, with these parameters in it."""

    def __init__(self, **values: str) -> None:
        self.values = {f"/bot/{name}": value for name, value in values.items()}
        self.asked: list[int] = []

    def __call__(self, names: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(len(names))
        return {name: self.values[name] for name in names if name in self.values}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def environ(tmp_path: Path, **more: str) -> Mapping[str, str]:
    return {**STORE, "AIZUCHI_HOME": str(tmp_path / "home"), **more}


def test_parameters_stand_where_they_are_named() -> None:
    given = {"SLACK_BOT_TOKEN": "ssm:/bot/token", "LANG": "C"}
    assert with_parameters(given, Parameters(token="xoxb")) == {
        "SLACK_BOT_TOKEN": "xoxb",
        "LANG": "C",
    }


def test_nobody_is_asked_where_no_parameter_is_named() -> None:
    parameters = Parameters()
    assert with_parameters({"LANG": "C"}, parameters) == {"LANG": "C"}
    assert parameters.asked == []


def test_parameters_are_read_ten_at_once() -> None:
    parameters = Parameters(**{f"p{number}": "x" for number in range(12)})
    given = {f"V{number}": f"ssm:/bot/p{number}" for number in range(12)}
    assert set(with_parameters(given, parameters).values()) == {"x"}
    assert parameters.asked == [10, 2]


def test_a_parameter_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="SLACK_BOT_TOKEN names /bot/none"):
        with_parameters({"SLACK_BOT_TOKEN": "ssm:/bot/none"}, Parameters())


def test_what_the_environment_and_the_file_name_is_read_with_one_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("aizuchi.toml").write_text('[model]\napi_key = "ssm:/bot/model"')
    ssm = Parameters(model="sk-1", token="xoxb-1")
    monkeypatch.setattr(opening, "reader_in", lambda environ: ssm)
    given = environ(tmp_path, SLACK_BOT_TOKEN="ssm:/bot/token", AIZUCHI_MODEL="openai:x")
    parameters = parameters_in(given)
    settings = settings_of(with_parameters(given, parameters.read), 60, parameters)
    assert settings.model.api_key.reveal() == "sk-1"
    assert settings.slack.bot_token.reveal() == "xoxb-1"
    assert ssm.asked == [2]


def test_an_answer_ends_before_the_function_does(tmp_path: Path) -> None:
    settings = settings_of(environ(tmp_path), 60)
    assert settings.bounds.answer_within_s == 42
    assert settings.aws.table == "aizuchi"
    assert settings.home.is_dir()


def test_a_function_without_its_store_says_so(tmp_path: Path) -> None:
    given = {"AIZUCHI_HOME": str(tmp_path / "home"), "AIZUCHI_MODEL": "echo"}
    with pytest.raises(SettingsError, match="does not know its store"):
        settings_of(given, 60)


@pytest.mark.parametrize("missing", [name for name in STORE if name != "AIZUCHI_MODEL"])
def test_a_store_that_lacks_something_is_none(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in environ(tmp_path).items() if name != missing}
    with pytest.raises(SettingsError, match=r"\[aws\] \w+ is not set"):
        settings_of(given, 60)
