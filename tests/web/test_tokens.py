"""Tokens: made once, named, given, withdrawn."""

import os
import stat
from pathlib import Path

import pytest

from aizuchi.errors import ServerError, SettingsError
from aizuchi.surfaces.web.setup import WebSetup, check
from aizuchi.surfaces.web.tokens import (
    Tokens,
    cookie_of,
    digest,
    named,
    new_token,
    own_token,
    parse,
    remove_token,
)


def test_the_token_of_an_installation_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    token = own_token(tmp_path / "home")
    file = tmp_path / "home" / "web-token"
    assert own_token(tmp_path / "home") == token == file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(token) >= 32
    assert Tokens(tmp_path / "home").person_of(token) == "owner"
    assert sorted(path.name for path in file.parent.iterdir()) == ["web-token"]


def test_a_named_token_is_another_person_and_is_not_kept_itself(tmp_path: Path) -> None:
    own, tokens = own_token(tmp_path), Tokens(tmp_path)
    ann = new_token(tmp_path, "ann")
    bob = new_token(tmp_path, "bob@example.com")
    assert [tokens.person_of(token) for token in (own, ann, bob)] == [
        "owner",
        "ann",
        "bob@example.com",
    ]
    assert ann not in (tmp_path / "web-tokens").read_text()
    assert stat.S_IMODE((tmp_path / "web-tokens").stat().st_mode) == 0o600


def test_a_new_token_takes_the_place_of_the_old_one_at_once(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    old = new_token(tmp_path, "ann")
    assert tokens.person_of(old) == "ann"
    new = new_token(tmp_path, "ann")
    assert tokens.person_of(new) == "ann"
    assert tokens.person_of(old) is None


def test_a_removed_token_takes_nobody_elses_with_it(tmp_path: Path) -> None:
    ann, bob = new_token(tmp_path, "ann"), new_token(tmp_path, "bob")
    tokens = Tokens(tmp_path)
    assert named(tmp_path) == ["ann", "bob"]
    assert remove_token(tmp_path, "ann")
    assert not remove_token(tmp_path, "ann")
    assert named(tmp_path) == ["bob"]
    assert [tokens.person_of(token) for token in (ann, bob)] == [None, "bob"]


def test_a_withdrawn_token_opens_nothing_any_more(tmp_path: Path) -> None:
    token, tokens = own_token(tmp_path), Tokens(tmp_path)
    assert tokens.person_of(token) == "owner"
    (tmp_path / "web-token").unlink()
    assert tokens.person_of(token) is None


def test_given_tokens_replace_the_one_made_at_the_first_start(tmp_path: Path) -> None:
    made, ann = own_token(tmp_path), new_token(tmp_path, "ann")
    tokens = Tokens(tmp_path, "given")
    assert tokens.person_of("given") == "owner"
    assert tokens.person_of(made) is None
    assert tokens.person_of(ann) == "ann"


def test_a_cookie_is_its_persons_and_no_token(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path, "ann:one,bob:two")
    cookie = cookie_of(digest("two"))
    assert tokens.person_of_cookie(cookie) == "bob"
    assert tokens.person_of(cookie) is None
    assert tokens.person_of_cookie("two") is None
    assert tokens.person_of_cookie("é\udc80") is None


def test_nothing_given_and_nothing_made_opens_nothing(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    assert [tokens.person_of(token) for token in ("", "x")] == [None, None]


@pytest.mark.parametrize(
    ("given", "people"),
    [
        ("", {}),
        (" secret ", {"owner": "secret"}),
        ("ann:one,bob:two", {"ann": "one", "bob": "two"}),
        (" ann : one , bob : t:w:o ,", {"ann": "one", "bob": "t:w:o"}),
    ],
)
def test_given_tokens_are_read(given: str, people: dict[str, str]) -> None:
    assert parse(given) == people


@pytest.mark.parametrize("given", ["a,b", "ann:", ":x", "ann:x,ann:y", "a b:x", "secret,bob:x"])
def test_a_given_token_that_cannot_be_read_is_not_quoted(given: str) -> None:
    with pytest.raises(SettingsError) as raised:
        parse(given)
    assert "secret" not in str(raised.value)
    assert "name:token" in raised.value.mend


@pytest.mark.parametrize("name", ["", "owner", "a b", "../x", "a:b", "x" * 65, "é"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError):
        new_token(tmp_path, name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_home_that_cannot_be_written_is_told_with_its_mend(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ServerError, match="AIZUCHI_HOME"):
        own_token(tmp_path)


def test_a_home_that_is_a_file_is_told_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(ServerError, match="AIZUCHI_HOME"):
        own_token(tmp_path / "home")


def test_check_finds_what_is_wrong(tmp_path: Path) -> None:
    own_token(tmp_path)
    (tmp_path / "web-token").chmod(0o644)
    setups = {
        WebSetup(tmp_path): ["chmod 600"],
        WebSetup(tmp_path / "no", token="short"): ["16 characters"],
        WebSetup(tmp_path / "no", token="a,b"): ["name:token"],
        WebSetup(tmp_path / "no", auth="header"): ["identity_header"],
        WebSetup(tmp_path / "no", auth="header", header="X", proxies=("x",)): ["10.0.0.7"],
        WebSetup(tmp_path / "no", bound_to="0.0.0.0"): ["hosts"],
        WebSetup(tmp_path / "no", auth="header", header="X", proxies=("10.0.0.1",)): [],
    }
    for setup, mends in setups.items():
        wrong = [finding for finding in check(setup) if not finding.well]
        assert len(wrong) == len(mends)
        assert all(mend in finding.mend for finding, mend in zip(wrong, mends, strict=True))
