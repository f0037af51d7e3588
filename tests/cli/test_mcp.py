"""`aizuchi mcp check` lists each server with its tools, and tells why one is not there."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.tools.mcp.houses import HONEST, ODD
from tests.tools.mcp.test_process import settings

from aizuchi.cli import main


def checked(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "aizuchi.toml").write_text(text, "utf-8")
    command = (sys.executable, "-P", "-m", "aizuchi", "mcp", "check")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_it_lists_what_runs_unasked_and_what_a_click_allows(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(
        "from aizuchi import Bot\nbot = Bot()\n\n\n"
        "@bot.tool\ndef x_wait() -> str:\n    'Waits.'\n    return ''\n"
    )
    run = checked(tmp_path, settings(HONEST, "stdio", tmp_path) + 'only = ["greet", "die", "wait"]')
    assert run.stdout.splitlines() == [
        "ok     [mcp.x] answers",
        "ok     [mcp.x] run unasked: x_greet, x_die",
        'WRONG  [mcp.x] "wait" is left out: a tool of this assistant is called x_wait too.',
    ]
    assert run.returncode == 1


def test_it_says_why_one_cannot_be_connected_to(tmp_path: Path) -> None:
    unreachable = '[mcp.away]\nurl = "http://127.0.0.1:9/mcp"\n'
    run = checked(tmp_path, settings(ODD, "exits", tmp_path) + unreachable)
    wrong, by_hand, away, _ = run.stdout.splitlines()
    assert wrong.startswith("WRONG  [mcp.x] cannot be connected to: it ended (exit code 4)")
    assert "there is no" in wrong
    assert "Run it by hand to see why" in by_hand
    assert away.startswith("WRONG  [mcp.away] cannot be connected to: it cannot be reached")
    assert run.returncode == 1
    assert not run.stderr


def test_where_there_is_none_it_says_how_to_have_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["mcp", "check"]) == 0
    assert "Write [mcp.NAME]" in capsys.readouterr().out
