"""The page is built once for each state of its sources, and what fails is told with its mend."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import web
from package_index import SetupFailed

BUILD = """\
mkdir -p "$(dirname "$PAGE")"
echo built >> "$PAGE"
"""


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a web/, and an npm that is a script of ours."""
    for name in ("WEB", "VENV"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(web, name, tmp_path / name)
    monkeypatch.setattr(web, "LOCKFILE", tmp_path / "WEB" / "package-lock.json")
    monkeypatch.setattr(web, "INSTALLED", tmp_path / "WEB" / "node_modules" / ".installed")
    monkeypatch.setattr(web, "PAGE", tmp_path / "app" / "index.html")
    for name in ("BUILT", "BUILDING", "LOG"):
        monkeypatch.setattr(web, name, tmp_path / "VENV" / name)
    web.LOCKFILE.write_text("{}")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PAGE": str(web.PAGE)}
    monkeypatch.setattr(web, "environment_with_node", lambda: environment)
    monkeypatch.setenv("PATH", environment["PATH"])
    npm_is(tmp_path, BUILD)
    return tmp_path


def npm_is(clone: Path, build: str) -> None:
    npm = clone / "npm"
    npm.write_text(f'#!/bin/sh\n[ "$1" = run ] || exit 0\n{build}')
    npm.chmod(0o755)


def times_built() -> int:
    return web.PAGE.read_text().count("built")


def test_it_is_built_once(clone: Path) -> None:
    assert web.build() == web.build() == 0
    assert times_built() == 1


@pytest.mark.parametrize("name", ["package-lock.json", "src/new.ts", ".npmrc"])
def test_it_is_built_anew_when_a_source_changes(clone: Path, name: str) -> None:
    web.build()
    source = clone / "WEB" / name
    source.parent.mkdir(exist_ok=True)
    source.write_text("changed")
    web.build()
    assert times_built() == 2


def test_what_is_installed_is_no_source(clone: Path) -> None:
    web.build()
    (clone / "WEB" / "node_modules" / "other.js").write_text("x")
    web.build()
    assert times_built() == 1


def test_a_page_that_was_taken_away_or_built_by_hand_is_built_anew(clone: Path) -> None:
    web.build()
    web.PAGE.write_text("by hand")
    web.build()
    assert times_built() == 1
    web.PAGE.unlink()
    web.build()
    assert times_built() == 1


def test_a_failed_build_is_told_and_tried_again(clone: Path) -> None:
    npm_is(clone, "echo 'src/main.ts:3: no such name'\nexit 2\n")
    with pytest.raises(SetupFailed, match=r"src/main\.ts:3: no such name"):
        web.build()
    npm_is(clone, BUILD)
    web.build()
    assert times_built() == 1


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("npm error code ENOTFOUND\nnpm error network request failed", "could not reach"),
        ("npm error code E401\nnpm error Incorrect password", "refused the user name"),
        ("npm error code EINTEGRITY\nnpm error sha512-x", "not the one locked"),
        ("npm error nospc ENOSPC: no space left", "disk is full"),
        ("> aizuchi-web build\n> vite build\n\nerror during build:\nboom", "boom"),
        ("npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only", "`npm ci` can only"),
        ("fetch https://bob:secret@a.example failed", "https://a.example"),
        ("", "it said nothing"),
    ],
)
def test_why_npm_failed_is_said(said: str, told: str) -> None:
    assert told in web.explain(said)
    assert "secret" not in web.explain(said)


def test_a_build_beside_ends_with_whoever_started_it() -> None:
    source = "import os, web; to = os.getppid(); print('up', flush=True); web.end_with(to)"
    command = f"{shlex.join([sys.executable, '-c', source])} & read _"
    environment = {**os.environ, "PYTHONPATH": str(Path(web.__file__).parent)}
    with subprocess.Popen(
        ["sh", "-c", command], env=environment, stdin=-1, stdout=-1, stderr=subprocess.DEVNULL
    ) as starter:
        assert starter.stdin and starter.stdout
        assert starter.stdout.readline() == b"up\n"
        starter.stdin.close()
        assert starter.stdout.read() == b""  # which comes when the last writer has ended
