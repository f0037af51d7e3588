"""`aizuchi token` makes, lists and removes tokens; a token is shown once."""

import re
from pathlib import Path

import pytest

from aizuchi.cli import main
from aizuchi.surfaces.web.tokens import Tokens


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AIZUCHI_WEB_TOKEN", raising=False)
    return tmp_path / "home"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["token", *arguments]) == 0
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["token", *arguments]) == 1
    return capsys.readouterr().err


def made(text: str) -> str:
    found = re.search(r"token=([\w-]+)$", text, re.MULTILINE)
    assert found
    return found.group(1)


def test_a_new_token_is_a_new_person(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = made(run(capsys, "new", "ann"))
    assert Tokens(home).person_of(token) == "ann"
    assert token not in "".join(path.read_text() for path in home.iterdir())


def test_names_are_listed_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "new", "bob")
    run(capsys, "new", "ann")
    assert run(capsys, "list") == "ann\nbob\nowner\n"


def test_a_removed_token_counts_no_more(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ann, bob = made(run(capsys, "new", "ann")), made(run(capsys, "new", "bob"))
    tokens = Tokens(home)
    assert tokens.person_of(ann) == "ann"
    run(capsys, "remove", "ann")
    assert tokens.person_of(ann) is None
    assert tokens.person_of(bob) == "bob"


@pytest.mark.parametrize(
    ("name", "said"),
    [("owner", "delete that file"), ("carl", "AIZUCHI_WEB_TOKEN"), ("zoe", "ann")],
)
def test_what_cannot_be_removed_says_why(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "new", "ann")
    if name == "carl":
        monkeypatch.setenv("AIZUCHI_WEB_TOKEN", "carl:secret")
    assert said in refusal(capsys, "remove", name)


def test_a_bad_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert '"a b"' in refusal(capsys, "new", "a b")
    assert "owner" in refusal(capsys, "new", "owner")


def test_a_home_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIZUCHI_HOME", "/dev/null/home")
    assert "/dev/null/home cannot be written" in refusal(capsys, "new", "ann")
