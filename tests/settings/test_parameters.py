"""A secret that AWS keeps: read with one call, or told by its name and what to do."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from tests.deploy.accounts import environment_of
from tests.simulator.aws_house import Account
from tests.simulator.conftest import our_account  # noqa: F401 - a fixture

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings, load, parameters_named
from aizuchi.settings.parameters import Parameters, unread

TOML = """
[model]
api_key = "ssm:/mine/model"

[slack]
bot_tokens = { T1 = "ssm:/mine/slack", T2 = "env:OTHER" }

[mcp.notes]
url = "https://notes.example/mcp"
headers = { Authorization = "Bearer ssm:/mine/notes" }
"""
VALUES = {"/mine/model": "sk-1", "/mine/slack": "xoxb-1", "/mine/notes": "n-1", "/mine/web": "w"}


class Ssm:
    def __init__(self, values: Mapping[str, str] = VALUES) -> None:
        self.values = dict(values)
        self.asked: list[list[str]] = []

    def __call__(self, names: Sequence[str]) -> Mapping[str, str]:
        self.asked.append(list(names))
        return {name: self.values[name] for name in names if name in self.values}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "aizuchi.toml"
    file.write_text(TOML)
    return file


def loaded(file: Path, ssm: Ssm, **environment: str) -> Settings:
    return load(file, {"OTHER": "xoxb-2", **environment}, Parameters(ssm))


def test_all_that_is_named_is_read_with_one_call(file: Path) -> None:
    ssm = Ssm()
    settings = loaded(file, ssm, AIZUCHI__WEB__TOKEN="ssm:/mine/web")
    assert ssm.asked == [["/mine/model", "/mine/notes", "/mine/slack", "/mine/web"]]
    assert settings.model.api_key.reveal() == "sk-1"
    assert settings.slack.tokens == {"T1": "xoxb-1", "T2": "xoxb-2"}
    assert settings.mcp["notes"].headers["Authorization"].reveal() == "Bearer n-1"
    assert settings.web.token.reveal() == "w"
    assert {"sk-1", "xoxb-1", "w"} <= {each.reveal() for each in settings.secrets}


def test_what_is_named_is_known_without_reading_it(file: Path) -> None:
    assert sorted(parameters_named(file, {})) == ["/mine/model", "/mine/notes", "/mine/slack"]
    settings = load(file, {"OTHER": "x"}, Parameters(unread))
    assert settings.model.api_key.source == settings.model.api_key.reveal() == "ssm:/mine/model"


def test_nobody_is_asked_where_none_is_named(tmp_path: Path) -> None:
    ssm = Ssm()
    (tmp_path / "aizuchi.toml").write_text('[persona]\nname = "ssm:/mine/model"')
    assert loaded(tmp_path / "aizuchi.toml", ssm).persona.name == "ssm:/mine/model"
    assert ssm.asked == []


def test_a_changed_parameter_counts_when_it_is_read_again(file: Path) -> None:
    ssm = Ssm()
    key = loaded(file, ssm).model.api_key
    ssm.values["/mine/model"] = "sk-2"
    assert key.may_change
    assert key.again().reveal() == "sk-2"
    assert key.again().again().reveal() == "sk-2"


def test_a_parameter_that_is_not_there_is_named_with_its_place_and_its_mend(file: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(file, Ssm({name: "x" for name in VALUES if name != "/mine/model"}))
    assert refused.value.what.startswith('[model] api_key: "ssm:/mine/model" names a parameter')
    assert "line 3" in refused.value.what
    assert "--name /mine/model" in refused.value.mend


def test_a_laptop_reads_as_whom_it_is_logged_in(
    our_account: Account,  # noqa: F811 - the fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment_of(our_account).items():
        monkeypatch.setenv(name, value)
    assert our_account.aws
    our_account.aws.ssm.put("/laptop/model", "sk-3")
    (tmp_path / "aizuchi.toml").write_text('[model]\napi_key = "ssm:/laptop/model"')
    assert load(tmp_path / "aizuchi.toml", {}).model.api_key.reveal() == "sk-3"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(SettingsError, match=r'"ssm:/laptop/model" cannot be read: .*127.0.0.1:1'):
        load(tmp_path / "aizuchi.toml", {})


def test_without_awss_client_it_is_said_what_to_install(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SettingsError, match=r"pip install 'aizuchi\[aws\]'\. Or name"):
        load(file, {"OTHER": "x"})
