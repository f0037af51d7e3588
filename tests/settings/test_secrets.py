"""A secret is a reference; its value never shows."""

import logging
from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import load
from aizuchi.settings.masking import MaskingFormatter, mask
from aizuchi.settings.secrets import Secret

CANARY = "sk-canary-7291"


def load_key(folder: Path, reference: str, **environment: str) -> Secret:
    file = folder / "aizuchi.toml"
    file.write_text(f'[model]\napi_key = "{reference}"')
    return load(file, environment).model.api_key


def test_a_secret_is_read_from_the_environment(tmp_path: Path) -> None:
    assert load_key(tmp_path, "env:KEY", KEY=f" {CANARY}\n").reveal() == CANARY


def test_a_secret_is_read_from_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{CANARY}\n")
    assert load_key(tmp_path, "file:key").reveal() == CANARY
    assert load_key(tmp_path, f"file:{tmp_path}/key").reveal() == CANARY


def test_the_secret_that_the_file_refers_to_is_meant(tmp_path: Path) -> None:
    key = load_key(tmp_path, "env:MINE", MINE="mine", OPENAI_API_KEY="another program's")
    assert key.reveal() == "mine"
    own = {"MINE": "mine", "AIZUCHI__MODEL__API_KEY": "own"}
    assert load_key(tmp_path, "env:MINE", **own).reveal() == "own"


def test_a_variable_of_ours_may_refer_on_but_a_known_one_is_the_secret_itself() -> None:
    key = load(None, {"AIZUCHI__MODEL__API_KEY": "env:KEY", "KEY": "k"}).model.api_key
    assert key.reveal() == "k"
    assert load(None, {"AIZUCHI_WEB_TOKEN": "env:t,bob:u"}).web.token.reveal() == "env:t,bob:u"


@pytest.mark.parametrize("literal", [CANARY, "", "env:", "file:", "http://a", "vault:x"])
def test_a_literal_is_refused_with_the_mend_and_not_shown(tmp_path: Path, literal: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_key(tmp_path, literal)
    assert "never the secret itself" in refused.value.what
    assert "line 2" in refused.value.what
    assert 'api_key = "env:OPENAI_API_KEY"' in refused.value.mend
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:NOT_THERE", "NOT_THERE, which is not set"),
        ("file:not-there", "No such file"),
        ("file:empty", "is empty"),
        ("file:binary", "not a text file"),
    ],
)
def test_a_reference_to_nothing_is_told(tmp_path: Path, reference: str, said: str) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError) as refused:
        load_key(tmp_path, reference)
    assert said in str(refused.value)
    assert "line 2" in str(refused.value)


def test_no_way_of_writing_a_secret_shows_it() -> None:
    secret = Secret(CANARY, "env:KEY")
    settings = load(None, {"OPENAI_API_KEY": CANARY, "AIZUCHI_WEB_TOKEN": CANARY})
    written = (repr(secret), str(secret), f"{secret}", "%s" % secret, repr([secret]))  # noqa: UP031
    for text in (*written, repr(settings), str(settings)):
        assert CANARY not in text
    assert [each.reveal() for each in settings.secrets] == [CANARY, CANARY]


def test_logs_show_no_secret_not_even_in_a_traceback() -> None:
    formatter = MaskingFormatter("%(message)s", "", [CANARY, "sk-canary-7291-long", "abc", ""])
    try:
        raise ValueError(f"key {CANARY}")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("a", 40, "f", 1, "%s failed", (f"{CANARY}-long abc",), info)
    text = formatter.format(record)
    assert "canary" not in text
    assert "-long" not in text
    assert "abc" in text
    assert "ValueError: key •••" in text


def test_a_text_without_secrets_is_left_alone() -> None:
    assert mask("nothing here", [CANARY]) == "nothing here"
