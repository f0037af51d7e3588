"""What pip is configured with is what uv is told, and a person never sees its password."""

import os
from pathlib import Path

import package_index
import pytest

PRIVATE = "https://bob:secret@index.example/simple"


@pytest.fixture(autouse=True)
def no_other_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine whose pip reads one file of ours and no variable."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_CERT", "HTTPS_", "ALL_")):
            monkeypatch.delenv(name)
    file = tmp_path / "pip.conf"
    monkeypatch.setattr(package_index, "pip_files", lambda: [file])
    return file


def test_pips_index_is_handed_to_uv(no_other_settings: Path) -> None:
    no_other_settings.write_text(
        f"[global]\nindex-url = {PRIVATE}\nextra-index-url =\n  https://a.example\n"
        "  https://b.example\nfind_links = /wheels /more\ndefault-timeout = 60\n"
    )
    told = package_index.environment_for_installers()
    assert told["UV_DEFAULT_INDEX"] == PRIVATE
    assert told["UV_INDEX"] == "https://a.example https://b.example"
    assert told["UV_FIND_LINKS"] == "/wheels,/more"
    assert told["UV_HTTP_TIMEOUT"] == "60"


def test_a_variable_wins_over_the_file(
    no_other_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_other_settings.write_text("[global]\nindex-url = https://file.example\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://variable.example")
    assert package_index.pip_settings()["index-url"] == "https://variable.example"


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_a_setting_of_uv_wins_over_pips(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://pip.example")
    monkeypatch.setenv(name, "https://uv.example")
    told = package_index.environment_for_installers()
    assert "https://pip.example" not in (told.get("UV_DEFAULT_INDEX"), told.get("UV_INDEX_URL"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("error: error sending request for url", "Could not reach"),
        ("ERROR: Could not find a version (from versions: none)", "Could not reach"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("HTTP status client error (401 Unauthorized)", "user name and password"),
        ("invalid peer certificate: UnknownIssuer", "PIP_CERT"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one locked"),
        (f"something else at {PRIVATE}", "The installer failed: something else"),
    ],
)
def test_a_failure_is_told_without_the_password(
    said: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", PRIVATE)
    words = package_index.explain(said)
    assert told in words
    assert "secret" not in words
