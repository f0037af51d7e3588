"""MCP servers stand in aizuchi.toml alone, with their secrets by reference."""

from pathlib import Path

import pytest

from aizuchi.errors import SettingsError
from aizuchi.settings import Settings, load

FILE = """
[mcp.time]
command = ["uvx", "mcp-server-time"]
safe = ["get_current_time"]

[mcp.tracker]
url = "https://tracker.example.com/mcp"
headers = { Authorization = "Bearer env:TRACKER", X-Region = "eu" }
timeout_s = 5

[mcp.files]
command = ["files"]
only = ["read", "write"]
[mcp.files.env]
ROOT = "/srv files"
API_KEY = "file:key"
"""


def loaded(tmp_path: Path, text: str, **environment: str) -> Settings:
    file = tmp_path / "aizuchi.toml"
    file.write_text(text, "utf-8")
    return load(file, environment)


def test_each_is_a_section_under_a_name_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("canary-key\n")
    servers = loaded(tmp_path, FILE, TRACKER="canary-token").mcp
    assert list(servers) == ["time", "tracker", "files"]
    assert servers["time"].command == ("uvx", "mcp-server-time")
    assert (servers["time"].safe, servers["time"].timeout_s) == (("get_current_time",), 30.0)
    headers = {name: text.reveal() for name, text in servers["tracker"].headers.items()}
    assert headers == {"Authorization": "Bearer canary-token", "X-Region": "eu"}
    env = {name: text.reveal() for name, text in servers["files"].env.items()}
    assert env == {"ROOT": "/srv files", "API_KEY": "canary-key"}
    assert loaded(tmp_path, "").mcp == {}


def test_its_secrets_are_known_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("canary-key")
    settings = loaded(tmp_path, FILE, TRACKER="canary-token")
    known = {secret.reveal() for secret in settings.secrets}
    assert {"Bearer canary-token", "canary-token", "canary-key"} <= known
    assert "canary" not in repr(settings)
    assert "eu" not in known


def test_a_changed_secret_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("old")
    text = '[mcp.a]\nurl = "https://a.b"\nheaders = { Authorization = "Bearer file:key" }\n'
    header = loaded(tmp_path, text).mcp["a"].headers["Authorization"]
    (tmp_path / "key").write_text("new")
    assert header.again().again().reveal() == "Bearer new"


def test_the_environment_goes_before_the_file_here_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k")
    over = {"AIZUCHI__MCP__TIME__SAFE": "a,b", "AIZUCHI__MCP__FILES__ENV": "ROOT=/x,TOKEN=env:T"}
    settings = loaded(tmp_path, FILE, TRACKER="t", T="secret", **over)
    assert settings.mcp["time"].safe == ("a", "b")
    env = settings.mcp["files"].env
    assert {name: text.reveal() for name, text in env.items()} == {"ROOT": "/x", "TOKEN": "secret"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[mcp.a]", ("[mcp.a] has neither", "command", "url")),
        ('[mcp.a]\ncommand = ["x"]\nurl = "https://a.b"', ("[mcp.a] has both",)),
        ('[mcp.a]\nurl = "a.b"', ("[mcp.a] url", "line 2", "https://example.com/mcp")),
        ('[mcp.a]\ncommand = "x y"', ("[mcp.a] command", "a list of texts")),
        ('[mcp."a b"]\ncommand = ["x"]', ('[mcp."a b"]', "letters")),
        (f'[mcp.{"a" * 33}]\ncommand = ["x"]', ("at most 32",)),
        ('[mcp.a]\ncommand = ["x"]\nsave = ["y"]', ("[mcp.a] save", "Did you mean safe?")),
        ('[mcp.a]\nurl = "https://a.b"\nenv = { A = "b" }', ("env is only of use with a command",)),
        ('[mcp.a]\ncommand = ["x"]\nheaders = { A = "b" }', ("headers is only of use with a url",)),
        ('[mcp.a]\ncommand = ["x"]\nenv = { A = 3 }', ("[mcp.a] env = 3", "a table such as")),
        ('[mcp.a]\ncommand = ["x"]\nenv = "A"', ("[mcp.a] env", "a table such as")),
        ('[mcp.a]\ncommand = ["x"]\nenv = { "A B" = "b" }', ('"A B" cannot be a name',)),
        ('[mcp.a]\ncommand = ["x"]\nenv = { A = "env:NOPE" }', ("NOPE, which is not set",)),
        (
            '[mcp.a]\ncommand = ["x"]\nonly = ["b"]\nsafe = ["c"]',
            ('safe names "c", which only does not name',),
        ),
        ("[mcp]\ncommand = ['x']", ("mcp.command is a section",)),
    ],
)
def test_what_cannot_be_is_told_with_its_mend(
    tmp_path: Path, text: str, said: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, text)
    assert all(part in str(refused.value) for part in said), str(refused.value)


@pytest.mark.parametrize("name", ["API_KEY", "GITHUB_TOKEN", "Password"])
def test_a_secret_that_stands_in_the_file_is_refused_and_not_shown(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, f'[mcp.a]\ncommand = ["x"]\nenv = {{ {name} = "canary-7291" }}')
    assert f"{name} has to be a reference" in refused.value.what
    assert "canary" not in str(refused.value)
