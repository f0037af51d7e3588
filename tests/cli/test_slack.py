"""`aizuchi slack` prints a manifest that can be pasted, and says what is wrong."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from aizuchi.cli import main

SCOPES = (
    "app_mentions:read,assistant:write,channels:history,chat:write,files:read,groups:history,"
    "im:history,mpim:history"
)


class Slack(BaseHTTPRequestHandler):
    """As much of the web API as a check asks."""

    def do_POST(self) -> None:
        known = self.headers["authorization"] == "Bearer xoxb-good"
        good = {"ok": True, "team": "Example", "team_id": "T1", "user": "mai"}
        body = json.dumps(good if known else {"ok": False, "error": "token_revoked"}).encode()
        self.send_response(200)
        self.send_header("x-oauth-scopes", SCOPES)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing is to be read in a test's output."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AIZUCHI_HOME", str(tmp_path / "home"))
    for name in ("BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET", "CONFIG_TOKEN", "API_BASE"):
        monkeypatch.delenv(f"SLACK_{name}", raising=False)
    return tmp_path


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Slack) as server:
        monkeypatch.setenv("SLACK_API_BASE", f"http://127.0.0.1:{server.server_port}/api/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_the_manifest_and_nothing_else_is_printed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = place / "aizuchi.toml"
    file.write_text('[persona]\nname = "豆香"\n[slack]\ncommands = ["/mameka 聞く"]\n', "utf-8")
    assert main(["slack", "manifest", "--url", "https://bot.example.org"]) == 0
    printed = capsys.readouterr()
    made = json.loads(printed.out)
    assert made["display_information"]["name"] == "豆香"
    assert made["features"]["slash_commands"][0]["description"] == "聞く"
    assert printed.err == ""


def test_a_manifest_for_no_address_is_refused_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["slack", "manifest", "--url", "bot.example.org"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "https://" in printed.err


def test_what_is_well_is_told(
    slack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-good")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s3cret-s3cret")
    assert main(["slack", "check"]) == 0
    printed = capsys.readouterr().out
    assert "/invite @mai" in printed
    assert "s3cret" not in printed


def test_a_revoked_token_is_told_with_its_mend(
    slack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-bad")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s3cret-s3cret")
    assert main(["slack", "check"]) == 1
    printed = capsys.readouterr().out
    assert "token_revoked" in printed
    assert "OAuth & Permissions" in printed
    assert "xoxb-bad" not in printed


def test_a_slack_that_cannot_be_reached_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-good")
    monkeypatch.setenv("SLACK_API_BASE", "http://127.0.0.1:9/api/")
    assert main(["slack", "check"]) == 1
    assert "unreachable" in capsys.readouterr().out
