"""Fallbacks stand in the file under names of one's own, and are asked in its order."""

from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings, load
from aizuchi.settings.sections import ModelChoice

FILE = """
[model]
name = "openai:gpt-5-mini"
api_key = "env:FIRST"

[model.fallbacks.ollama]
name = "openai:qwen3:8b"
base_url = "http://127.0.0.1:11434/v1"

[model.fallbacks.azure]
base_url = "https://kiso.example/openai/v1"
api_key = "env:SECOND"
temperature = 0.5
first_token_s = 10
price_in = 1.5
"""
KEYS = {"FIRST": "key-one", "SECOND": "key-two"}


def loaded(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "aizuchi.toml"
    file.write_text(text, "utf-8")
    return load(file, {**KEYS, **environment})


def test_they_are_there_in_the_order_of_the_file(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FILE)
    assert settings.model.choice == ModelChoice("openai", "gpt-5-mini")
    assert list(settings.fallbacks) == ["ollama", "azure"]
    ollama, azure = settings.fallbacks.values()
    assert ollama.choice == ModelChoice("openai", "qwen3:8b")
    assert azure.choice == ModelChoice("openai", "")
    assert (azure.api_key.reveal(), azure.temperature, azure.first_token_s) == ("key-two", 0.5, 10)


def test_without_them_there_is_one_model(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").fallbacks == {}


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    over = {"AIZUCHI__MODEL__FALLBACKS__OLLAMA__BASE_URL": "http://elsewhere/v1"}
    assert loaded(tmp_path, FILE, **over).fallbacks["ollama"].base_url == "http://elsewhere/v1"


def test_what_belongs_to_the_model_alone_does_not_reach_a_fallback(tmp_path: Path) -> None:
    over = {"OPENAI_API_KEY": "its-own", "OPENAI_BASE_URL": "http://its-own/v1"}
    settings = loaded(tmp_path, FILE.replace('api_key = "env:FIRST"\n', ""), **over)
    assert settings.model.api_key.reveal() == "its-own"
    assert not settings.fallbacks["ollama"].api_key
    assert settings.fallbacks["ollama"].base_url == "http://127.0.0.1:11434/v1"


def test_no_key_of_theirs_shows(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FILE)
    assert {each.reveal() for each in settings.secrets} == {"key-one", "key-two"}
    assert "key-two" not in repr(settings)


def test_who_opens_one_is_told_of_it_alone(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FILE).of_fallback("azure")
    assert settings.model.base_url == "https://kiso.example/openai/v1"
    assert settings.model_section == "model.fallbacks.azure"


MODEL = '[model]\nname = "openai:a"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{MODEL}[model.fallbacks.x]\n", ("[model.fallbacks.x] names no model", "base_url")),
        ('[model.fallbacks.x]\nname = "openai:a"', ("none is set", "[model] name")),
        (f'{MODEL}[model.fallbacks."a b"]\nname = "echo"', ('"a b"', "letters")),
        (f'{MODEL}[model.fallbacks.model]\nname = "echo"', ('not "model"', "ollama")),
        (
            f'{MODEL}[model.fallbacks.x]\nurl = "http://a/v1"',
            ("[model.fallbacks.x] url", "line 4"),
        ),
        (
            f'{MODEL}[model.fallbacks.x]\napi_key = "sk-1"',
            ("never the secret itself", "env:AIZUCHI__MODEL__FALLBACKS__X__API_KEY"),
        ),
        (
            f'{MODEL}[model.fallbacks.x]\nname = "echo"\n[limits]\nanswer_within_s = 60',
            ("[model] first_token_s = 60", "after 60 s", "first_token_s = 20"),
        ),
        (f'{MODEL}[[model.fallbacks]]\nname = "echo"', ("[model.fallbacks]", "fallbacks.NAME]")),
        (f'{MODEL}fallbacks = "echo"', ("[model.fallbacks]", "fallbacks.NAME]")),
    ],
)
def test_what_cannot_be_is_told_with_its_mend(
    tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert all(part in str(refused.value) for part in said), str(refused.value)
    assert "sk-1" not in str(refused.value)
