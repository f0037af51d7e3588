"""The command line says what it can do, and in one line what went wrong."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from aizuchi.cli import COMMANDS, main
from aizuchi.cli.failures import report
from aizuchi.cli.invocation import command_name
from aizuchi.errors import ServerError, SettingsError


@pytest.fixture(autouse=True)
def in_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AIZUCHI_HOME", raising=False)


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def load(*_: object) -> None:
        raise error

    monkeypatch.setattr("aizuchi.cli.token.load_settings", load)


def test_every_command_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for name, command in COMMANDS.items():
        assert f"  {name} " in text
        assert command.summary in text


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--config FILE" in text
    assert max(map(len, text.splitlines())) <= 100


def test_help_imports_no_command() -> None:
    """It has 200 ms, on a machine that may be slow."""
    script = "import sys; from aizuchi.cli import main; main(['--help']); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    loaded = set(run.stdout.splitlines()[-1].split())
    heavy = {"asyncio", "httpx2", "uvicorn", "starlette", "sqlite3", "aizuchi.settings", "logging"}
    assert not heavy & loaded
    assert not {command.module for command in COMMANDS.values()} & loaded


@pytest.mark.parametrize("given", [["frob"], ["token"], ["token", "new"], ["serve", "--what"]])
def test_what_is_no_command_ends_with_two(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(given) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "--help" in told[1]


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("aizuchi ")


def test_an_error_is_one_line_and_its_mend(capsys: pytest.CaptureFixture[str]) -> None:
    Path("aizuchi.toml").write_text("[limits]\nwaitin = 1")
    assert main(["token", "list"]) == 1
    assert capsys.readouterr().err == (
        "aizuchi: There is no setting [limits] waitin (aizuchi.toml, line 2).\n"
        "  Did you mean waiting?\n"
    )


@pytest.mark.parametrize("given", [["-v", "token", "list"], ["token", "list", "--verbose"]])
def test_a_traceback_is_shown_only_when_asked_for(
    given: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ServerError("No.", "Do."))
    assert main(["token", "list"]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert main(given) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(errno.ENOSPC, "No space left"), "aizuchi: The disk is full."),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "aizuchi: x: Permission denied."),
        (ValueError("secret"), "aizuchi: Something went wrong inside aizuchi (ValueError)."),
        (ExceptionGroup("g", [SettingsError("That.", "This.")]), "aizuchi: That."),
    ],
)
def test_every_other_error_is_a_line_too(
    error: Exception, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(error, verbose=False) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0] == line
    assert len(told) == 2


def test_ctrl_c_ends_with_130_and_no_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert main(["token", "list"]) == 130
    assert capsys.readouterr().err == ""


def test_a_reader_that_has_gone_is_no_error() -> None:
    script = "import sys; from aizuchi.cli import main; sys.exit(main(['--help']))"
    command = f'{sys.executable} -c "{script}" | true; exit ${{PIPESTATUS[0]}}'
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert run.stderr == ""


def test_the_module_runs_too() -> None:
    run = subprocess.run([sys.executable, "-m", "aizuchi", "--version"], capture_output=True)
    assert run.returncode == 0


@pytest.mark.parametrize(
    ("environment", "name"), [({}, "aizuchi"), ({"AIZUCHI_COMMAND": "./run"}, "./run")]
)
def test_hints_name_the_command_as_it_is_here(
    environment: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIZUCHI_COMMAND", raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert command_name() == name


def test_in_a_clone_hints_name_its_own_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "aizuchi").touch()
    monkeypatch.setattr("aizuchi.cli.invocation.CLONE", tmp_path)
    assert command_name() == "./aizuchi"
